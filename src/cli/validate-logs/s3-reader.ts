import {
  GetBucketLocationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { type BucketReader, ObjectTooLarge } from '../../digest/verify/index.ts';
import { listedKey } from '../../signer/index.ts';
import { CliError } from '../context.ts';
import { type BucketAddress, createPlainGet } from './plain-get.ts';

/** An S3, and how to get its objects without the SDK. */
export interface S3Reader extends BucketReader {
  /** Undefined where only the SDK knows how. Credentials are fresh: ask again for each few objects. */
  addressOf(bucket: string): Promise<BucketAddress | undefined>;
}

/** Reads any S3. Each bucket is asked in its own Region, as the AWS CLI does. */
export function createS3Reader(config: S3ClientConfig): S3Reader {
  const home = new S3Client(config);
  const regions = new Map<string, Promise<S3Client>>();
  const clients = new Map<string, S3Client>();
  const addresses = new Map<string, Promise<Omit<BucketAddress, 'credentials'> | undefined>>();
  const plainGet = createPlainGet();

  async function findClient(bucket: string): Promise<S3Client> {
    const answer = await call('GetBucketLocation', () =>
      home.send(new GetBucketLocationCommand({ Bucket: bucket })),
    );
    const region = answer.LocationConstraint || 'us-east-1';
    const known = clients.get(region) ?? new S3Client({ ...config, region });
    clients.set(region, known);
    return known;
  }

  function clientOf(bucket: string): Promise<S3Client> {
    const known = regions.get(bucket) ?? findClient(bucket);
    regions.set(bucket, known);
    return known;
  }

  async function addressOf(bucket: string): Promise<BucketAddress | undefined> {
    const client = await clientOf(bucket);
    const known = addresses.get(bucket) ?? findAddress(client, bucket);
    addresses.set(bucket, known);
    const address = await known;
    // Asked each time: the SDK fetches new ones before they expire.
    return address && { ...address, credentials: await client.config.credentials() };
  }

  return {
    keepsMetadata: true,
    addressOf: (bucket) => addressOf(bucket).catch(() => undefined),

    async *list(bucket, prefix, after) {
      const client = await clientOf(bucket);
      let token: string | undefined;
      do {
        const page = await call('ListObjectsV2', () =>
          client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix,
              StartAfter: after,
              EncodingType: 'url',
              ContinuationToken: token,
            }),
          ),
        );
        yield (page.Contents ?? []).map(({ Key = '', LastModified }) => ({
          key: listedKey(Key),
          ...(LastModified && { lastModified: LastModified.getTime() }),
        }));
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    async get(bucket, key, maxBytes) {
      const address = await addressOf(bucket).catch(() => undefined);
      const plain = address && (await plainGet(address, key, maxBytes));
      if (plain) return plain;
      const client = await clientOf(bucket);
      try {
        return await call('GetObject', async () => {
          const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          if ((answer.ContentLength ?? 0) > maxBytes) {
            throw new ObjectTooLarge(bucket, key, maxBytes);
          }
          const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
          return { bytes, metadata: new Map(Object.entries(answer.Metadata ?? {})) };
        });
      } catch (error) {
        if (error instanceof CliError && codeOf(error.cause) === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}

/** Where the SDK would ask for the bucket's objects; undefined where it would not say so simply. */
async function findAddress(
  client: S3Client,
  bucket: string,
): Promise<Omit<BucketAddress, 'credentials'> | undefined> {
  const { endpointProvider, endpoint, forcePathStyle } = client.config;
  const region = await client.config.region();
  const custom = await endpoint?.();
  const { url, headers } = endpointProvider({
    ...{ Bucket: bucket, Region: region },
    UseFIPS: await client.config.useFipsEndpoint(),
    UseDualStack: await client.config.useDualstackEndpoint(),
    ...(forcePathStyle && { ForcePathStyle: true }),
    ...(custom && {
      Endpoint: `${custom.protocol}//${custom.hostname}${custom.port ? `:${custom.port}` : ''}${custom.path.replace(/\/$/, '')}`,
    }),
  });
  if (headers && Object.keys(headers).length > 0) return undefined;
  return { base: url.href.replace(/\/$/, ''), region };
}

/** S3's refusals end the command, in the AWS CLI's words. */
async function call<Value>(operation: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ObjectTooLarge) throw error;
    const text =
      error instanceof S3ServiceException
        ? `An error occurred (${error.name}) when calling the ${operation} operation: ${error.message}`
        : `cannot read the bucket (${operation}): ${error instanceof Error ? error.message || error.name : String(error)}`;
    throw new CliError(text, { exitCode: 255, cause: error });
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof S3ServiceException ? error.name : undefined;
}
