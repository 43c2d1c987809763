import type { BucketReader } from '../../digest/verify/index.ts';
import { splitRecords } from '../../event/index.ts';
import { CliError } from '../context.ts';
import { sha256 } from './archive-file.ts';
import {
  type DigestFile,
  type DigestPlace,
  type ListedLogFile,
  listDigestKeys,
  readDigest,
} from './digest-files.ts';
import { unpackWhole } from './unpack.ts';

const MINUTE = 60_000;
/** CloudTrail tries that long to deliver a log file. Milliseconds. */
const LATEST_DELIVERY = 30 * 86_400_000;
const MAX_LOG_BYTES = 256 * 2 ** 20;

/** Which records are asked for: times of events in milliseconds, both included. */
export interface Wanted {
  readonly start: number;
  readonly end: number;
  /** Only this one. */
  readonly eventId?: string;
}

/** A log file with records that are asked for. */
export interface FoundLog {
  readonly packed: Buffer;
  readonly records: readonly Buffer[];
}

/** What one chain of digests has to show. */
export interface ChainEvidence {
  /** Oldest first: the predecessor of the first that lists a found log file, up to the last that lists one. */
  readonly digests: readonly DigestFile[];
  readonly logs: number;
  readonly records: number;
}

/**
 * Walks along one chain from the time of the events on, and tells of each log file that holds records asked for, in
 * order. One log file at a time is in memory. Late deliveries are found too, up to 30 days later.
 */
export async function collectChain(
  reader: BucketReader,
  place: DigestPlace,
  wanted: Wanted,
  tell: (log: FoundLog, listedBy: DigestFile) => Promise<void>,
): Promise<ChainEvidence> {
  const walked: DigestFile[] = [];
  let first: number | undefined;
  let last = -1;
  let logs = 0;
  let records = 0;
  // A log file is delivered after its events; the clocks of two machines may differ by a little.
  for await (const key of listDigestKeys(reader, place, wanted.start - MINUTE)) {
    const digest = await readDigest(reader, place.bucket, key);
    if (digest.start > wanted.end + LATEST_DELIVERY) break;
    walked.push(digest);
    for (const file of digest.logFiles) {
      // A digest that states no readable times leaves the choice to the records.
      if (file.newest < wanted.start || file.oldest > wanted.end) continue;
      const found = await findRecords(reader, file, wanted);
      if (found.records.length === 0) continue;
      logs++;
      records += found.records.length;
      first ??= walked.length - 1;
      last = walked.length - 1;
      await tell(found, digest);
    }
    if (wanted.eventId !== undefined && records > 0) break;
  }
  if (first === undefined) return { digests: [], logs, records };
  const digests = walked.slice(first, last + 1);
  const before = digests[0]?.previous;
  const isKnown = walked[first - 1]?.key === before?.key;
  const predecessor =
    before && (isKnown ? walked[first - 1] : await readDigest(reader, before.bucket, before.key));
  return { digests: predecessor ? [predecessor, ...digests] : digests, logs, records };
}

async function findRecords(reader: BucketReader, file: ListedLogFile, wanted: Wanted): Promise<FoundLog> {
  const address = `s3://${file.bucket}/${file.key}`;
  const object = await reader.get(file.bucket, file.key, MAX_LOG_BYTES);
  if (!object) throw new CliError(`the log file ${address} is missing; run opentrail validate-logs`);
  const content = unpackWhole(object.bytes);
  if (!content || sha256(content) !== file.sha256) {
    throw new CliError(`the log file ${address} is not what its digest lists; run opentrail validate-logs`);
  }
  const records = splitRecords(content).filter((record) => isWanted(record, wanted));
  return { packed: Buffer.from(object.bytes), records };
}

function isWanted(record: Buffer, { start, end, eventId }: Wanted): boolean {
  // Most records are not the one: parsed only if the id stands somewhere in it.
  if (eventId !== undefined && !record.includes(eventId)) return false;
  const { eventID, eventTime } = JSON.parse(record.toString()) as { eventID?: unknown; eventTime?: unknown };
  if (eventId !== undefined) return eventID === eventId;
  const time = Date.parse(String(eventTime));
  return time >= start && time <= end;
}
