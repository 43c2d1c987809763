import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  type CreateTrailCommandInput,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { type ApiClient, createApiClient } from '../../src/cli/api-client.ts';
import { type Outcome, run } from '../clients/programs.ts';
import type { TestServer } from '../clients/server.ts';

/** The account of a test server. */
export const ACCOUNT = '123456789012';

/** What a client of the SDK needs, as root. */
export const clientOf = (server: TestServer) => ({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: {
    accessKeyId: server.env.AWS_ACCESS_KEY_ID!,
    secretAccessKey: server.env.AWS_SECRET_ACCESS_KEY!,
  },
  maxAttempts: 3,
});

export const s3Of = (server: TestServer) => new S3Client({ ...clientOf(server), forcePathStyle: true });
export const cloudTrailOf = (server: TestServer) => new CloudTrailClient(clientOf(server));

/** The product's own paths, as root. */
export function apiOf(server: TestServer): ApiClient {
  const { credentials, region } = clientOf(server);
  return createApiClient({ url: server.url, region, identity: { kind: 'keys', credentials } }, Date.now);
}

/** The policy that CloudTrail's user guide gives for a trail's bucket. */
export function bucketPolicy(bucket: string): string {
  const principal = { Service: 'cloudtrail.amazonaws.com' };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AclCheck',
        Effect: 'Allow',
        Principal: principal,
        Action: 's3:GetBucketAcl',
        Resource: `arn:aws:s3:::${bucket}`,
      },
      {
        Sid: 'Write',
        Effect: 'Allow',
        Principal: principal,
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${bucket}/AWSLogs/*`,
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
      },
    ],
  });
}

/** A bucket, and a logging multi-Region trail into it that takes everything. */
export async function makeTrail(
  server: TestServer,
  bucket: string,
  name = bucket,
  settings: Partial<CreateTrailCommandInput> = {},
): Promise<void> {
  const s3 = s3Of(server);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: bucketPolicy(bucket) }));
  const trails = cloudTrailOf(server);
  await trails.send(
    new CreateTrailCommand({ Name: name, S3BucketName: bucket, IsMultiRegionTrail: true, ...settings }),
  );
  await trails.send(
    new PutEventSelectorsCommand({
      TrailName: name,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          IncludeManagementEvents: true,
          DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }],
        },
      ],
    }),
  );
  await trails.send(new StartLoggingCommand({ Name: name }));
}

/** All records of all log files of a bucket, as their own text, by file. */
export async function readLogFiles(server: TestServer, bucket: string): Promise<Map<string, string[]>> {
  const s3 = s3Of(server);
  const files = new Map<string, string[]>();
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key, Size } of page.Contents ?? []) {
      if (!Size) continue;
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const text = gunzipSync(await object.Body!.transformToByteArray()).toString();
      files.set(Key!, recordsOf(text));
    }
  }
  return files;
}

/** Cuts a log file into its records without parsing and writing them again. */
function recordsOf(text: string): string[] {
  const { Records } = JSON.parse(text) as { Records: unknown[] };
  const records: string[] = [];
  let at = '{"Records":['.length;
  let depth = 0;
  let quoted = false;
  for (let end = at; end < text.length; end++) {
    const char = text[end];
    if (quoted) {
      if (char === '\\') end++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (--depth === 0) {
        records.push(text.slice(at, end + 1));
        at = end + 2;
      }
    }
  }
  if (records.length !== Records.length) throw new Error('a log file could not be cut into its records');
  return records;
}

const command = join(import.meta.dirname, '..', '..', 'bin', 'opentrail.js');

/** `opentrail fsck` of a data directory that no server uses: there are no credentials and no address to hand on. */
export async function runFsck(server: TestServer, ...args: readonly string[]): Promise<Outcome> {
  const env = { PATH: process.env.PATH ?? '', HOME: server.folder };
  const milliseconds = 180_000;
  return await run(process.execPath, [command, 'fsck', ...args], { env, cwd: server.folder, milliseconds });
}
