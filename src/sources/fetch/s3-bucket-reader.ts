import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { listedKey } from '../../signer/index.ts';
import { BucketError, type BucketErrorKind, type BucketReader, type ListedObject } from './bucket-reader.ts';
import { type ComingObject, PlainObjects } from './plain-objects.ts';

/** What one request may take altogether, ms: an endpoint that sends a byte now and then holds nothing up. */
const PATIENCE = 120_000;

/** Reads a bucket through the SDK. The client is closed with the reader. */
export function createS3BucketReader(client: S3Client, bucket: string): BucketReader {
  const plain = new PlainObjects(client);

  async function open(key: string, abortSignal: AbortSignal): Promise<ComingObject> {
    const known = await plain.get(key, abortSignal);
    if (known) return known;
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const { Body, ContentLength } = await client.send(command, { abortSignal });
    if (!Body) throw new BucketError('passing', `${key}: an answer without a body`);
    return { body: Body as AsyncIterable<Uint8Array>, length: ContentLength };
  }

  return {
    async list({ prefix, startAfter }) {
      return await attempt(async (abortSignal) => {
        const answer = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(startAfter !== '' && { StartAfter: startAfter }),
            // Keys may hold characters that XML cannot.
            EncodingType: 'url',
          }),
          { abortSignal },
        );
        const isEncoded = answer.EncodingType === 'url';
        const objects: ListedObject[] = [];
        for (const { Key, Size, ETag } of answer.Contents ?? []) {
          if (Key === undefined) continue;
          const key = isEncoded ? listedKey(Key) : Key;
          objects.push({ key, size: Size ?? -1, etag: (ETag ?? '').replaceAll('"', '') });
        }
        return { objects, more: answer.IsTruncated ?? false };
      });
    },
    async get(key, maxBytes) {
      return await attempt(async (abortSignal) => {
        const { body: coming, length } = await open(key, abortSignal);
        const chunks: Uint8Array[] = [];
        let bytes = 0;
        for await (const chunk of coming) {
          bytes += chunk.length;
          if (bytes > maxBytes) throw new BucketError('too-large', `more than ${maxBytes} bytes`);
          chunks.push(chunk);
        }
        if (length !== undefined && bytes < length) {
          throw new BucketError('passing', `${key}: ${bytes} of ${length} bytes came`);
        }
        const body = Buffer.from(new ArrayBuffer(bytes));
        let at = 0;
        for (const chunk of chunks) {
          body.set(chunk, at);
          at += chunk.length;
        }
        return body;
      });
    },
    close: () => client.destroy(),
  };
}

async function attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    return await work(patience.signal);
  } catch (error) {
    throw error instanceof BucketError
      ? error
      : new BucketError(kindOf(error), wordsOf(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const THROTTLES = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'RequestLimitExceeded',
  'BandwidthLimitExceeded',
]);
const MISSING = new Set(['NoSuchKey', 'NotFound']);

/** By https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; what is not an answer at all may pass. */
function kindOf(error: unknown): BucketErrorKind {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (THROTTLES.has(name ?? '') || status === 429 || status === 503) return 'throttled';
  if (MISSING.has(name ?? '')) return 'missing';
  if (name === 'CredentialsProviderError' || name === 'CredentialsMissing' || name === 'AddressRefused')
    return 'refused';
  if (status === undefined || status >= 500 || status < 400 || name === 'RequestTimeout') return 'passing';
  return 'refused';
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `${code}: ${error.message}`.slice(0, 500);
}
