import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bodyWith,
  createBody,
  type Json,
  WRONG_BODIES,
} from '../../src/sources/form/wrong-bodies.fixture.ts';
import { ACCOUNT, apiOf, s3Of } from '../fault/house-keeping.ts';
import { describeWith, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const BASE = '/configapi/13e3a6b2-6b3a-4a8f-bb7f-5b1f0e7b8a11/a1b2c3d4e5';
const SECRET = 'ahbaccdTeA9g5giYcr12+1mwD2VgWgwgbgwGDGhg';

let server: TestServer;
/** The opentrail whose bucket is read. */
let other: TestServer;
let token: string;

beforeAll(async () => {
  [server, other] = await Promise.all([TestServer.start(), TestServer.start()]);
  token = await makeToken('sources');
}, 120_000);

afterAll(async () => {
  await Promise.all([server?.dispose(), other?.dispose()]);
});

async function makeToken(scope: string, account = ACCOUNT): Promise<string> {
  const made = await apiOf(server).call<{ token: string }>('/v1/admin/tokens', {
    op: 'create',
    scope,
    account,
  });
  return made.token;
}

interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  let parsed: Json = {};
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    // S3's answers are XML.
  }
  return { status: response.status, body: parsed, text };
}

/** Asks for a change, and polls its order to its end. */
async function order(method: string, path: string, body?: unknown): Promise<Json & { response: Json }> {
  const answer = await ask(method, path, body);
  expect(answer.body).toEqual({
    status: 'Success',
    message: expect.stringMatching(
      /^monitorapi\/13e3a6b2-6b3a-4a8f-bb7f-5b1f0e7b8a11\/a1b2c3d4e5\/orders\/[0-9a-f-]{36}$/,
    ),
  });
  return await until('the order is carried out', 60_000, async () => {
    const { body: polled } = await ask('GET', `/${answer.body.message}`);
    return polled.status === 'Pending' ? undefined : (polled as Json & { response: Json });
  });
}

const list = async (resource: string) => (await ask('GET', `${BASE}/${resource}`)).body as unknown as Json[];
const idOf = (done: { response: Json }) => String(done.response.id);

describe('the requests of the guide', () => {
  test('create, edit and delete work as printed', async () => {
    const created = await order('POST', `${BASE}/LogSources`, createBody());
    expect(created).toMatchObject({ status: 'Success', response: { success: true } });
    const id = idOf(created);

    const [device] = await list('Devices');
    expect(device).toMatchObject({ id, name: 'CloudTrail' });

    // The guide's body of the edit: another name, bucket and Region, no template, and the id once more.
    const {
      template_vid: _vid,
      dc_metadata: _metadata,
      ...data
    } = bodyWith({
      name: 'UpdatedCloudTrail',
      'config.Source.name': 'UpdatedCloudTrail',
      'config.Connector.bucket_name': 'bucketname',
      'config.Connector.region_name': 'ap-south-2',
    }).data;
    const edited = await order('PUT', `${BASE}/LogSources/${id}`, {
      data: { ...data, id: `LogSources/${id}` },
    });
    expect(edited.status).toBe('Success');
    const { body, text } = await ask('GET', `${BASE}/LogSources/${id}`);
    expect(body).toMatchObject({
      id,
      name: 'UpdatedCloudTrail',
      type: 'S3Fetcher',
      config: {
        Connector: {
          bucket_name: 'bucketname',
          region_name: 'ap-south-2',
          access_key: 'ABICTDEEXFYGKHQITJ5K',
        },
      },
    });
    expect(text).not.toContain(SECRET);

    expect((await order('DELETE', `${BASE}/LogSources/${id}`)).status).toBe('Success');
    expect((await ask('GET', `${BASE}/LogSources/${id}`)).status).toBe(404);
    expect(await list('LogSources')).toEqual([]);
  });

  test('what GET answers can be edited and sent back, without the secret', async () => {
    const id = idOf(await order('POST', `${BASE}/LogSources`, createBody()));
    const { body } = await ask('GET', `${BASE}/LogSources/${id}`);
    await order('PUT', `${BASE}/LogSources/${id}`, { data: { ...body, description: 'ours' } });
    expect((await ask('GET', `${BASE}/LogSources/${id}`)).body.description).toBe('ours');
    await order('DELETE', `${BASE}/LogSources/${id}`);
  });
});

