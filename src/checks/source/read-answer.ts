import type { PublicKey } from '../../digest/verify/index.ts';
import { CheckFailure } from '../failure.ts';
import type { TrailDescription, TrailStatus } from './trail-source.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A page of LookupEvents. */
export interface EventPage {
  readonly events: readonly string[];
  readonly nextToken: string | undefined;
}

/** Reads GetTrailStatus's answer; the AWS CLI writes its times as text. */
export function readTrailStatus(answer: unknown): TrailStatus {
  const fields = fieldsOf(answer);
  const status = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    status.set(name, name.endsWith('Time') && !name.startsWith('Time') ? readTime(value) : value);
  }
  return Object.fromEntries(status) as TrailStatus;
}

/** Reads DescribeTrails's answer. */
export function readTrails(answer: unknown): readonly TrailDescription[] {
  const list = fieldsOf(answer).trailList;
  return Array.isArray(list) ? (list as TrailDescription[]) : [];
}

/** Reads ListPublicKeys's answer. Keys without a value are passed over. */
export function readPublicKeyPage(answer: unknown): {
  readonly keys: readonly PublicKey[];
  readonly nextToken: string | undefined;
} {
  const { PublicKeyList: list, NextToken: token } = fieldsOf(answer);
  const keys = (Array.isArray(list) ? list : []).flatMap((entry): PublicKey[] => {
    const { Value: value, Fingerprint: fingerprint, ...fields } = fieldsOf(entry);
    if (typeof value !== 'string' || typeof fingerprint !== 'string') return [];
    const [from, until] = [readTime(fields.ValidityStartTime), readTime(fields.ValidityEndTime)];
    return [
      {
        fingerprint,
        value,
        ...(from !== undefined && { validFrom: from * 1000 }),
        ...(until !== undefined && { validUntil: until * 1000 }),
      },
    ];
  });
  return { keys, nextToken: tokenOf(token) };
}

/** Reads LookupEvents's answer. @throws CheckFailure when an event has no text of its own */
export function readEventPage(answer: unknown): EventPage {
  const { Events: events, NextToken: token } = fieldsOf(answer);
  const texts = (Array.isArray(events) ? events : []).map((event) => {
    const text = fieldsOf(event).CloudTrailEvent;
    if (typeof text !== 'string')
      throw new CheckFailure('error: an event of the answer has no CloudTrailEvent');
    return text;
  });
  return { events: texts, nextToken: tokenOf(token) };
}

/** The fields of one event. @throws CheckFailure when it is no JSON object */
export function readEvent(text: string): Fields {
  try {
    const event: unknown = JSON.parse(text);
    if (typeof event === 'object' && event !== null) return event as Fields;
  } catch {
    // Said below.
  }
  throw new CheckFailure('error: a CloudTrailEvent of the answer is not JSON');
}

function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time / 1000;
}

function tokenOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
