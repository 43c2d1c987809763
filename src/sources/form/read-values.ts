import { isIP } from 'node:net';
import { Body, type Faults, isMembers, shorten } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';

/** Opens the `data` of a request. */
export function openData(data: unknown, faults: Faults): Body | undefined {
  if (isMembers(data)) return new Body(data, '', faults);
  return faults.add('data', data === undefined || data === null ? 'is mandatory' : 'must be an object');
}

/** A text that may be empty or absent, both meaning none. */
export function readOptional(body: Body, name: string, max = 1024): string | undefined {
  return body.own(name) === '' ? undefined : body.text(name, max);
}

/** A boolean, or undefined when absent. */
export function readSwitch(body: Body, name: string): boolean | undefined {
  const value = body.own(name);
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  return body.fault(name, 'must be true or false');
}

/** A whole number from `least` to `most`; digits in a text are taken where the API's table says String. */
export function readWhole(
  body: Body,
  name: string,
  range: { readonly least: number; readonly most: number; readonly asText?: boolean },
): number | undefined {
  const value = body.own(name);
  if (value === undefined || value === null) return undefined;
  const number = range.asText && typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (Number.isInteger(number) && (number as number) >= range.least && (number as number) <= range.most) {
    return number as number;
  }
  return body.fault(name, `must be a whole number from ${range.least} to ${range.most}`);
}

/** A mandatory text of one form. */
export function needForm(
  body: Body,
  name: string,
  form: { readonly pattern: RegExp; readonly expected: string },
): string | undefined {
  const value = body.need(name);
  if (value === undefined || form.pattern.test(value)) return value;
  return body.fault(name, `must be ${form.expected}; got ${shorten(value)}`);
}

/** An http or https address without user, password, query and fragment; without a slash at its end. */
export function readEndpoint(
  body: Body,
  name: string,
  checks: Pick<FormChecks, 'isAllowedAddress'>,
): string | undefined {
  const text = readOptional(body, name, 2_048);
  if (text === undefined) return undefined;
  if (!URL.canParse(text)) return body.fault(name, 'must be an http:// or https:// address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return body.fault(name, 'must be an http:// or https:// address');
  }
  // Not shown: a password may stand there.
  if (url.username !== '' || url.password !== '')
    return body.fault(name, 'must hold no user and no password');
  if (url.search !== '' || url.hash !== '') return body.fault(name, 'must hold no query and no fragment');
  checkAddress(body, name, url.hostname, checks);
  return text.replace(/\/+$/, '');
}

/** Notes a literal address that this server does not connect to. */
export function checkAddress(
  body: Body,
  name: string,
  host: string,
  checks: Pick<FormChecks, 'isAllowedAddress'>,
): void {
  const ip = host.replace(/^\[|\]$/g, '');
  if (isIP(ip) === 0 || checks.isAllowedAddress(ip)) return;
  body.fault(
    name,
    'is a private address: the operator may allow these with --allow-private-sources; link-local and metadata addresses never',
  );
}