describe('a wrong body', () => {
  test.each(WRONG_BODIES)('is refused with all its faults: %s', async (_what, body, faults) => {
    const answer = await ask('POST', `${BASE}/LogSources`, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status: 'Failed', code: 'ValidationError' });
    const errors = answer.body.errors as { field: string; message: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual([...faults].sort());
    expect(answer.text).not.toContain(SECRET);
  });

  test('changes nothing', async () => expect(await list('LogSources')).toEqual([]));

  const deep = `{"data":{"dc_metadata":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}}`;
  test.each(['', '{', '[]', '"x"', 'null', deep])('that is no form is refused: %#', async (body) => {
    expect((await ask('POST', `${BASE}/LogSources`, body)).status).toBe(400);
  });
});

describe('names and ids', () => {
  test('a name is taken once', async () => {
    const id = idOf(await order('POST', `${BASE}/LogSources`, createBody()));
    const answer = await ask('POST', `${BASE}/LogSources`, createBody());
    expect([answer.status, answer.body.code]).toEqual([409, 'NameTaken']);
    await order('DELETE', `${BASE}/LogSources/${id}`);
  });

  test('unknown ones are not found, and other methods not allowed', async () => {
    const nobody = `${BASE}/LogSources/00000000-0000-4000-8000-000000000000`;
    expect((await ask('PUT', nobody, createBody())).status).toBe(404);
    expect((await ask('DELETE', nobody)).status).toBe(404);
    expect((await ask('PATCH', nobody, {})).status).toBe(405);
    expect((await ask('POST', `${BASE}/Charsets`, { data: {} })).status).toBe(405);
    expect((await ask('GET', `${BASE}/Nothing`)).status).toBe(404);
    expect((await ask('GET', `/monitorapi/p/l/orders/${'0'.repeat(36)}`)).status).toBe(404);
  });

  test('v1 may stand in the path, and resources in the singular', async () => {
    expect((await ask('GET', '/configapi/v1/pool/lp/Repo')).status).toBe(200);
  });
});

