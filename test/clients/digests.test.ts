import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, apiOf, bucketPolicy, s3Of } from '../fault/house-keeping.ts';
import { makeTrailBucket } from './bucket.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

/** Windows of two seconds: the shortest that stamps of whole seconds allow. */
const FLAGS = ['--digest-interval', '2s', '--delivery-interval', '500ms', '--accounts', 'any'];

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags: FLAGS });
});
afterAll(() => server?.dispose());

const arnOf = (trail: string) => `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/${trail}`;

async function makeTrail(name: string, bucket: string, ...options: string[]): Promise<void> {
  await makeTrailBucket(server.aws, bucket);
  const create = ['create-trail', '--name', name, '--s3-bucket-name', bucket, '--enable-log-file-validation'];
  await server.aws.text('cloudtrail', ...create, ...options);
  await server.aws.text('cloudtrail', 'start-logging', '--name', name);
}

let number = 0;
async function record(region = 'us-east-1', account = ACCOUNT): Promise<void> {
  const eventID = `digest-event-${number++}`;
  const event = {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', accountId: ACCOUNT },
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    eventSource: 'digests.example.com',
    eventName: 'DoIt',
    awsRegion: region,
    sourceIPAddress: '192.0.2.1',
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
  await apiOf(server).post('/v1/events', JSON.stringify(event));
}

async function keysOf(bucket: string, part: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3Of(server) }, { Bucket: bucket })) {
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
  }
  return keys.filter((key) => key.includes(part) && key.endsWith('.gz'));
}

/** Does something and waits until the bucket has got some digests since it was begun. */
async function untilDigests(count: number, bucket: string, act: () => Promise<unknown>): Promise<void> {
  const before = (await keysOf(bucket, '/CloudTrail-Digest/us-east-1/')).length;
  await act();
  await until(`${count} more digests in ${bucket}`, 120_000, async () => {
    return (await keysOf(bucket, '/CloudTrail-Digest/us-east-1/')).length >= before + count;
  });
}

/** The unmodified AWS CLI's judgement of everything of the last hour. */
async function validate(trail: string, region = 'us-east-1', ...more: string[]) {
  const start = new Date(Date.now() - HOUR).toISOString();
  const args = ['cloudtrail', 'validate-logs', '--trail-arn', arnOf(trail), '--start-time', start];
  const { status, stdout, stderr } = await server.aws.run(...args, '--verbose', '--region', region, ...more);
  const digests = /(\d+)\/(\d+) digest files valid/.exec(stdout);
  const logs = /(\d+)\/(\d+) log files valid/.exec(stdout);
  return {
    status,
    stderr,
    stdout,
    digests: digests ? [Number(digests[1]), Number(digests[2])] : [],
    logs: logs ? [Number(logs[1]), Number(logs[2])] : [],
  };
}
const HOUR = 3_600_000;

/** Waits until a digest lists a log file: how many windows that takes depends on where in one it was delivered. */
async function untilLogFile(trail: string, region = 'us-east-1', ...more: string[]): Promise<void> {
  await until(`a digest of ${trail} lists a log file`, 120_000, async () => {
    return ((await validate(trail, region, ...more)).logs[0] ?? 0) > 0;
  });
}

/** All valid, and every digest that stood in the bucket was looked at. Answers the number of log files. */
async function expectAllValid(trail: string, bucket: string, region = 'us-east-1'): Promise<number> {
  const digests = await keysOf(bucket, `/CloudTrail-Digest/${region}/`);
  const verdict = await validate(trail, region);
  expect(verdict.stderr).toBe('');
  expect(verdict.status, verdict.stdout).toBe(0);
  for (const key of digests) expect(verdict.stdout).toContain(`s3://${bucket}/${key}\tvalid`);
  expect(verdict.digests[0]).toBe(verdict.digests[1]);
  expect(verdict.logs[0]).toBe(verdict.logs[1]);
  const start = new Date(Date.now() - HOUR).toISOString();
  const own = ['validate-logs', '--trail-arn', arnOf(trail), '--start-time', start, '--region', region];
  const ours = await server.runOpentrail(...own);
  expect(ours, ours.stdout + ours.stderr).toMatchObject({ status: 0 });
  return verdict.logs[0] ?? 0;
}

