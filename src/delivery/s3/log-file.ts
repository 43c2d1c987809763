import { createHash } from 'node:crypto';
import type { EventCategory } from '../../event/index.ts';
import type { JournalEvent } from '../../journal/index.ts';
import type { StagedFile } from '../delivery-state.ts';

/** The largest log file before compression: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html */
export const MAX_LOG_FILE_BYTES = 50_000_000;

const SLOT = 300_000;

/** Data and management events share a folder, the others have their own. */
const FOLDERS: Readonly<Record<EventCategory, string>> = {
  Management: 'CloudTrail',
  Data: 'CloudTrail',
  NetworkActivity: 'CloudTrail-NetworkActivity',
  Insight: 'CloudTrail-Insight',
};

/** A log file before compression. */
export interface LogFile extends StagedFile {
  readonly body: Buffer;
}

/**
 * Cuts the matching events of one journal range into log files: one or more for each account, Region and folder.
 * Deterministic: the same events, trail and slot always give the same keys and bytes.
 */
export function cutLogFiles(
  events: readonly JournalEvent[],
  trail: { readonly uid: string; readonly prefix?: string | undefined },
  slot: number,
): LogFile[] {
  const groups = new Map<string, JournalEvent[]>();
  for (const event of events) {
    const name = `${event.account} ${event.region} ${FOLDERS[event.category]}`;
    const group = groups.get(name);
    if (group) group.push(event);
    else groups.set(name, [event]);
  }
  return [...groups.values()].flatMap((group) =>
    cutBySize(group).map((part) => {
      const key = logFileKey(part[0]!, trail, slot);
      const body = logFileBody(part);
      const times = part.map(({ time }) => time);
      return {
        key,
        account: part[0]!.account,
        region: part[0]!.region,
        body,
        sha256: createHash('sha256').update(body).digest('hex'),
        events: part.length,
        oldest: times.reduce((a, b) => Math.min(a, b)),
        newest: times.reduce((a, b) => Math.max(a, b)),
      };
    }),
  );
}

/** The 5-minute stamp that a file delivered at `now` carries: the nearest slot, as AWS's own files show. */
export function deliverySlot(now: number): number {
  return Math.round(now / SLOT) * SLOT;
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html */
function logFileKey(
  first: JournalEvent,
  trail: { readonly uid: string; readonly prefix?: string | undefined },
  slot: number,
): string {
  const { account, region } = first;
  const folder = FOLDERS[first.category];
  const iso = new Date(slot).toISOString();
  const stamp = `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const day = iso.slice(0, 10).replaceAll('-', '/');
  const unique = uniqueString(`${trail.uid} ${first.seq} ${account} ${region} ${folder}`);
  const prefix = trail.prefix ? `${trail.prefix}/` : '';
  return `${prefix}AWSLogs/${account}/${folder}/${region}/${day}/${account}_${folder}_${region}_${stamp}_${unique}.json.gz`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** 16 characters of A-Z, a-z and 0-9, derived from `seed` so that a repeat writes the same object. */
function uniqueString(seed: string): string {
  let rest = BigInt(`0x${createHash('sha256').update(seed).digest('hex')}`);
  let text = '';
  for (let length = 0; length < 16; length++) {
    text += ALPHABET[Number(rest % 62n)];
    rest /= 62n;
  }
  return text;
}

const OPEN = Buffer.from('{"Records":[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']}');

function logFileBody(events: readonly JournalEvent[]): Buffer {
  const parts: Buffer[] = [OPEN];
  events.forEach(({ raw }, index) => {
    if (index > 0) parts.push(COMMA);
    parts.push(raw);
  });
  parts.push(CLOSE);
  return Buffer.concat(parts);
}

function cutBySize(events: readonly JournalEvent[]): JournalEvent[][] {
  const parts: JournalEvent[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const size = event.raw.length + COMMA.length;
    if (bytes + size > MAX_LOG_FILE_BYTES) {
      parts.push([]);
      bytes = OPEN.length + CLOSE.length;
    }
    parts.at(-1)!.push(event);
    bytes += size;
  }
  return parts;
}
