import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type ChecksumAlgorithm, startChecksum } from '../checksum/checksum.ts';
import type { BodyChecks } from '../embedded-objects.ts';
import { ObjectStoreError } from '../object-store.ts';
import type { DataFiles, DataFileWriter } from './data-files.ts';
import type { Segment } from './object-index.ts';

/** Bodies up to this size live in the index: one sync instead of three, and no file. */
const INLINE_BYTES = 4096;

/** A body that has come in whole and right, on disk or small enough for the index, not yet anyone's. */
export interface ReceivedBody {
  readonly size: number;
  /** MD5, hex. */
  readonly md5: string;
  readonly checksums: Readonly<Record<string, string>>;
  readonly segments: readonly Segment[];
  readonly inline?: Buffer;
  /** The index has it now. */
  keep(): void;
  /** Nobody wants it: leaves nothing. */
  discard(): Promise<void>;
}

/**
 * Takes a body in with bounded memory, summing it on the way. A body that fails, ends early or does not match its
 * sums leaves nothing behind.
 * @throws ObjectStoreError BadDigest, IncompleteBody, InsufficientStorage; what the stream itself throws.
 */
export async function receiveBody(
  files: DataFiles,
  body: Buffer | Readable,
  checks: BodyChecks = {},
): Promise<ReceivedBody> {
  const md5 = createHash('md5');
  const sums = startSums(checks);
  let size = 0;
  let held: Buffer[] = [];
  let writer: DataFileWriter | undefined;
  try {
    for await (const chunk of Buffer.isBuffer(body) ? [body] : (body as AsyncIterable<Buffer>)) {
      md5.update(chunk);
      for (const sum of sums.values()) sum.update(chunk);
      size += chunk.length;
      if (checks.size !== undefined && size > checks.size) throw incompleteBody();
      if (writer) {
        await writer.write(chunk);
        continue;
      }
      held.push(chunk);
      if (size <= INLINE_BYTES) continue;
      writer = await files.create();
      for (const piece of held) await writer.write(piece);
      held = [];
    }
    if (checks.size !== undefined && size !== checks.size) throw incompleteBody();
    const digest = md5.digest();
    const checksums = compareSums(digest, sums, checks);
    await writer?.commit();
    const id = writer?.id ?? randomUUID();
    return {
      size,
      md5: digest.toString('hex'),
      checksums,
      segments: size === 0 ? [] : [writer ? { id, size } : { id, size, inline: true }],
      ...(size > 0 && !writer && { inline: Buffer.concat(held) }),
      keep: () => writer?.release(),
      discard: async () => writer?.discard(),
    };
  } catch (error) {
    await writer?.discard();
    throw error;
  }
}

function startSums(checks: BodyChecks): Map<ChecksumAlgorithm, ReturnType<typeof startChecksum>> {
  const wanted = new Set([...(checks.checksums?.keys() ?? []), ...(checks.compute ?? [])]);
  return new Map([...wanted].map((algorithm) => [algorithm, startChecksum(algorithm)]));
}

function compareSums(
  md5: Buffer,
  sums: ReturnType<typeof startSums>,
  checks: BodyChecks,
): Record<string, string> {
  if (checks.md5 !== undefined && md5.toString('base64') !== checks.md5) {
    throw new ObjectStoreError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const found: Record<string, string> = {};
  for (const [algorithm, sum] of sums) {
    found[algorithm] = sum.digest();
    const expected = checks.checksums?.get(algorithm);
    if (expected !== undefined && expected !== found[algorithm]) {
      const name = algorithm.toUpperCase();
      throw new ObjectStoreError(
        'BadDigest',
        `The ${name} you specified did not match the calculated checksum.`,
      );
    }
  }
  return found;
}

function incompleteBody(): ObjectStoreError {
  return new ObjectStoreError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
