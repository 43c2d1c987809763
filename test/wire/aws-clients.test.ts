import { execFile, spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as s3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleKey, type House, openHouse } from '../../src/aws/front-door.fixture.ts';
import { defineService } from '../../src/aws/index.ts';

/** The front door alone, with handlers of two lines, in front of AWS's own clients. */
let house: House;
const stored = new Map<string, Buffer>();

beforeAll(async () => {
  const trails = defineService({
    client: cloudtrail,
    signingNames: ['cloudtrail'],
    protocol: 'awsJson1_1',
    targetPrefixes: ['CloudTrail_20131101'],
    iamPrefix: 'cloudtrail',
    eventSource: 'cloudtrail.amazonaws.com',
    errors: new Map([['TrailNotFoundException', 400]]),
    handlers: {
      GetTrailStatus: async () => ({ IsLogging: true, LatestDeliveryTime: new Date(1789319538551) }),
      GetTrail: async ({ Name }) => {
        throw Object.assign(new Error(`Unknown trail: ${Name}`), { code: 'TrailNotFoundException' });
      },
    },
  });
  const buckets = defineService({
    client: s3,
    signingNames: ['s3'],
    protocol: 'restXml',
    iamPrefix: 's3',
    eventSource: 's3.amazonaws.com',
    errors: new Map(),
    handlers: {
      PutObject: async ({ Key, Body }, call) => {
        const parts: Buffer[] = [];
        for await (const part of Body ?? []) parts.push(part as Buffer);
        stored.set(Key ?? '', Buffer.concat(parts));
        return { ETag: '"e"', ...Object.fromEntries(call.verifiedChecksums ?? []) };
      },
      GetObject: async ({ Key }) => ({ Body: stored.get(Key ?? ''), ETag: '"e"', LastModified: new Date(0) }),
      HeadObject: async ({ Key }) => ({
        ContentLength: stored.get(Key ?? '')?.length,
        ETag: '"e"',
        LastModified: new Date(0),
      }),
    },
  });
  house = await openHouse({ services: [trails, buckets] });
});
afterAll(() => house.close());

describe('the JavaScript SDK', () => {
  const configuration = () => ({
    endpoint: house.url,
    region: 'us-east-1',
    credentials: exampleKey,
    maxAttempts: 1,
  });

  it('reads times and errors', async () => {
    const client = new cloudtrail.CloudTrailClient(configuration());
    const status = await client.send(new cloudtrail.GetTrailStatusCommand({ Name: 't' }));
    expect(status.LatestDeliveryTime).toEqual(new Date(1789319538551));
    const refused = client.send(new cloudtrail.GetTrailCommand({ Name: 'x' }));
    await expect(refused).rejects.toBeInstanceOf(cloudtrail.TrailNotFoundException);
    client.destroy();
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'streams an object with a trailing %s',
    async (algorithm) => {
      const client = new s3.S3Client({ ...configuration(), forcePathStyle: true });
      const bytes = Buffer.alloc(200_000, 'z');
      const put = await client.send(
        new s3.PutObjectCommand({
          Bucket: 'b',
          Key: algorithm,
          Body: Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]),
          ContentLength: bytes.length,
          ChecksumAlgorithm: algorithm,
        }),
      );
      expect(put[`Checksum${algorithm}`]).toBeTruthy();
      expect(stored.get(algorithm)?.equals(bytes)).toBe(true);
      client.destroy();
    },
  );
});

const hasCli = spawnSync('aws', ['--version']).status === 0;
describe.skipIf(!hasCli)('the AWS CLI', () => {
  const aws = async (...words: string[]): Promise<string> => {
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: house.url,
      AWS_ACCESS_KEY_ID: exampleKey.accessKeyId,
      AWS_SECRET_ACCESS_KEY: exampleKey.secretAccessKey,
      AWS_SESSION_TOKEN: '',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_MAX_ATTEMPTS: '1',
      AWS_CONFIG_FILE: '/nonexistent',
    };
    return (await promisify(execFile)('aws', words, { env })).stdout;
  };

  it('reads a status', async () => {
    expect(JSON.parse(await aws('cloudtrail', 'get-trail-status', '--name', 't'))).toMatchObject({
      IsLogging: true,
    });
  });

  it('reads an error', async () => {
    await expect(aws('cloudtrail', 'get-trail', '--name', 'x')).rejects.toThrow(
      'An error occurred (TrailNotFoundException) when calling the GetTrail operation: Unknown trail: x',
    );
  });

  it('copies an object out of a bucket', async () => {
    stored.set('a b/ü', Buffer.from('hello'));
    expect(await aws('s3', 'cp', '--quiet', 's3://b/a b/ü', '-')).toBe('hello');
  });
});
