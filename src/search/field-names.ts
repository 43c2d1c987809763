import { type Field, NAMED_FIELDS, type NamedField } from './query.ts';

/** The names that CloudTrail's own records have for the same things, in lower case. */
const OTHER_NAMES: Readonly<Record<string, NamedField>> = {
  eventid: 'id',
  accountid: 'account',
  recipientaccountid: 'account',
  awsregion: 'region',
  eventsource: 'source',
  service: 'source',
  eventname: 'name',
  event: 'name',
  username: 'user',
  accesskeyid: 'accesskey',
  sourceip: 'ip',
  sourceipaddress: 'ip',
  errorcode: 'error',
  eventcategory: 'category',
  tags: 'tag',
  logsource: 'from',
  repository: 'repo',
};

/** Short names for members that are asked for often. */
const SHORT_PATHS: Readonly<Record<string, readonly string[]>> = {
  agent: ['userAgent'],
  useragent: ['userAgent'],
  message: ['errorMessage'],
  errormessage: ['errorMessage'],
  type: ['eventType'],
  eventtype: ['eventType'],
  request: ['requestID'],
  requestid: ['requestID'],
  identity: ['userIdentity', 'type'],
  principal: ['userIdentity', 'principalId'],
  role: ['userIdentity', 'sessionContext', 'sessionIssuer', 'userName'],
  mfa: ['userIdentity', 'sessionContext', 'attributes', 'mfaAuthenticated'],
  resource: ['resources', 'ARN'],
  resourcetype: ['resources', 'type'],
  bucket: ['requestParameters', 'bucketName'],
  vpce: ['vpcEndpointId'],
};

const KNOWN: ReadonlyMap<string, Field> = new Map<string, Field>([
  ...NAMED_FIELDS.map((name) => [name, { kind: 'named', name }] as const),
  ...Object.entries(OTHER_NAMES).map(([word, name]) => [word, { kind: 'named', name }] as const),
  ...Object.entries(SHORT_PATHS).map(([word, names]) => [word, { kind: 'path', names }] as const),
  ['time', { kind: 'time' }],
  ['eventtime', { kind: 'time' }],
  ['arrived', { kind: 'arrived' }],
]);

/** The field of a name without `@`; case does not matter. `enrich.NAME` is what enrichment added. */
export function findField(name: string): Field | undefined {
  const enriched = /^enrich\.(.+)$/i.exec(name)?.[1];
  if (enriched !== undefined) return { kind: 'enriched', name: enriched };
  return KNOWN.get(name.toLowerCase());
}

/** All names, for hints and the reference: what stands for what. */
export function fieldNames(): ReadonlyMap<string, Field> {
  return KNOWN;
}

/** The known name that is nearest to a mistyped one, if one is near. */
export function nearestField(name: string): string | undefined {
  const word = name.toLowerCase().slice(0, 40);
  let best: { readonly known: string; readonly distance: number } | undefined;
  for (const known of KNOWN.keys()) {
    const distance = editDistance(word, known);
    if (distance <= Math.max(1, Math.floor(known.length / 3)) && distance < (best?.distance ?? 99)) {
      best = { known, distance };
    }
  }
  return best?.known;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
