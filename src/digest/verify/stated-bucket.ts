import type { BucketReader } from './bucket-reader.ts';
import { fetchDigest, textOf } from './digest.ts';
import { type ChainName, digestPattern, digestPrefix, isBackfillKey, timeOfKey } from './digest-key.ts';
import { DigestProblem } from './digest-problem.ts';

/**
 * The bucket that a copy was made of, as the newest digest in it says; undefined when there is none. Nothing is lost by
 * believing it: the name is part of what is signed.
 */
export async function findStatedBucket(
  reader: BucketReader,
  chain: ChainName,
  prefix: string | undefined,
): Promise<string | undefined> {
  const pattern = digestPattern(chain, prefix);
  let newest: string | undefined;
  for await (const page of reader.list('', digestPrefix(chain, prefix), '')) {
    for (const { key } of page) {
      if (pattern.test(key) && !isBackfillKey(key) && timeOfKey(key) !== undefined) newest = key;
    }
  }
  if (newest === undefined) return undefined;
  try {
    // Its signature is not looked at here; the copy may not have it.
    const digest = await fetchDigest(reader, '', newest, '');
    return digest && textOf(digest, 'digestS3Bucket');
  } catch (error) {
    if (error instanceof DigestProblem) return undefined;
    throw error;
  }
}
