import { KMSClient } from '@aws-sdk/client-kms';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Config, Endpoint } from '../config/index.ts';
import { createS3Client } from '../objects/index.ts';
import { createRemoteTrailKeys } from '../services/kms/index.ts';
import { createRemoteTrailBucket } from '../services/s3/index.ts';
import { createRemoteTrailTopic } from '../services/sns/index.ts';
import { type TrailBucket, TrailError, type TrailKeys, type TrailTopic } from '../trails/index.ts';

/** What trails write to and ask: built in, or a real AWS (or another S3) where `endpoints` names one. */
export interface Neighbours {
  readonly bucket: TrailBucket;
  readonly topic: TrailTopic;
  /** Absent: a KmsKeyId is refused with words. */
  readonly kms?: TrailKeys;
  /** Ends the connections. */
  close(): void;
}

/** Milliseconds until a connection, and then an answer, is given up. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000 };

/** Chooses each neighbour by the settings. */
export function openNeighbours(
  config: Config,
  builtIn: { readonly bucket: TrailBucket; readonly topic: TrailTopic },
): Neighbours {
  const { s3, sns, kms } = config.endpoints;
  const open: { destroy(): void }[] = [];
  const kept = <T extends { destroy(): void }>(client: T): T => {
    open.push(client);
    return client;
  };
  const s3Client =
    s3 && kept(createS3Client({ endpoint: s3.url, region: config.region, ...credentialsOf(s3) }));
  const snsOf = sns && perRegion((region) => kept(new SNSClient(sdkOptionsOf(sns, region))));
  const kmsOf = kms && perRegion((region) => kept(new KMSClient(sdkOptionsOf(kms, region))));
  return {
    bucket: s3Client ? createRemoteTrailBucket(s3Client) : builtIn.bucket,
    topic: snsOf ? createRemoteTrailTopic(snsOf) : builtIn.topic,
    ...(kmsOf && { kms: s3Client ? createRemoteTrailKeys(kmsOf) : WITHOUT_S3 }),
    close() {
      for (const client of open) client.destroy();
    },
  };
}

/** The built-in S3 does not encrypt: a key that it would pass over must not stand in a trail. */
const WITHOUT_S3: TrailKeys = {
  async resolveKey() {
    throw new TrailError(
      'KmsException',
      'The built-in S3 cannot encrypt with KMS keys: configure an S3 endpoint next to the KMS endpoint, or leave KmsKeyId out.',
    );
  },
};

/** Options of an SDK client for a neighbour in one Region. */
export function sdkOptionsOf(endpoint: Endpoint, region: string) {
  return { endpoint: endpoint.url, region, ...credentialsOf(endpoint), requestHandler: TIMEOUTS };
}

function credentialsOf({ credentials }: Endpoint) {
  return credentials ? { credentials } : {};
}

/** One client a Region, made when it is first needed. */
export function perRegion<T>(make: (region: string) => T): (region: string) => T {
  const clients = new Map<string, T>();
  return (region) => {
    let client = clients.get(region);
    if (!client) {
      client = make(region);
      clients.set(region, client);
    }
    return client;
  };
}
