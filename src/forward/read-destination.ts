import { X509Certificate } from 'node:crypto';
import { parseQuery, QueryError } from '../search/index.ts';
import { type Destination, KINDS } from './destination.ts';
import { FEEDS } from './outgoing.ts';

/** A destination cannot be as asked; every fault is named. */
export class DestinationRefused extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('; '));
    this.name = 'DestinationRefused';
    this.faults = faults;
  }
}

const DAY = 86_400_000;
const SCHEMES: Readonly<Record<string, readonly string[]>> = { syslog: ['tls:', 'tcp:', 'udp:'] };
const NEEDS_SECRET = new Set(['datadog-logs', 'datadog-events', 'splunk', 'opentrail', 's3']);
const KNOWN = new Set(
  'name kind url filter form feeds index tags acknowledge gzip user region gather ca copies giveUpAfter paused fromStart secret'.split(
    ' ',
  ),
);

/** Reads what somebody wrote; `forms` are the views that there are. @throws DestinationRefused */
export function readDestination(
  json: Readonly<Record<string, unknown>>,
  now: number,
  forms: readonly string[],
): Destination & { readonly secret?: string } {
  const members = new Map(Object.entries(json));
  const faults: string[] = [];
  const fault = (text: string): undefined => void faults.push(text);
  const text = (name: string, max = 2048) => {
    const value = members.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string' || value === '') return fault(`${name} must be a text that is not empty`);
    return value.length > max ? fault(`${name} must have at most ${max} characters`) : value;
  };
  const flag = (name: string, otherwise: boolean) => {
    const value = members.get(name) ?? otherwise;
    if (typeof value === 'boolean') return value;
    fault(`${name} must be true or false`);
    return otherwise;
  };
  const oneOf = <T extends string>(name: string, list: readonly T[], otherwise?: T): T => {
    const value = members.get(name) ?? otherwise;
    const found = list.find((one) => one === value);
    if (found === undefined) fault(`${name} must be one of ${list.join(', ')}`);
    return found ?? (list[0] as T);
  };
  const texts = (name: string, max: number) => {
    const value = members.get(name) ?? [];
    const isList =
      Array.isArray(value) &&
      value.length <= max &&
      value.every((one) => typeof one === 'string' && one.length <= 200);
    if (isList) return value as string[];
    fault(`${name} must be a list of at most ${max} texts`);
    return [];
  };

  for (const name of members.keys())
    if (!KNOWN.has(name)) fault(`${JSON.stringify(name.slice(0, 40))} is not known`);
  const name = text('name', 64) ?? '';
  if (!/^[\w-]{1,64}$/.test(name)) fault('name must be 1 to 64 letters, digits, _ or -');
  const kind = oneOf('kind', KINDS);
  const url = text('url') ?? '';
  checkUrl(kind, url, fault);
  const filter = text('filter', 4096);
  if (filter !== undefined) checkFilter(filter, fault);
  const wanted = texts('feeds', FEEDS.length);
  const feeds = FEEDS.filter((feed) => wanted.length === 0 || wanted.includes(feed));
  if (wanted.some((feed) => !FEEDS.some((one) => one === feed)))
    fault(`feeds must be of ${FEEDS.join(', ')}`);
  const copies = flag('copies', false);
  if (copies && wanted.includes('recorded'))
    fault('feeds must be collected with copies: repositories hold nothing else');
  const [index, user, secret] = [text('index', 255), text('user', 255), text('secret', 4096)];
  if (NEEDS_SECRET.has(kind) && secret === undefined) fault(`${kind} needs a secret: its API key or token`);
  if (secret !== undefined && /[^\x20-\x7e]/.test(secret)) fault('secret must be plain printable characters');
  const region = text('region', 64);
  const ca = text('ca', 100_000);
  if (ca !== undefined && !isCertificate(ca)) fault('ca must be certificates as PEM');
  const gather = members.get('gather');
  if (kind === 's3') {
    if (user === undefined) fault("s3 needs a user: the access key's id, with its secret key as the secret");
    if (region === undefined || !/^[a-z0-9-]+$/.test(region)) fault('s3 needs a region, such as eu-west-1');
  }
  for (const [member, value] of [
    ['region', region],
    ['gather', gather],
  ] as const) {
    if (value !== undefined && kind !== 's3') fault(`${member} is for s3`);
  }
  if (gather !== undefined && !(typeof gather === 'number' && gather >= 100 && gather <= 900_000)) {
    fault('gather must be milliseconds, 100 to 900000');
  }
  // A copy with a hole is none: it is tried for longer.
  const giveUpAfter = members.get('giveUpAfter') ?? (copies ? 30 * DAY : DAY);
  if (typeof giveUpAfter !== 'number' || !(giveUpAfter >= 0 && giveUpAfter <= 30 * DAY)) {
    fault('giveUpAfter must be milliseconds, at most 30 days');
  }
  const destination = {
    ...{ name, kind, url, copies, feeds: copies ? (['collected'] as const) : feeds },
    form: oneOf('form', forms, kind === 'elasticsearch' ? 'ecs' : 'raw'),
    tags: texts('tags', 50),
    acknowledge: flag('acknowledge', false),
    gzip: flag('gzip', true),
    paused: flag('paused', false),
    fromStart: flag('fromStart', false),
    giveUpAfter: giveUpAfter as number,
    createdAt: now,
    ...(filter !== undefined && { filter }),
    ...(index !== undefined && { index }),
    ...(region !== undefined && { region }),
    ...(ca !== undefined && { ca }),
    ...(typeof gather === 'number' && { gather }),
    ...(user !== undefined && { user }),
    ...(secret !== undefined && { secret }),
  };
  if (kind === 'opentrail' && destination.form !== 'raw')
    fault('form must be raw for opentrail: it takes records');
  if (faults.length > 0) throw new DestinationRefused(faults);
  return destination;
}

/** Every certificate must read: a part that does not would be left out silently. */
function isCertificate(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
    return blocks.length > 0;
  } catch {
    return false;
  }
}

function checkUrl(kind: string, url: string, fault: (text: string) => undefined): void {
  const schemes = SCHEMES[kind] ?? ['https:', 'http:'];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !schemes.includes(parsed.protocol) || parsed.hostname === '') {
    fault(`url must be an address that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  } else if (parsed.username !== '' || parsed.password !== '') {
    // It would be shown wherever the address is.
    fault('url must hold no user or password; give them as user and secret');
  } else if (kind === 's3' && !/^(\/[A-Za-z0-9._-]+)+\/?$/.test(parsed.pathname)) {
    fault('url must have the bucket after the host, and perhaps a prefix: https://HOST/BUCKET/PREFIX');
  }
}

function checkFilter(filter: string, fault: (text: string) => undefined): void {
  try {
    parseQuery(filter);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    fault(`filter: ${error.message}`);
  }
}
