import { isIP } from 'node:net';
import { type Faults, inside, type Members, needText, own, readText, shorten } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';

/** A text that may be empty or absent, both meaning none. */
export function readOptional(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  max = 1024,
): string | undefined {
  return own(members, name) === '' ? undefined : readText(members, name, at, faults, max);
}

/** A boolean, or undefined when absent. */
export function readSwitch(members: Members, name: string, at: string, faults: Faults): boolean | undefined {
  const value = own(members, name);
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  return faults.add(inside(at, name), 'must be true or false');
}

/** A whole number from `least` to `most`; digits in a text are taken where the API's table says String. */
export function readWhole(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  range: { readonly least: number; readonly most: number; readonly asText?: boolean },
): number | undefined {
  const value = own(members, name);
  if (value === undefined || value === null) return undefined;
  const number = range.asText && typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (Number.isInteger(number) && (number as number) >= range.least && (number as number) <= range.most) {
    return number as number;
  }
  return faults.add(inside(at, name), `must be a whole number from ${range.least} to ${range.most}`);
}

/** A mandatory text of one form. */
export function needForm(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  form: { readonly pattern: RegExp; readonly expected: string },
): string | undefined {
  const value = needText(members, name, at, faults);
  if (value === undefined || form.pattern.test(value)) return value;
  return faults.add(inside(at, name), `must be ${form.expected}; got ${shorten(value)}`);
}

/** An http or https address without user, password, query and fragment; without a slash at its end. */
export function readEndpoint(
  members: Members,
  name: string,
  at: string,
  faults: Faults,
  checks: Pick<FormChecks, 'isAllowedAddress'>,
): string | undefined {
  const text = readOptional(members, name, at, faults, 2_048);
  if (text === undefined) return undefined;
  const place = inside(at, name);
  if (!URL.canParse(text)) return faults.add(place, 'must be an http:// or https:// address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return faults.add(place, 'must be an http:// or https:// address');
  }
  // Not shown: a password may stand there.
  if (url.username !== '' || url.password !== '')
    return faults.add(place, 'must hold no user and no password');
  if (url.search !== '' || url.hash !== '') return faults.add(place, 'must hold no query and no fragment');
  checkAddress(url.hostname, place, faults, checks);
  return text.replace(/\/+$/, '');
}

/** Notes a literal address that this server does not connect to. */
export function checkAddress(
  host: string,
  place: string,
  faults: Faults,
  checks: Pick<FormChecks, 'isAllowedAddress'>,
): void {
  const ip = host.replace(/^\[|\]$/g, '');
  if (isIP(ip) === 0 || checks.isAllowedAddress(ip)) return;
  faults.add(
    place,
    'is a private address: the operator may allow these with --allow-private-sources; link-local and metadata addresses never',
  );
}