describe('the bucket of another opentrail', () => {
  const connector = (over: Json = {}) => {
    const { AWS_ACCESS_KEY_ID: access_key, AWS_SECRET_ACCESS_KEY: secret_key } = other.env;
    const members: Json = {
      endpoint_url: other.url,
      access_key,
      secret_key,
      bucket_name: 'logs',
      region_name: 'us-east-1',
      ...over,
    };
    return Object.fromEntries(
      Object.entries(members).map(([name, value]) => [`config.Connector.${name}`, value]),
    );
  };

  beforeAll(async () => {
    const s3 = s3Of(other);
    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
    await s3.send(
      new PutObjectCommand({ Bucket: 'logs', Key: `AWSLogs/${ACCOUNT}/CloudTrail/x`, Body: 'x' }),
    );
    s3.destroy();
  }, 60_000);

  test('is asked before an order with check=connection is carried out', async () => {
    const done = await order('POST', `${BASE}/LogSources?check=connection`, bodyWith(connector()));
    expect(done.status).toBe('Success');
    const tested = await ask('POST', `${BASE}/LogSources/${idOf(done)}/test`, { data: {} });
    expect(tested.body).toMatchObject({ status: 'Success', ok: true, hasLogs: true });
    await order('DELETE', `${BASE}/LogSources/${idOf(done)}`);
  });

  test.each([
    ['NoSuchBucket', { bucket_name: 'elsewhere' }],
    ['SignatureDoesNotMatch', { secret_key: 'wrong'.repeat(8) }],
    ['ECONNREFUSED', { endpoint_url: 'http://127.0.0.1:9' }],
  ])('the order fails with the reason: %s', async (reason, over) => {
    const done = await order('POST', `${BASE}/LogSources?check=connection`, bodyWith(connector(over)));
    expect(done).toMatchObject({ status: 'Failed', response: { success: false } });
    expect(String((done.response.errors as string[])[0])).toContain(reason);
    expect(await list('LogSources')).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Three records in a log file of this day, where CloudTrail would put it. */
async function putLogFile(s3: S3Client, bucket: string, names: readonly string[]): Promise<void> {
  const time = new Date().toISOString().slice(0, 19);
  const day = time.slice(0, 10);
  const Records = names.map((eventName) => ({
    eventVersion: '1.11',
    eventID: randomUUID(),
    eventTime: `${time}Z`,
    eventSource: 'ec2.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    recipientAccountId: ACCOUNT,
    userIdentity: { type: 'IAMUser', accountId: ACCOUNT, userName: 'alice' },
  }));
  const file = `${ACCOUNT}_CloudTrail_us-east-1_${day.replaceAll('-', '')}T0000Z_${randomUUID().slice(0, 16)}.json.gz`;
  const Key = `AWSLogs/${ACCOUNT}/CloudTrail/us-east-1/${day.replaceAll('-', '/')}/${file}`;
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: gzipSync(JSON.stringify({ Records })) }));
}

async function namesFound(query: string): Promise<string[]> {
  const answer = await apiOf(server).post('/v1/search', JSON.stringify({ query }));
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => /"eventName\\?":\\?"(\w+)/.exec(line)?.[1] ?? line).sort();
}

/** Makes a source by the guide's request, and waits until its records are found. */
async function collect(prefix: string, connector: Json): Promise<void> {
  const names = ['One', 'Two', 'Dropped'].map((name) => prefix + name);
  const data = bodyWith({
    name: prefix,
    'config.RoutingPolicy': {
      repos: [{ repo_name: prefix, path: '/opt/x', retention: 30 }],
      routing_criterion: [
        { key: 'eventName', value: names[1], operation: 'store', repository: prefix },
        { key: 'eventName', value: names[2], operation: 'discard' },
      ],
      catch_all: '_logpoint',
    },
    ...Object.fromEntries(
      Object.entries(connector).map(([name, value]) => [`config.Connector.${name}`, value]),
    ),
  });
  const id = idOf(await order('POST', `${BASE}/LogSources`, data));
  const status = await until('all records were read', 90_000, async () => {
    const { body } = await ask('GET', `${BASE}/LogSources/${id}/status`);
    const read = body.status as { records: number; lastError?: string } | undefined;
    return (read?.records ?? 0) >= 3 && body;
  });
  expect(status).toMatchObject({ active: true, status: { files: 1, records: 3, quarantined: 0 } });
  await until('they are found', 60_000, async () => (await namesFound(`name:${prefix}*`)).length >= 2);
  expect(await namesFound(`repo:_logpoint name:${prefix}*`)).toEqual([names[0]]);
  expect(await namesFound(`repo:${prefix} name:${prefix}*`)).toEqual([names[1]]);
  await order('DELETE', `${BASE}/LogSources/${id}`);
}

describe('collecting by the request of the guide', () => {
  test("reads another opentrail's bucket, and routes what it finds", async () => {
    const s3 = s3Of(other);
    await s3.send(new CreateBucketCommand({ Bucket: 'collected' }));
    await putLogFile(s3, 'collected', ['PlainOne', 'PlainTwo', 'PlainDropped']);
    s3.destroy();
    const { AWS_ACCESS_KEY_ID: access_key, AWS_SECRET_ACCESS_KEY: secret_key } = other.env;
    await collect('Plain', {
      endpoint_url: other.url,
      access_key,
      secret_key,
      bucket_name: 'collected',
      region_name: 'us-east-1',
    });
  }, 180_000);
});

describeWith('moto', works('moto_server', '--help'), "collecting from moto's S3", () => {
  let moto: ChildProcess;
  let endpoint_url: string;

  beforeAll(async () => {
    const port = await freePort();
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    endpoint_url = `http://127.0.0.1:${port}`;
    await until('moto answers', 60_000, () =>
      fetch(endpoint_url).then(
        () => true,
        () => false,
      ),
    );
  }, 90_000);
  afterAll(() => void moto?.kill('SIGKILL'));

  test('reads and routes the same', async () => {
    const keys = { access_key: 'moto', secret_key: 'moto-secret' };
    const credentials = { accessKeyId: keys.access_key, secretAccessKey: keys.secret_key };
    const s3 = new S3Client({
      endpoint: endpoint_url,
      region: 'us-east-1',
      credentials,
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: 'collected' }));
    await putLogFile(s3, 'collected', ['MotoOne', 'MotoTwo', 'MotoDropped']);
    s3.destroy();
    await collect('Moto', { endpoint_url, ...keys, bucket_name: 'collected', region_name: 'us-east-1' });
  }, 180_000);
});