describe('aws cloudtrail validate-logs', () => {
  it('finds a trail of three Regions valid in each, and its status true', async () => {
    await makeTrail('three', 'three-regions', '--is-multi-region-trail');
    await untilDigests(4, 'three-regions', async () => {
      for (const region of ['us-east-1', 'eu-west-1', 'ap-south-1']) await record(region);
    });
    for (const region of ['us-east-1', 'eu-west-1', 'ap-south-1']) {
      await untilLogFile('three', region);
      expect(await expectAllValid('three', 'three-regions', region), region).toBeGreaterThan(0);
    }
    const status = await server.aws.json('cloudtrail', 'get-trail-status', '--name', 'three');
    expect(Date.now() - Number(status.LatestDigestDeliveryTime) * 1000).toBeLessThan(180_000);
    expect(status.LatestDigestDeliveryError).toBeUndefined();
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/opentrail_trail_digests_delivered_total\{[^}]*trail="three"\} [1-9]/);
    await server.aws.text('cloudtrail', 'delete-trail', '--name', 'three');
  });

  it('finds the chain of another account valid, of which a trail collects events', async () => {
    const other = '222222222222';
    await makeTrail('collector', 'collected');
    const policy = bucketPolicy('collected');
    await server.aws.text('s3api', 'put-bucket-policy', '--bucket', 'collected', '--policy', policy);
    await record('us-east-1', other);
    await until('the other account has digests', 120_000, async () => {
      return (await keysOf('collected', `AWSLogs/${other}/CloudTrail-Digest/`)).length >= 3;
    });
    await untilLogFile('collector', 'us-east-1', '--account-id', other);
    const verdict = await validate('collector', 'us-east-1', '--account-id', other);
    expect(verdict, verdict.stdout).toMatchObject({ status: 0, stderr: '', logs: [1, 1] });
    expect(verdict.digests[0]).toBeGreaterThanOrEqual(3);
    await server.aws.text('cloudtrail', 'delete-trail', '--name', 'collector');
  });

  it('follows a trail through a stop, a restart, another bucket, a new key and a restart of the server', async () => {
    await makeTrail('one', 'one-first');
    await untilDigests(2, 'one-first', () => record());
    await untilLogFile('one');
    expect(await expectAllValid('one', 'one-first')).toBeGreaterThan(0);

    await server.aws.text('cloudtrail', 'stop-logging', '--name', 'one');
    const files = () => keysOf('one-first', '/CloudTrail/us-east-1/');
    await until('the StopLogging event is in a digest', 120_000, async () => {
      const verdict = await validate('one');
      return verdict.logs[0] === (await files()).length && verdict.logs[0] > 0;
    });
    const stopped = (await files()).length;
    await untilDigests(4, 'one-first', async () => {
      await server.aws.text('cloudtrail', 'start-logging', '--name', 'one');
      await record();
    });
    const again = await validate('one');
    expect(again.status, again.stdout + again.stderr).toBe(0);
    // The chain of before the stop ends there; the CLI says so, and goes on with it.
    expect(again.stderr).toMatch(/^\nNo log files were delivered by CloudTrail between \S+ and \S+\n\n$/);
    expect(again.logs[0]).toBeGreaterThan(stopped);

    const before = await server.opentrail('keys', 'list', '--region', 'us-east-1');
    await server.opentrail('keys', 'rotate', '--region', 'us-east-1');
    await untilDigests(3, 'one-first', () => record());
    const rotated = await validate('one');
    expect(rotated.status, rotated.stdout + rotated.stderr).toBe(0);
    expect(rotated.digests[0]).toBeGreaterThan(again.digests[0]!);
    const after = await server.opentrail('keys', 'list', '--region', 'us-east-1');
    expect(after.split('\n').length).toBe(before.split('\n').length + 1);
    expect(after).toContain('rotated');

    await makeTrailBucket(server.aws, 'one-second');
    await server.aws.text('cloudtrail', 'update-trail', '--name', 'one', '--s3-bucket-name', 'one-second');
    await untilDigests(2, 'one-second', () => record());
    await server.restart();
    await untilDigests(2, 'one-second', () => record());
    const moved = await validate('one');
    expect(moved.status, moved.stdout + moved.stderr).toBe(0);
    expect(moved.stdout).toContain('s3://one-first/');
    expect(moved.stdout).toContain('s3://one-second/');
    expect(moved.digests[0]).toBeGreaterThan(rotated.digests[0]!);
    expect(moved.digests[0]).toBe(moved.digests[1]);
  });

  it('finds out who changed a log file', async () => {
    const [key] = await keysOf('one-second', '/CloudTrail/us-east-1/');
    const file = `${server.folder}/changed.json.gz`;
    await server.aws.text('s3', 'cp', `s3://one-second/${key}`, file);
    writeFileSync(
      file,
      gzipSync(gunzipSync(readFileSync(file)).toString().replace('eventName', 'eventNAME')),
    );
    await server.aws.text('s3', 'cp', file, `s3://one-second/${key}`);
    const verdict = await validate('one');
    expect(verdict.status).toBe(1);
    expect(verdict.stderr).toContain(`s3://one-second/${key}\tINVALID: hash value doesn't match`);
    await server.aws.text('cloudtrail', 'delete-trail', '--name', 'one');
  });
});

describe('the guide', () => {
  it('can be typed as it stands, and the trail has its chain then', async () => {
    await makeTrailBucket(server.aws, 'guide-logs');
    const names = ['--name', 'my-trail', '--s3-bucket-name', 'guide-logs'];
    await server.aws.text('cloudtrail', 'create-trail', ...names);
    await server.aws.text('cloudtrail', 'start-logging', '--name', 'my-trail');
    const commands = commandsOf('docs/guides/integrity.md', 'run');
    const session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
    expect(session.status, transcript(session, server)).toBe(0);
    await untilDigests(2, 'guide-logs', () => record());
    await untilLogFile('my-trail');
    expect(await expectAllValid('my-trail', 'guide-logs')).toBeGreaterThan(0);
    const exported = JSON.parse(readFileSync(`${server.folder}/public-keys.json`, 'utf8'));
    expect(exported.PublicKeyList.length).toBeGreaterThan(0);
  });
});

describe('opentrail keys', () => {
  it('exports what list-public-keys answers, and keeps private halves to itself', async () => {
    const exported = JSON.parse(await server.opentrail('keys', 'export', '--region', 'us-east-1'));
    const listed = await server.aws.json('cloudtrail', 'list-public-keys', '--start-time', '2020-01-01');
    const values = (list: unknown) => (list as { Value: string }[]).map(({ Value }) => Value).toSorted();
    expect(values(exported.PublicKeyList)).toEqual(values(listed.PublicKeyList));
    expect(exported.PublicKeyList.length).toBeGreaterThan(0);
    const folder = `${server.dataDir}/keys/us-east-1`;
    for (const name of readdirSync(folder)) expect(statSync(`${folder}/${name}`).mode & 0o777).toBe(0o600);
    const refused = await server.runOpentrail('keys', 'rotate', '--region', '../../etc');
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("region must be a Region's name"),
    });
  });
});
