import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { DigestKeyRecord } from '../../src/digest/index.ts';
import type { StoredFile } from './digest-house.ts';

/** A digest as it was found in the bucket. */
export interface FoundDigest {
  readonly place: string;
  readonly start: string;
  readonly end: string;
  readonly backfill: boolean;
  readonly previous: string | null;
  readonly logFiles: readonly string[];
  readonly fingerprint: string;
}

interface DigestJson {
  readonly awsAccountId: string;
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly previousDigestS3Bucket: string | null;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestSignature: string | null;
  readonly logFiles: readonly { s3Bucket: string; s3Object: string; hashValue: string }[];
}

/**
 * Checks all that stands in the bucket by the rules of CloudTrail's user guide, written here a second time: every
 * signature, every link, one line per chain without a fork, and every log file listed exactly once with its hash.
 * Answers the digests of each chain by its Region, oldest first.
 */
export function checkChains(
  objects: ReadonlyMap<string, StoredFile>,
  keys: readonly DigestKeyRecord[],
): Map<string, FoundDigest[]> {
  const texts = new Map([...objects].map(([place, { body }]) => [place, gunzipSync(body)]));
  const isDigest = (place: string) => place.includes('/CloudTrail-Digest/');
  const digests = new Map<string, DigestJson>();
  for (const [place, text] of texts) if (isDigest(place)) digests.set(place, JSON.parse(text.toString()));

  const listed: string[] = [];
  for (const [place, digest] of digests) {
    expect(`${digest.digestS3Bucket}/${digest.digestS3Object}`).toBe(place);
    checkSignature(place, digest, texts.get(place)!, objects.get(place)!, keys);
    if (digest.previousDigestS3Object !== null) {
      const before = `${digest.previousDigestS3Bucket}/${digest.previousDigestS3Object}`;
      expect(texts.has(before), `${before}, before ${place}`).toBe(true);
      expect(digest.previousDigestHashValue).toBe(sha256(texts.get(before)!));
      expect(digest.previousDigestSignature).toBe(objects.get(before)!.metadata.get('signature'));
    }
    for (const { s3Bucket, s3Object, hashValue } of digest.logFiles) {
      const file = `${s3Bucket}/${s3Object}`;
      expect(texts.has(file), `${file}, listed in ${place}`).toBe(true);
      expect(hashValue).toBe(sha256(texts.get(file)!));
      listed.push(file);
    }
  }
  expect(listed.toSorted()).toEqual([...texts.keys()].filter((place) => !isDigest(place)).toSorted());

  const previous = [...digests.values()].map((digest) => digest.previousDigestS3Object).filter((key) => key);
  expect(new Set(previous).size, 'a fork: two digests name the same previous one').toBe(previous.length);

  const chains = new Map<string, FoundDigest[]>();
  for (const [place, digest] of digests) {
    const region = place.split('/CloudTrail-Digest/')[1]!.split('/')[0]!;
    const found = {
      place,
      start: digest.digestStartTime,
      end: digest.digestEndTime,
      backfill: place.endsWith('_backfill.json.gz'),
      previous:
        digest.previousDigestS3Object && `${digest.previousDigestS3Bucket}/${digest.previousDigestS3Object}`,
      logFiles: digest.logFiles.map(({ s3Object }) => s3Object),
      fingerprint: digest.digestPublicKeyFingerprint,
    };
    chains.set(region, [...(chains.get(region) ?? []), found]);
  }
  for (const [region, chain] of chains) {
    chain.sort((a, b) => (a.end < b.end ? -1 : 1));
    checkLine(region, chain);
  }
  return chains;
}

/** Windows follow each other without overlap, and each digest names the one before it, unless it is a first. */
function checkLine(region: string, chain: readonly FoundDigest[]): void {
  for (const kind of [false, true]) {
    const line = chain.filter(({ backfill }) => backfill === kind);
    line.forEach((digest, index) => {
      const before = line[index - 1];
      if (digest.previous !== null) expect(digest.previous, `${region} ${digest.end}`).toBe(before?.place);
    });
  }
  chain.forEach((digest, index) => {
    const before = chain[index - 1];
    const isFirst = digest.previous === null && !digest.backfill;
    if (before && !isFirst) expect(digest.start, `${region} ${digest.end}`).toBe(before.end);
    if (before) expect(digest.end > before.end, `${region}: two digests end at ${digest.end}`).toBe(true);
  });
}

function checkSignature(
  place: string,
  digest: DigestJson,
  text: Buffer,
  { metadata }: StoredFile,
  keys: readonly DigestKeyRecord[],
): void {
  const key = keys.find(({ fingerprint }) => fingerprint === digest.digestPublicKeyFingerprint);
  expect(key, `the key of ${place}`).toBeDefined();
  // A key must be in force when its digest was due, or generated: AWS's validator looks for it there.
  const at = Date.parse(metadata.get('backfill-generation-timestamp') ?? digest.digestEndTime);
  expect(key!.validFrom <= at && at <= key!.validTo, `the key of ${place} was in force`).toBe(true);
  const der = Buffer.from(key!.value, 'base64');
  const signed = `${digest.digestEndTime}\n${place}\n${sha256(text)}\n${digest.previousDigestSignature ?? 'null'}`;
  const signature = Buffer.from(metadata.get('signature') ?? '', 'hex');
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
  expect(verify('sha256', Buffer.from(signed), publicKey, signature), `the signature of ${place}`).toBe(true);
  expect(metadata.get('signature-algorithm')).toBe('SHA256withRSA');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
