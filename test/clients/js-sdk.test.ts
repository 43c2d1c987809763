import { createHash, createHmac } from 'node:crypto';
import {
  CloudTrailClient,
  CreateTrailCommand,
  type Event,
  GetTrailStatusCommand,
  LookupEventsCommand,
  paginateLookupEvents,
  StartLoggingCommand,
  TrailNotFoundException,
} from '@aws-sdk/client-cloudtrail';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrailBucket } from './bucket.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describe('the JavaScript SDK', () => {
  let server: TestServer;
  let client: CloudTrailClient;

  beforeAll(async () => {
    server = await TestServer.start();
    await makeTrailBucket(server.aws, 'js-logs');
    client = new CloudTrailClient({ endpoint: server.url, region: 'us-east-1', credentials: credentials() });
  });

  afterAll(async () => {
    client?.destroy();
    await server?.dispose();
  });

  function credentials() {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = server.env;
    return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  }

  test('creates a trail, starts it and reads its status, with dates as Date', async () => {
    await client.send(new CreateTrailCommand({ Name: 'js-trail', S3BucketName: 'js-logs' }));
    await client.send(new StartLoggingCommand({ Name: 'js-trail' }));
    const status = await client.send(new GetTrailStatusCommand({ Name: 'js-trail' }));
    expect(status.IsLogging).toBe(true);
    expect(status.StartLoggingTime).toBeInstanceOf(Date);
  });

  test('throws the exception class of the error', async () => {
    const call = client.send(new GetTrailStatusCommand({ Name: 'no-such-trail' }));
    await expect(call).rejects.toBeInstanceOf(TrailNotFoundException);
  });

  test('paginateLookupEvents brings every event once', async () => {
    for (let index = 0; index < 7; index++) {
      const call = client.send(new GetTrailStatusCommand({ Name: `missing-${index}` }));
      await expect(call).rejects.toBeInstanceOf(TrailNotFoundException);
    }
    const found = await until('all seven calls are found', 120_000, async () => {
      const events: Event[] = [];
      const pages = paginateLookupEvents(
        { client, pageSize: 3 },
        { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'GetTrailStatus' }] },
      );
      for await (const page of pages) events.push(...(page.Events ?? []));
      const missing = events.filter((event) => event.CloudTrailEvent?.includes('"missing-'));
      return missing.length >= 7 && missing;
    });
    expect(new Set(found.map((event) => event.EventId)).size).toBe(7);
    expect(found.every((event) => event.EventTime instanceof Date)).toBe(true);
  });

  test('a time range holds what happened in it', async () => {
    const past = { StartTime: new Date(Date.now() - 7_200_000), EndTime: new Date(Date.now() - 3_600_000) };
    expect((await client.send(new LookupEventsCommand(past))).Events).toEqual([]);
  });

  test.each([
    ['numbers', (seconds: number) => seconds],
    ['strings', String],
    ['numbers with fractions', (seconds: number) => seconds + 0.25],
  ])('epoch times are taken as %s', async (_, form) => {
    const now = Math.floor(Date.now() / 1000);
    const answer = await post('CloudTrail_20131101.LookupEvents', {
      StartTime: form(now - 3600),
      EndTime: form(now + 60),
      MaxResults: 1,
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ Events: [{ EventId: expect.any(String) }] });
  });

  test.each([
    ['the short target', 'CloudTrail_20131101.ListTrails'],
    ['the long target', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails'],
  ])('%s leads to the operation', async (_, target) => {
    const answer = await post(target, {});
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ Trails: [{ Name: 'js-trail' }] });
  });

  test.each([
    ['an operation that does not exist', 'CloudTrail_20131101.MakeCoffee', /UnknownOperationException/],
    ['an operation that is not built', 'CloudTrail_20131101.StartQuery', /NotImplemented/],
  ])('%s is refused by name', async (_, target, code) => {
    const answer = await post(target, {});
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).toMatch(code);
  });

  /** One signed request of the JSON protocol, with exactly this body. */
  async function post(target: string, body: unknown): Promise<Response> {
    const { hostname, port, host } = new URL(server.url);
    const signer = new SignatureV4({
      service: 'cloudtrail',
      region: 'us-east-1',
      credentials: credentials(),
      sha256: Sha256,
    });
    const signed = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      headers: { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify(body),
    });
    return await fetch(server.url, { method: 'POST', headers: signed.headers, body: JSON.stringify(body) });
  }
});

/** The hash that the signer asks for, by Node's own crypto. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}
