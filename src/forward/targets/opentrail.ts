import { spliceMembers } from '../../event/index.ts';
import type { Outgoing } from '../outgoing.ts';
import { type Answer, excerpt } from '../post.ts';
import type { SendOutcome } from '../target.ts';
import { withPath } from './datadog.ts';
import { type HttpIntake, joined } from './http-target.ts';
import { credentialsOf } from './plain-http.ts';
import type { TargetSettings } from './settings.ts';

/**
 * Another opentrail, by its `POST /v1/events`. It takes an eventID once within a day, so what is sent again after a
 * break is kept once. A record without one is given the id that it is known by here.
 */
export function opentrail(settings: TargetSettings): HttpIntake {
  return {
    url: withPath(settings.url, '/v1/events'),
    headers: { 'content-type': 'application/x-ndjson', ...credentialsOf(settings, 'Bearer') },
    gzip: settings.gzip,
    maxItems: 1000,
    maxBytes: 8_000_000,
    maxItemBytes: 4_000_000,
    encode: (event) => Buffer.concat([withId(event), Buffer.from('\n')]),
    join: (items) => joined(items, ''),
    read: (answer, items) => readOutcomes(answer, items.length),
  };
}

function withId({ id, raw }: Outgoing): Buffer {
  const bytes = Buffer.from(raw);
  return id === '' || hasId(raw) ? bytes : spliceMembers(bytes, new Map([['eventID', id]]));
}

function hasId(raw: string): boolean {
  if (!raw.includes('"eventID"')) return false;
  // It may stand further in, too.
  try {
    return Object.hasOwn(JSON.parse(raw) as object, 'eventID');
  } catch {
    return true;
  }
}

/** An outcome for each record, in the order of the request. */
function readOutcomes({ status, body }: Answer, count: number): SendOutcome | undefined {
  if (status !== 200) return undefined;
  const records = recordsOf(body);
  if (records?.length !== count) {
    return { kind: 'locked', reason: `this is no opentrail: ${excerpt(body)}` };
  }
  const refused: { index: number; reason: string }[] = [];
  for (const [index, { status: outcome, reason, message }] of records.entries()) {
    if (outcome === 'accepted' || outcome === 'duplicate') continue;
    const words = excerpt(`${String(reason)}: ${String(message)}`);
    // The other side must be told to take this account: nothing is given up for that.
    if (reason === 'ForeignAccount') return { kind: 'locked', reason: words };
    refused.push({ index, reason: words });
  }
  return { kind: 'answered', again: [], refused };
}

function recordsOf(body: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const { records } = JSON.parse(body) as { readonly records?: unknown };
    if (!Array.isArray(records)) return undefined;
    const list: readonly unknown[] = records;
    return list.map((one) => (typeof one === 'object' && one !== null ? { ...one } : {}));
  } catch {
    return undefined;
  }
}
