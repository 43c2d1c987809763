import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RepoLine, SearchLine } from '../../src/cli/admin-api.ts';
import { apiOf, s3Of } from '../fault/house-keeping.ts';
import { run } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const BASE = '/configapi/opentrail/opentrail';
const ACCOUNTS = ['111122223333', '444455556666'];
const DAY = 86_400_000;
const PATIENCE = 120_000;

/** Collects from a bucket of `other`, and copies to it: as an API and as a bucket. */
let server: TestServer;
let other: TestServer;
let s3: S3Client;
/** Every record that was put into the bucket, by its id, as its bytes are. */
const put = new Map<string, string>();

beforeAll(async () => {
  [server, other] = await Promise.all([
    TestServer.start(),
    TestServer.start({ flags: ['--accounts', `123456789012,${ACCOUNTS.join()}`] }),
  ]);
  s3 = s3Of(other);
  for (const Bucket of ['logs', 'copies']) await s3.send(new CreateBucketCommand({ Bucket }));
  await order('Repos', { repo_name: 'security', path: 'data', retention: 30 });
  await order('LogSources', {
    name: 'prod',
    type: 'S3Fetcher',
    config: {
      Source: { name: 'prod', interval: 1_440, charset: 'utf_8', timezone: 'UTC' },
      Connector: {
        ...{ endpoint_url: other.url, bucket_name: 'logs', region_name: 'us-east-1' },
        ...{ access_key: other.env.AWS_ACCESS_KEY_ID, secret_key: other.env.AWS_SECRET_ACCESS_KEY },
        filter_date: '2020-01-01',
      },
      RoutingPolicy: {
        routing_criterion: [{ key: 'errorCode', value: '*Denied', repository: 'security', tags: ['soc'] }],
        catch_all: 'default',
      },
      NormalizationPolicy: { normalizers: [{ name: 'CloudTrailEcsNormalizer', type: 'compiled' }] },
    },
  });
});
afterAll(async () => {
  s3?.destroy();
  await Promise.all([server?.dispose(), other?.dispose()]);
});

async function order(resource: string, data: object, method: 'POST' | 'PUT' | 'DELETE' = 'POST') {
  const { message } = await apiOf(server).request<{ message: string }>(method, `${BASE}/${resource}`, {
    data,
  });
  const done = await apiOf(server).request<{ status: string; response: { message: string } }>(
    'GET',
    `/${message}`,
  );
  expect(done.status, done.response.message).toBe('Success');
}

/** Puts a log file of so many events into the bucket, every third denied, and has it fetched. */
async function deliver(count: number, time = Date.now()): Promise<void> {
  const [account = ''] = ACCOUNTS;
  const records = Array.from({ length: count }, (_, at) => {
    const eventID = randomUUID();
    const fields = {
      ...{
        eventVersion: '1.11',
        eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
        awsRegion: 'eu-west-1',
      },
      ...{ eventSource: 'iam.amazonaws.com', eventName: `Event${at}`, eventID, eventType: 'AwsApiCall' },
      ...{ userIdentity: { type: 'IAMUser', userName: 'alice' }, sourceIPAddress: '192.0.2.7' },
      ...{ recipientAccountId: ACCOUNTS[at % 2], ...(at % 3 === 0 && { errorCode: 'AccessDenied' }) },
    };
    // A number that does not survive being parsed and written again.
    const text = JSON.stringify(fields).replace(/\}$/, ',"additionalEventData":{"n":1.0}}');
    put.set(eventID, text);
    return text;
  });
  const day = new Date(time).toISOString().slice(0, 10);
  const Key =
    `AWSLogs/${account}/CloudTrail/eu-west-1/${day.replaceAll('-', '/')}/` +
    `${account}_CloudTrail_eu-west-1_${day.replaceAll('-', '')}T0000Z_${randomUUID().replaceAll('-', '').slice(0, 16)}.json.gz`;
  const Body = gzipSync(`{"Records":[${records.join()}]}`);
  await s3.send(new PutObjectCommand({ Bucket: 'logs', Key, Body }));
  await server.opentrail('sources', 'run', 'prod');
}

const isDenied = (text: string) => text.includes('AccessDenied');

async function search(on: TestServer, question: object): Promise<SearchLine[]> {
  const text = await (
    await apiOf(on).post('/v1/search', JSON.stringify({ limit: 10_000, ...question }))
  ).text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SearchLine);
}

