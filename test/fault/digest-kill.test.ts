import { randomUUID } from 'node:crypto';
import { type CloudTrailClient, GetTrailStatusCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { afterEach, expect, it } from 'vitest';
import type { DigestKeyRecord } from '../../src/digest/index.ts';
import { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { checkChains } from './check-chains.ts';
import type { StoredFile } from './digest-house.ts';
import { ACCOUNT, apiOf, cloudTrailOf, makeTrail, s3Of } from './house-keeping.ts';
import { randomFrom, seedOf } from './random.ts';

const ROUNDS = Number(process.env.OPENTRAIL_TEST_ROUNDS ?? 20);
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1'];

let server: TestServer | undefined;
afterEach(() => server?.dispose());

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function event(region: string): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', accountId: ACCOUNT },
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    eventSource: 'crash.example.com',
    eventName: 'DoIt',
    awsRegion: region,
    sourceIPAddress: '192.0.2.1',
    eventID: randomUUID(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
  });
}

/** Every log file and digest of the bucket. */
async function readBucket(house: TestServer, bucket: string): Promise<Map<string, StoredFile>> {
  const s3 = s3Of(house);
  const objects = new Map<string, StoredFile>();
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    for (const { Key, Size } of page.Contents ?? []) {
      if (!Size) continue;
      const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const body = Buffer.from(await Body!.transformToByteArray());
      objects.set(`${bucket}/${Key}`, { body, metadata: new Map(Object.entries(Metadata ?? {})) });
    }
  }
  return objects;
}

const statusOf = (client: CloudTrailClient, name: string) =>
  client.send(new GetTrailStatusCommand({ Name: name }));

it(`keeps one valid chain for each Region over ${ROUNDS} kills`, {
  timeout: 90_000 + ROUNDS * 15_000,
}, async () => {
  const seed = seedOf('digest-kill');
  const random = randomFrom(seed);
  server = await TestServer.start({ flags: ['--digest-interval', '2s', '--delivery-interval', '300ms'] });
  const house = server;
  const name = 'kill-digests';
  await makeTrail(house, name, name, { EnableLogFileValidation: true });
  for (let round = 0; round < ROUNDS; round++) {
    const lines = REGIONS.filter(() => random() < 0.6).map(event);
    if (lines.length > 0) await apiOf(house).post('/v1/events', lines.join('\n'));
    // Windows end every two seconds: what kills land on is put, commit, and the making of keys.
    await pause(100 + random() * 1_500);
    await house.kill9();
    await house.restart();
  }
  await pause(2_500);
  await cloudTrailOf(house).send(new StopLoggingCommand({ Name: name }));
  let settled = '';
  await until('the chains are closed', 60_000, async () => {
    await pause(2_500);
    const { LatestDigestDeliveryTime, LatestDeliveryTime } = await statusOf(cloudTrailOf(house), name);
    const before = settled;
    settled = `${LatestDigestDeliveryTime} ${LatestDeliveryTime}`;
    return settled === before;
  });

  const { keys } = await apiOf(house).call<{ keys: DigestKeyRecord[] }>('/v1/admin/keys', { op: 'list' });
  const chains = checkChains(await readBucket(house, name), keys);
  const digests = [...chains.values()].flat();
  console.log(
    `digest-kill: ${ROUNDS} rounds, ${digests.length} digests in ${chains.size} chains, seed ${seed}`,
  );
  expect(digests.filter(({ previous, backfill }) => previous === null && !backfill)).toHaveLength(
    chains.size,
  );
  for (const region of chains.keys()) {
    const start = new Date(Date.now() - 3_600_000).toISOString();
    const arn = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${name}`;
    const args = ['--trail-arn', arn, '--start-time', start, '--region', region];
    const verdict = await house.aws.run('cloudtrail', 'validate-logs', ...args);
    expect(verdict, `${region}, seed ${seed}`).toMatchObject({ status: 0, stderr: '' });
    expect(verdict.stdout).toMatch(/digest files valid/);
  }
});
