import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { apiOf, runFsck, s3Of } from './house-keeping.ts';

const ACCOUNT = '111122223333';
const RECORDS = 600;

/** Collects from a bucket of `other`. */
let server: TestServer;
let other: TestServer;
beforeAll(async () => {
  [server, other] = await Promise.all([TestServer.start(), TestServer.start()]);
});
afterAll(() => Promise.all([server?.dispose(), other?.dispose()]));

/** A log file of about half a megabyte: a block that does not lie in the database. */
async function deliver(): Promise<void> {
  const records = Array.from({ length: RECORDS }, (_, at) => ({
    ...{
      eventVersion: '1.11',
      eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
      eventID: randomUUID(),
    },
    ...{ eventSource: 'iam.amazonaws.com', eventName: `Event${at}`, awsRegion: 'eu-west-1' },
    requestParameters: { text: 'x'.repeat(700) },
  }));
  const day = new Date().toISOString().slice(0, 10);
  await s3Of(other).send(
    new PutObjectCommand({
      Bucket: 'logs',
      Key:
        `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/${day.replaceAll('-', '/')}/` +
        `${ACCOUNT}_CloudTrail_eu-west-1_${day.replaceAll('-', '')}T0000Z_${randomUUID().replaceAll('-', '').slice(0, 16)}.json.gz`,
      Body: gzipSync(JSON.stringify({ Records: records })),
    }),
  );
  await server.opentrail('sources', 'run', 'prod');
}

async function found(): Promise<number> {
  const answer = await apiOf(server).post(
    '/v1/search',
    JSON.stringify({ query: 'region:eu-west-1', limit: 10_000 }),
  );
  return (await answer.text()).split('\n').filter(Boolean).length;
}

test('a backup holds the blocks of which its log knows the places, and a restored server goes on with them', async () => {
  await s3Of(other).send(new CreateBucketCommand({ Bucket: 'logs' }));
  // Nobody listens there: what it has not taken stays in the log.
  await server.opentrail('forwards', 'add', 'gone', '--kind', 'http', '--url', 'http://127.0.0.1:9/');
  const { AWS_ACCESS_KEY_ID: access_key, AWS_SECRET_ACCESS_KEY: secret_key } = other.env;
  await apiOf(server).request('POST', '/configapi/opentrail/opentrail/LogSources', {
    data: {
      ...{ name: 'prod', type: 'S3Fetcher' },
      config: {
        Source: { name: 'prod', interval: 1_440, charset: 'utf_8', timezone: 'UTC' },
        Connector: {
          ...{ endpoint_url: other.url, bucket_name: 'logs', region_name: 'us-east-1' },
          ...{ access_key, secret_key, filter_date: '2020-01-01' },
        },
        RoutingPolicy: { routing_criterion: [], catch_all: 'default' },
        NormalizationPolicy: { normalizers: [{ name: 'CloudTrailEcsNormalizer', type: 'compiled' }] },
      },
    },
  });
  await deliver();
  await until('the records are in the repository', 60_000, async () => (await found()) === RECORDS);
  const directory = join(server.folder, 'backup');
  await server.opentrail('backup', directory);
  expect(readdirSync(join(directory, 'collected', 'blocks'))).toEqual(['blocks-0']);

  const restored = join(server.folder, 'restored');
  await server.opentrail('restore', directory, '--data-dir', restored);
  const { status, stdout, stderr } = await runFsck(server, '--data-dir', restored);
  expect(stdout + stderr).toContain(` ${RECORDS} collected records`);
  expect(status, stdout + stderr).toBe(0);

  await server.restart({ dataDir: restored });
  await deliver();
  await until('the next ones are there, too', 60_000, async () => (await found()) === 2 * RECORDS);
}, 240_000);
