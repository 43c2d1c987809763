import { type HttpIntake, joined } from './http-target.ts';
import type { TargetSettings } from './settings.ts';

/** Any server that takes NDJSON: a record a line. Every 2xx means that all are in. */
export function plainHttp(settings: TargetSettings): HttpIntake {
  return {
    url: settings.url,
    headers: { 'content-type': 'application/x-ndjson', ...credentialsOf(settings, 'Bearer') },
    gzip: settings.gzip,
    maxItems: 1000,
    maxBytes: 4_000_000,
    maxItemBytes: 4_000_000,
    encode: (event) => Buffer.from(`${settings.form(event)}\n`),
    join: (items) => joined(items, ''),
  };
}

/** With a user basic authentication, without one the secret by this scheme, without either nothing. */
export function credentialsOf(
  { user, secret }: Pick<TargetSettings, 'user' | 'secret'>,
  scheme: string,
): Readonly<Record<string, string>> {
  if (user !== undefined)
    return { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` };
  return secret === '' ? {} : { authorization: `${scheme} ${secret}` };
}
