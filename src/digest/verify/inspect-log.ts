import { createHash, hash as hashOnce } from 'node:crypto';
import { type BucketReader, ObjectTooLarge } from './bucket-reader.ts';
import type { ListedLog } from './digest.ts';
import { scanEventIds } from './event-ids.ts';
import { GunzipError, gunzipFirst, gunzipFirstInPieces, type Inflated } from './gunzip-first.ts';

/** Larger objects are not read: CloudTrail's log files are at most 50 MB before compression. Bytes. */
export const MAX_LOG_OBJECT_BYTES = 256 * 2 ** 20;
/** Up to here content is inflated in one piece, which is fastest. Bytes. */
const ONE_PIECE_BYTES = 64 * 2 ** 20;
/** Beyond this a log file is a bomb. Bytes. */
const MAX_CONTENT_BYTES = 2 ** 30;

/** What became of a log file that a true digest lists. */
export type LogStatus = 'valid' | 'mismatch' | 'missing' | 'format';

/** What reading one log file showed. Can be sent between threads. */
export interface LogVerdict {
  readonly status: LogStatus;
  /** `trailing`: a reader who inflates the whole object sees more than what was signed. */
  readonly ending: Inflated['ending'];
  /** SHA-256 of what the object holds now; absent when it holds nothing readable. */
  readonly actual?: string;
  /** Bytes before compression. */
  readonly size: number;
  /** See `scanEventIds`; empty unless the file is valid. */
  readonly eventIds: Uint32Array<ArrayBuffer>;
}

/**
 * Reads listed log files and compares them with their digest. The order of answers is that of the questions. May be
 * called concurrently: what runs side by side is the inspector's business.
 */
export interface LogInspector {
  inspect(logs: readonly ListedLog[]): Promise<readonly LogVerdict[]>;
}

/** Inspects in this thread, one file after the other. */
export function createLogInspector(reader: BucketReader): LogInspector {
  return {
    async inspect(logs) {
      const verdicts: LogVerdict[] = [];
      for (const log of logs) verdicts.push(await inspectLog(reader, log));
      return verdicts;
    },
  };
}

/** Reads one log file and compares its content with the hash that its digest gives. */
export async function inspectLog(reader: BucketReader, log: ListedLog): Promise<LogVerdict> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = (await reader.get(log.bucket, log.key, MAX_LOG_OBJECT_BYTES))?.bytes;
  } catch (error) {
    if (error instanceof ObjectTooLarge) return unreadable('format');
    throw error;
  }
  return bytes === undefined ? unreadable('missing') : await inspectLogBytes(bytes, log.sha256);
}

/** Compares a log file as it lies in the bucket with the hash of its content. Never throws: bad bytes are a verdict. */
export async function inspectLogBytes(bytes: Uint8Array, sha256: string): Promise<LogVerdict> {
  try {
    return inspectInOnePiece(bytes, sha256);
  } catch (error) {
    if (!(error instanceof GunzipError)) throw error;
    if (error.code === 'damaged') return unreadable('format');
  }
  try {
    const hash = createHash('sha256');
    const inflated = await gunzipFirstInPieces(bytes, MAX_CONTENT_BYTES, (piece) => hash.update(piece));
    const actual = hash.digest('hex');
    return { ...verdictOf(actual, sha256, inflated), eventIds: new Uint32Array() };
  } catch (error) {
    if (!(error instanceof GunzipError)) throw error;
    return unreadable('format');
  }
}

function inspectInOnePiece(bytes: Uint8Array, sha256: string): LogVerdict {
  const { content, ...inflated } = gunzipFirst(bytes, ONE_PIECE_BYTES);
  const verdict = verdictOf(hashOnce('sha256', content), sha256, inflated);
  return { ...verdict, eventIds: verdict.status === 'valid' ? scanEventIds(content) : new Uint32Array() };
}

function verdictOf(actual: string, sha256: string, inflated: Inflated): Omit<LogVerdict, 'eventIds'> {
  const { size, ending } = inflated;
  return { status: actual === sha256 ? 'valid' : 'mismatch', actual, size, ending };
}

function unreadable(status: LogStatus): LogVerdict {
  return { status, ending: 'whole', size: 0, eventIds: new Uint32Array() };
}
