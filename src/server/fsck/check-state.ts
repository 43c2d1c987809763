import type { InspectedValue } from '../../state/index.ts';
import type { Tell } from './finding.ts';

/** Keys whose values must be objects with these members, by the beginning of the key. */
const MEMBERS: readonly (readonly [prefix: string, members: readonly string[]])[] = [
  ['trails/', ['uid', 'name', 'arn', 's3BucketName', 'spans']],
  ['ended-trails/', ['uid', 'arn', 'spans']],
  ['delivery/trail/', ['cursor', 'notices', 'status', 'delivered']],
  ['delivery/history', ['cursor']],
  ['digest-key/', ['fingerprint', 'value', 'validFrom', 'validTo']],
  ['sources/source/', ['source']],
  ['sources/policy/', ['id', 'name']],
  ['sources/order/', ['id', 'at', 'state']],
  ['completeness/', ['chains']],
  ['repos/', ['retentionDays']],
  ['topics/', ['arn', 'name', 'subscriptions']],
  ['topic-outbox/', ['id', 'subscriptionArn', 'body']],
  ['forward/destination/', ['destination']],
];

const RESTORE = 'restore state/ from a backup (opentrail restore); the server does not start or forgets this';

/** Can every user, trail, topic and cursor be read, and does it have what it must have? */
export function checkState(values: readonly InspectedValue[], tell: Tell): void {
  const uids = new Set<unknown>();
  for (const { key, value } of values) {
    if (value === undefined) {
      tell({
        area: 'state',
        code: 'state-unreadable',
        severity: 'error',
        message: `${key} cannot be read`,
        repair: RESTORE,
      });
      continue;
    }
    const members = MEMBERS.find(([prefix]) => key.startsWith(prefix))?.[1] ?? [];
    const present = new Map(Object.entries((value ?? {}) as object));
    const missing = members.filter((name) => present.get(name) === undefined);
    if (missing.length > 0) {
      const message = `${key} lacks ${missing.join(', ')}`;
      tell({ area: 'state', code: 'state-incomplete', severity: 'error', message, repair: RESTORE });
    }
    if (key.startsWith('trails/') || key.startsWith('ended-trails/')) uids.add(present.get('uid'));
    if (key.startsWith('delivery/trail/') && present.has('retired')) uids.add(key.slice(15));
  }
  for (const { key } of values) {
    if (!key.startsWith('delivery/trail/') || uids.has(key.slice(15))) continue;
    tell({
      area: 'state',
      code: 'delivery-without-trail',
      severity: 'error',
      message: `${key} is the delivery of a trail that does not exist`,
      repair: `${RESTORE}; or make the trail again: events from its old cursor on are not delivered any more`,
    });
  }
}