async function repos(): Promise<readonly RepoLine[]> {
  return (await apiOf(server).call<{ repos: RepoLine[] }>('/v1/admin/repos', { op: 'list' })).repos;
}

/** Every record in the copies' objects, as its bytes are; as often as it lies there. */
async function copiedRecords(): Promise<string[]> {
  const texts: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: 'copies' })) {
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'copies', Key }));
      const text = gunzipSync(await Body!.transformToByteArray()).toString();
      expect(Key).toMatch(
        /^from-a\/AWSLogs\/(\d{12})\/CloudTrail\/eu-west-1\/\d{4}\/\d\d\/\d\d\/\1_CloudTrail_/,
      );
      for (const record of text.slice('{"Records":['.length, -2).split(/,(?=\{"eventVersion")/))
        texts.push(record);
    }
  }
  return texts.sort();
}

test('a normalizer of the operator is made, named, shown by searches, edited, and kept while it is used', async () => {
  await deliver(6);
  await until(
    'the file is found',
    PATIENCE,
    async () => (await search(server, { query: 'user:alice' })).length === 6,
  );
  const file = join(server.folder, 'team.json');
  const team = {
    name: 'team',
    description: 'for the team',
    when: { errorCode: '*Denied' },
    fields: [
      { to: 'who', from: 'userIdentity.userName' },
      { to: 'at.repo', from: 'kept.repo' },
      { to: 'at.rule', from: 'kept.rule' },
    ],
  };
  writeFileSync(file, JSON.stringify(team));
  expect(await server.opentrail('policies', 'put', 'normalizer', file)).toBe('team created\n');
  expect(JSON.parse(await server.opentrail('policies', 'show', 'normalizer', 'team'))).toEqual({
    ...team,
    type: 'mapping',
  });

  const [source] = await apiOf(server).request<{ id: string }[]>('GET', `${BASE}/LogSources`);
  const whole = await apiOf(server).request<{ config: Record<string, object> }>(
    'GET',
    `${BASE}/LogSources/${source?.id}`,
  );
  const normalizers = [
    { name: 'team', type: 'mapping' },
    { name: 'CloudTrailEcsNormalizer', type: 'compiled' },
  ];
  const { created_at: _c, updated_at: _u, origin: _o, ...rest } = whole as Record<string, unknown>;
  const config = { ...whole.config, NormalizationPolicy: { normalizers } };
  await order(`LogSources/${source?.id}`, { ...rest, config }, 'PUT');

  const views = async (query: string) =>
    (await search(server, { query, view: 'policy' })).map(({ view }) => view as Record<string, unknown>);
  expect(await views('user:alice error:*')).toEqual([
    { who: 'alice', at: { repo: 'security', rule: '1: errorCode = *Denied: store in security' } },
    { who: 'alice', at: { repo: 'security', rule: '1: errorCode = *Denied: store in security' } },
  ]);
  expect((await views('user:alice -error:*'))[0]).toMatchObject({ ecs: {}, user: { name: 'alice' } });
  const lines = await server.opentrail('search', '--as', 'team', '--limit', '1', 'user:alice error:*');
  expect(lines).toBe(
    '{"who":"alice","at":{"repo":"security","rule":"1: errorCode = *Denied: store in security"}}\n',
  );

  const gone = await server.runOpentrail('policies', 'remove', 'normalizer', 'team');
  expect(gone).toMatchObject({ status: 1, stderr: expect.stringContaining('used by log source prod') });
  const listed = await apiOf(server).request<{ id: string; name: string }[]>('GET', `${BASE}/Normalizers`);
  expect(listed.map(({ name }) => name)).toEqual([
    ...['CloudTrailCompiledNormalizer', 'CloudTrailEcsNormalizer', 'CloudTrailOcsfNormalizer', 'team'],
  ]);
  const id = listed.at(-1)?.id;
  await order(`Normalizers/${id}`, { name: 'team', fields: [{ to: 'what', from: 'eventName' }] }, 'PUT');
  expect(await views('user:alice name:Event1')).toEqual([{ what: 'Event1' }]);
  const forward = { name: 'team-tool', kind: 'http', url: 'https://tool.example.com', form: 'team' };
  await apiOf(server).call('/v1/admin/forwards', { op: 'add', forward });
  await order(`LogSources/${source?.id}`, { ...rest, config: whole.config }, 'PUT');
  const stillUsed = await server.runOpentrail('policies', 'remove', 'normalizer', 'team');
  expect(stillUsed.stderr).toContain('used by forward team-tool');
  await apiOf(server).call('/v1/admin/forwards', { op: 'remove', name: 'team-tool' });
  writeFileSync(file, JSON.stringify({ ...team, fields: [{ to: 'a..b', from: 'x' }, { to: 'c' }] }));
  const wrong = await server.runOpentrail('policies', 'put', 'normalizer', file);
  expect(wrong.stderr).toMatch(/fields\[0\]\.to must be names.*fields\[1\] must have either from or is/);
  await order(`Normalizers/${id}`, {}, 'DELETE');
  expect((await server.runOpentrail('search', '--as', 'team', 'x')).stderr).toContain(
    'there is no view "team"',
  );
});

