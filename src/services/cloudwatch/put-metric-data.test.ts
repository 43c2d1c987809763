import * as client from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CloudWatchHouse, codeOf, DAY, HOUR, START } from './cloudwatch-house.fixture.ts';

let house: CloudWatchHouse;

beforeAll(async () => {
  house = await CloudWatchHouse.open();
});
afterAll(() => house.close());
beforeEach(() => house.clear());

describe('PutMetricData', () => {
  test.each<[client.MetricDatum, string]>([
    [{ MetricName: 'm' }, 'MissingParameter'],
    [{ MetricName: 'm', Value: 1, Values: [1] }, 'InvalidParameterCombination'],
    [{ MetricName: 'm', Value: 2 ** 361 }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Values: [1], Counts: [1, 2] }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Values: [1], Counts: [0] }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Value: 1, StorageResolution: 5 }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Value: 1, Timestamp: new Date(START - 15 * DAY) }, 'InvalidParameterValue'],
    [{ MetricName: 'm', Value: 1, Timestamp: new Date(START + 3 * HOUR) }, 'InvalidParameterValue'],
    [
      { MetricName: 'm', StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      'InvalidParameterValue',
    ],
  ])('refuses %j', async (datum, name) => {
    await expect(house.putData('N', datum).catch((error: unknown) => codeOf(error))).resolves.toBe(name);
  });

  test('of a thousand data comes packed, as the SDK sends it, and is an event of data without them', async () => {
    const data = Array.from({ length: 1_000 }, (_, index) => ({ MetricName: `m${index}`, Value: index }));
    await house.putData('Packed', ...data);
    const found: string[] = [];
    for await (const page of client.paginateListMetrics({ client: house.json }, { Namespace: 'Packed' }))
      for (const { MetricName = '' } of page.Metrics ?? []) found.push(MetricName);
    expect(new Set(found).size).toBe(1_000);
    expect(house.reports[0]?.operation.record).toMatchObject({ category: 'Data' });
  });

  test('that is no gzip, or unpacks to too much, is refused', async () => {
    const { gzipSync } = await import('node:zlib');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const { HttpRequest } = await import('@smithy/core/protocols');
    const { createHash, createHmac } = await import('node:crypto');
    class Sha256 {
      readonly #hash;
      constructor(secret?: string | Uint8Array) {
        this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
      }
      update(data: Uint8Array) {
        this.#hash.update(data);
      }
      async digest() {
        return new Uint8Array(this.#hash.digest());
      }
    }
    const signer = new SignatureV4({
      service: 'monitoring',
      region: 'us-east-1',
      credentials: house.identity.rootCredentials,
      sha256: Sha256 as never,
    });
    const post = async (body: Buffer) => {
      const { hostname, port } = new URL(house.url);
      const signed = await signer.sign(
        new HttpRequest({
          method: 'POST',
          protocol: 'http:',
          hostname,
          port: Number(port),
          path: '/',
          headers: {
            host: `${hostname}:${port}`,
            'content-type': 'application/x-amz-json-1.0',
            'content-encoding': 'gzip',
            'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics',
          },
          body,
        }),
      );
      const response = await fetch(house.url, {
        method: 'POST',
        headers: signed.headers,
        body: new Uint8Array(body),
      });
      return [response.status, ((await response.json()) as { __type?: string }).__type];
    };
    expect(await post(gzipSync('{}'))).toEqual([200, undefined]);
    expect(await post(Buffer.from('{}'))).toEqual([400, 'SerializationException']);
    expect(await post(gzipSync(Buffer.alloc(64 << 20)))).toEqual([413, 'RequestEntityTooLargeException']);
  });
});
