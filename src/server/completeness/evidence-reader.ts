import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type BucketReader, ObjectTooLarge } from '../../digest/verify/index.ts';
import { listedKey } from '../../signer/index.ts';

/** What one request may take altogether, milliseconds. */
const PATIENCE = 120_000;
/** Requests that fail in passing are sent again this often. */
const TRIES = 4;

/** Reads a source's bucket as the verifier wants it: with metadata and dates. The client stays the caller's. */
export function createEvidenceReader(client: S3Client): BucketReader {
  return {
    keepsMetadata: true,
    async *list(bucket, prefix, after) {
      let startAfter = after;
      for (;;) {
        const from = startAfter;
        const { Contents = [], IsTruncated } = await again((abortSignal) =>
          client.send(
            new ListObjectsV2Command({
              ...{ Bucket: bucket, Prefix: prefix, EncodingType: 'url' },
              ...(from !== '' && { StartAfter: from }),
            }),
            { abortSignal },
          ),
        );
        const page = Contents.flatMap(({ Key, LastModified }) =>
          Key === undefined
            ? []
            : [{ key: listedKey(Key), ...(LastModified && { lastModified: LastModified.getTime() }) }],
        );
        if (page.length > 0) yield page;
        const last = page.at(-1)?.key;
        // A listing that says more and gives nothing new would never end.
        if (!IsTruncated || last === undefined || last === startAfter) return;
        startAfter = last;
      }
    },
    async get(bucket, key, maxBytes) {
      return await again(async (abortSignal) => {
        try {
          const { Body, Metadata = {} } = await client.send(
            new GetObjectCommand({ Bucket: bucket, Key: key }),
            {
              abortSignal,
            },
          );
          const chunks: Uint8Array[] = [];
          let size = 0;
          for await (const chunk of (Body ?? []) as AsyncIterable<Uint8Array>) {
            size += chunk.length;
            if (size > maxBytes) throw new ObjectTooLarge(bucket, key, maxBytes);
            chunks.push(chunk);
          }
          const metadata = Object.entries(Metadata).map(
            ([name, value]) => [name.toLowerCase(), value] as const,
          );
          return { bytes: Buffer.concat(chunks), metadata: new Map(metadata) };
        } catch (error) {
          if ((error as Error).name === 'NoSuchKey') return undefined;
          throw error;
        }
      });
    },
  };
}

async function again<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(AbortSignal.timeout(PATIENCE));
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      const mayPass =
        !(error instanceof ObjectTooLarge) && (status === undefined || status === 429 || status >= 500);
      if (!mayPass || attempt === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt * (0.5 + Math.random() / 2)));
    }
  }
}