test('repositories are copied to another opentrail and to a bucket, each record once, through kill -9', async () => {
  const token = (await other.opentrail('tokens', 'create', '--scope', 'ingest')).trim();
  await add('dr', token, '--kind', 'opentrail', '--url', other.url);
  await add(
    ...[
      'archive',
      other.env.AWS_SECRET_ACCESS_KEY ?? '',
      '--kind',
      's3',
      '--url',
      `${other.url}/copies/from-a`,
    ],
    ...['--user', other.env.AWS_ACCESS_KEY_ID ?? '', '--s3-region', 'us-east-1', '--gather', '1s'],
  );
  const early = new Set(put.keys());
  await server.opentrail('repos', 'edit', 'security', '--copy-to', 'dr');
  await server.opentrail('repos', 'edit', 'default', '--copy-to', 'archive');
  const nowhere = await server.runOpentrail('repos', 'edit', 'security', '--copy-to', 'nobody');
  expect(nowhere.stderr).toContain('remote_logpoint names no destination for copies');
  const used = await server.runOpentrail('forwards', 'remove', 'archive');
  expect(used.stderr).toContain('archive holds the copies of default');

  for (let round = 0; round < 2; round++) {
    await deliver(300);
    // Somewhere on the way: collected or not, staged, sent or not.
    await new Promise((resolve) => setTimeout(resolve, round * 900));
    await server.kill9();
    await server.restart();
  }
  await server.opentrail('sources', 'run', 'prod');

  const later = [...put].filter(([id]) => !early.has(id));
  const denied = later.flatMap(([id, text]) => (isDenied(text) ? [id] : [])).sort();
  const others = later.flatMap(([, text]) => (isDenied(text) ? [] : [text])).sort();
  await until(
    'the bucket has its copy',
    PATIENCE,
    async () => (await copiedRecords()).length >= others.length,
  );
  await until('the other server has its copy', PATIENCE, async () => {
    return (await search(other, { query: 'user:alice' })).length >= denied.length;
  });
  expect((await search(other, { query: 'user:alice' })).map(({ eventId }) => eventId).sort()).toEqual(denied);
  expect(await copiedRecords()).toEqual(others);

  const [archive] = (await repos()).filter(({ name }) => name === 'default');
  expect(archive).toMatchObject({ copy: { to: 'archive', behind: 0, deadLetters: { events: 0 } } });
  expect(await server.opentrail('repos', 'list')).toMatch(/default +365d +\d+ .* archive +idle/);
  const metrics = await (await fetch(new URL('/metrics', server.url))).text();
  expect(metrics).toContain('opentrail_repo_copy_missing{repo="default"} 0');
  expect(metrics).toMatch(/opentrail_forward_behind_events\{forward="archive"\} 0/);
});

test('retention really frees disk', async () => {
  await deliver(600, Date.now() - 100 * DAY);
  const earlier = [...put.values()].filter(isDenied).length;
  await until('the old file is found', PATIENCE, async () => (await rowsOf('security')) === earlier);
  const before = await rowsOf('security');
  await server.opentrail('repos', 'edit', 'security', '--retention', '60');
  // What is too old is dropped soon after a retention was shortened.
  await until('the old records are gone', PATIENCE, async () => (await rowsOf('security')) === before - 200);
});

async function rowsOf(name: string): Promise<number> {
  return (await repos()).find((repo) => repo.name === name)?.rows ?? 0;
}

async function add(name: string, secret: string, ...args: readonly string[]): Promise<void> {
  const env = { ...server.env, OPENTRAIL_DATA_DIR: server.dataDir, OPENTRAIL_FORWARD_SECRET: secret };
  const command = join(import.meta.dirname, '../../bin/opentrail.js');
  const outcome = await run(process.execPath, [command, 'forwards', 'add', name, '--copies', ...args], {
    env,
    cwd: server.folder,
  });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
}
