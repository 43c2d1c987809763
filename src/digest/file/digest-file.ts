import { createHash } from 'node:crypto';
import { formatEventTime } from '../../event/index.ts';
import type { DigestLink, ListedFile } from '../chain/digest-state.ts';
import type { DigestSigner } from '../keys/key-ring.ts';
import { type DigestPlace, digestKey } from './digest-key.ts';

/** What a digest says. */
export interface DigestContent {
  readonly place: DigestPlace;
  readonly start: number;
  /** Absent: the first of its chain. */
  readonly previous?: DigestLink;
  readonly files: readonly ListedFile[];
  /** Of a backfill only: when it was generated, ms. */
  readonly generated?: number;
}

/** A digest ready for its bucket. */
export interface DigestFile {
  readonly link: DigestLink;
  /** Before compression. */
  readonly body: Buffer;
  /** User metadata of the object, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes and signs a digest. Deterministic: the same content and key give the same bytes and signature. */
export async function makeDigestFile(content: DigestContent, signer: DigestSigner): Promise<DigestFile> {
  const { place, previous, generated } = content;
  const key = digestKey(place);
  const body = Buffer.from(JSON.stringify(digestMembers(content, key, signer.fingerprint)));
  const sha256 = createHash('sha256').update(body).digest('hex');
  const text = stringToSign({ end: place.end, bucket: place.bucket, key, sha256, previous });
  const signature = (await signer.sign(text)).toString('hex');
  return {
    link: { bucket: place.bucket, key, sha256, signature },
    body,
    metadata: {
      signature,
      'signature-algorithm': 'SHA256withRSA',
      ...(generated !== undefined && { 'backfill-generation-timestamp': formatEventTime(generated) }),
    },
  };
}

/** The members in the order of AWS's own digests. */
function digestMembers(content: DigestContent, key: string, fingerprint: string) {
  const { place, start, previous, files } = content;
  return {
    awsAccountId: place.account,
    digestStartTime: formatEventTime(start),
    digestEndTime: formatEventTime(place.end),
    digestS3Bucket: place.bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: fingerprint,
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime: extreme(files, ({ newest }) => newest, Math.max),
    oldestEventTime: extreme(files, ({ oldest }) => oldest, Math.min),
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.sha256 ?? null,
    previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
    previousDigestSignature: previous?.signature ?? null,
    logFiles: files.map((file) => ({
      s3Bucket: file.bucket,
      s3Object: file.key,
      hashValue: file.sha256,
      hashAlgorithm: 'SHA-256',
      newestEventTime: formatEventTime(file.newest),
      oldestEventTime: formatEventTime(file.oldest),
    })),
  };
}

function extreme(
  files: readonly ListedFile[],
  time: (file: ListedFile) => number,
  choose: (a: number, b: number) => number,
): string | null {
  return files.length === 0 ? null : formatEventTime(files.map(time).reduce((a, b) => choose(a, b)));
}

/**
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html: four lines
 * without a line feed at the end.
 */
function stringToSign(of: {
  readonly end: number;
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly previous: DigestLink | undefined;
}): string {
  const { end, bucket, key, sha256, previous } = of;
  return `${formatEventTime(end)}\n${bucket}/${key}\n${sha256}\n${previous?.signature ?? 'null'}`;
}
