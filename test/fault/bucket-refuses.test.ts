import { randomUUID } from 'node:crypto';
import { GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { apiOf, bucketPolicy, cloudTrailOf, makeTrail, readLogFiles, s3Of } from './house-keeping.ts';
import { doubles, eventLine, idsInFiles, startLoad } from './load.ts';

const BUCKET = 'logs';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags: ['--delivery-interval', '500ms'] });
  await makeTrail(server, BUCKET);
});
afterAll(() => server?.dispose());

const status = () => cloudTrailOf(server).send(new GetTrailStatusCommand({ Name: BUCKET }));
const sourceOf = (round: string) => `${round}.example.com`;

/** Sends `count` events one by one; answers their ids in the order in which they were acknowledged. */
async function sendInOrder(round: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  for (const id of ids) await apiOf(server).post('/v1/events', eventLine(id, sourceOf(round)));
  return ids;
}

/** The events of a round in the order of the files' delivery and of their places in them. */
async function delivered(round: string): Promise<string[]> {
  const s3 = s3Of(server);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const times = new Map(Contents.map(({ Key, LastModified }) => [Key!, LastModified!.getTime()]));
  const files = [...(await readLogFiles(server, BUCKET))].toSorted(
    ([a], [b]) => times.get(a)! - times.get(b)!,
  );
  return files
    .flatMap(([, records]) => records)
    .map((text) => JSON.parse(text) as { eventID: string; eventSource: string })
    .filter(({ eventSource }) => eventSource === sourceOf(round))
    .map(({ eventID }) => eventID);
}

async function untilDelivered(round: string, wanted: readonly string[]): Promise<void> {
  await until(
    'the backlog is delivered',
    15_000,
    async () => (await delivered(round)).length >= wanted.length,
  );
  const found = await delivered(round);
  expect(doubles(found)).toEqual([]);
  expect(found).toEqual(wanted);
}

it('keeps what a bucket refuses, says AccessDenied, and catches up by itself, in order, once', async () => {
  const s3 = s3Of(server);
  const first = await sendInOrder('policy', 5);
  await untilDelivered('policy', first);
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  const second = await sendInOrder('policy', 20);
  await until(
    'the status says so',
    10_000,
    async () => (await status()).LatestDeliveryError === 'AccessDenied',
  );
  const third = await sendInOrder('policy', 20);
  expect(await delivered('policy')).toEqual(first);
  const { LatestDeliveryTime, LatestDeliveryAttemptTime, IsLogging } = await status();
  expect(IsLogging).toBe(true);
  expect(Date.parse(LatestDeliveryAttemptTime!)).toBeGreaterThanOrEqual(
    LatestDeliveryTime!.getTime() - 1_000,
  );

  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: bucketPolicy(BUCKET) }));
  await untilDelivered('policy', [...first, ...second, ...third]);
  expect((await status()).LatestDeliveryError ?? '').toBe('');
}, 60_000);

it('keeps it across a kill while the bucket refuses', async () => {
  const s3 = s3Of(server);
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  const before = await sendInOrder('kill', 20);
  await until(
    'the status says so',
    10_000,
    async () => (await status()).LatestDeliveryError === 'AccessDenied',
  );
  await server.kill9();
  await server.restart();
  const after = await sendInOrder('kill', 20);
  expect((await status()).LatestDeliveryError).toBe('AccessDenied');
  await s3Of(server).send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: bucketPolicy(BUCKET) }));
  await untilDelivered('kill', [...before, ...after]);
}, 60_000);

it('says NoSuchBucket while the bucket is gone, and catches up in the one that is made in its place', async () => {
  const s3 = s3Of(server);
  // Nothing may be delivered in between, or the bucket is never empty.
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  const sent = await sendInOrder('gone', 10);
  await until(
    'the status says so',
    10_000,
    async () => (await status()).LatestDeliveryError === 'AccessDenied',
  );
  for (;;) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    if (Contents.length === 0) break;
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket: BUCKET }));
  await until(
    'the status says so',
    10_000,
    async () => (await status()).LatestDeliveryError === 'NoSuchBucket',
  );
  const flushed = await apiOf(server).call<{ trails: { error?: string }[] }>('/v1/flush', {});
  expect(flushed.trails.map(({ error }) => error)).toEqual(['NoSuchBucket']);
  const more = await sendInOrder('gone', 10);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: bucketPolicy(BUCKET) }));
  await untilDelivered('gone', [...sent, ...more]);
}, 60_000);

it('takes events at full pace while a bucket refuses', async () => {
  const s3 = s3Of(server);
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  const load = startLoad(server, 2);
  await until('events come in', 20_000, () => load.acknowledged.size > 2_000);
  await load.stop();
  expect(load.refusals()).toBe(0);
  await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: bucketPolicy(BUCKET) }));
  await until(
    'all is delivered',
    20_000,
    async () => (await idsInFiles(server, BUCKET)).length >= load.acknowledged.size,
  );
  const files = await idsInFiles(server, BUCKET);
  expect(doubles(files)).toEqual([]);
  expect(new Set(files)).toEqual(load.acknowledged);
}, 60_000);