describe('repositories and policies', () => {
  test('repositories are listed, made, edited and deleted', async () => {
    const names = async () => (await list('Repos')).map(({ name }) => name);
    const before = await names();
    expect(before).toEqual(expect.arrayContaining(['_logpoint', 'default']));
    const data = { repo_name: 'audit', path: '/opt/audit', retention: '30' };
    const id = idOf(await order('POST', `${BASE}/Repos`, { data }));
    expect(await names()).toContain('audit');
    const { body } = await ask('GET', `${BASE}/Repos/${id}`);
    expect(body).toMatchObject({ name: 'audit', hiddenrepopath: [{ path: '/opt/audit', retention: 30 }] });
    await order('PUT', `${BASE}/Repos/${id}`, {
      data: { ...body, hiddenrepopath: [{ path: '/opt/audit', retention: 60 }] },
    });
    expect((await ask('PUT', `${BASE}/Repos/${id}`, { data: { ...data, repo_name: 'other' } })).status).toBe(
      409,
    );

    const criterion = { type: 'KeyPresent', key: 'errorCode', operation: 'store', repository: 'audit' };
    const routing = { routing_criterion: [criterion], catch_all: 'default' };
    const source = idOf(
      await order('POST', `${BASE}/LogSources`, bodyWith({ 'config.RoutingPolicy': routing })),
    );
    const kept = await order('DELETE', `${BASE}/Repos/${id}`);
    expect(kept).toMatchObject({
      status: 'Failed',
      response: { errors: [expect.stringContaining('log source CloudTrail')] },
    });
    await order('DELETE', `${BASE}/LogSources/${source}`);
    expect((await order('DELETE', `${BASE}/Repos/${id}`)).status).toBe('Success');
    expect(await names()).toEqual(before);
  });

  test.each([
    [
      'RoutingPolicies',
      { policy_name: 'p', catch_all: 'default', routing_criteria: [] },
      { catch_all: '_logpoint' },
    ],
    [
      'NormalizationPolicies',
      { name: 'p', normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }] },
      { description: 'new' },
    ],
    [
      'EnrichmentPolicies',
      { name: 'p', steps: [{ type: 'accounts', accounts: { '111111111111': 'production' } }] },
      { description: 'new' },
    ],
  ])('%s are made, edited, listed and deleted', async (resource, data, change) => {
    const id = idOf(await order('POST', `${BASE}/${resource}`, { data }));
    expect(await list(resource)).toMatchObject([{ ...data, id }]);
    await order('PUT', `${BASE}/${resource}/${id}`, { data: { ...data, ...change } });
    expect((await ask('GET', `${BASE}/${resource}/${id}`)).body).toMatchObject(change);
    const wrong = await ask('POST', `${BASE}/${resource}`, {
      data: { steps: 5, catch_all: 1, normalizers: 2 },
    });
    expect(wrong.status).toBe(400);
    expect((wrong.body.errors as unknown[]).length).toBeGreaterThan(1);
    await order('DELETE', `${BASE}/${resource}/${id}`);
    expect(await list(resource)).toEqual([]);
  });

  test('charsets and normalizers are listed', async () => {
    expect((await list('Charsets')).map(({ name }) => name)).toContain('utf_8');
    expect(await list('Normalizers')).toContainEqual({
      name: 'CloudTrailCompiledNormalizer',
      type: 'compiled',
    });
  });
});

describe('who may', () => {
  test.each([
    ['a token of another scope', async () => makeToken('ingest'), 403],
    ['a token that is none', async () => 'ott_none', 401],
  ])('not %s', async (_who, get, status) => {
    const answer = await ask('GET', `${BASE}/LogSources`, undefined, {
      authorization: `Bearer ${await get()}`,
    });
    expect(answer.status).toBe(status);
  });

  test('not a JSON request without a token', async () => {
    const response = await fetch(`${server.url}${BASE}/LogSources`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(401);
  });

  test('a signed request of root', async () => {
    expect(await apiOf(server).request('GET', `${BASE}/LogSources`)).toEqual([]);
  });

  test('a bucket named configapi is not shadowed', async () => {
    const s3 = s3Of(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'configapi' }));
    await s3.send(
      new PutObjectCommand({ Bucket: 'configapi', Key: 'pool/lp/LogSources', Body: 'an object' }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket: 'configapi', Key: 'pool/lp/LogSources' }));
    expect(await got.Body?.transformToString()).toBe('an object');
    const anonymous = await fetch(`${server.url}/configapi/pool/lp/LogSources`);
    expect(await anonymous.text()).toContain('<Code>AccessDenied</Code>');
    s3.destroy();
  });
});

describe('what stays', () => {
  test('changes are in the trail without secrets, and sources are there after a restart', async () => {
    const id = idOf(await order('POST', `${BASE}/LogSources`, createBody()));
    const found = await until('the change is in the history', 60_000, async () => {
      const lines = await (
        await apiOf(server).post(
          '/v1/lookup',
          JSON.stringify({ attributes: [{ key: 'EventName', value: 'CreateLogSource' }] }),
        )
      ).text();
      return lines.includes('CloudTrail') && lines;
    });
    expect(found).not.toContain(SECRET);
    await server.restart();
    token = await makeToken('sources');
    expect(await list('LogSources')).toMatchObject([{ id }]);
    expect(server.output).not.toContain(SECRET);
    const rotated = await ask('POST', `${BASE}/KeyRotations`, {});
    expect(rotated.body).toMatchObject({
      status: 'Success',
      message: expect.stringContaining('1 log sources'),
    });
    await order('DELETE', `${BASE}/LogSources/${id}`);
  }, 120_000);
});
