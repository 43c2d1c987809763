import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import { cbor, tag } from '@smithy/core/cbor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headOnly } from '../../front-door.fixture.ts';
import { ServiceError } from '../../service.ts';
import { operationShape } from '../../shape.ts';
import { openRequest } from '../../wire-request.ts';
import { CborError, readCbor } from './read-cbor.ts';
import { createRpcV2Cbor, splitOperationPath } from './rpc-v2-cbor.ts';
import { writeTexts } from './write-cbor.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('reading CBOR', () => {
  // RFC 8949, appendix A.
  test.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['18 18', 24],
    ['19 03e8', 1000],
    ['1a 000f4240', 1_000_000],
    ['1b 000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['39 03e7', -1000],
    ['f9 0000', 0],
    ['f9 3c00', 1],
    ['f9 3e00', 1.5],
    ['f9 7bff', 65504],
    ['f9 0001', 2 ** -24],
    ['f9 0400', 0.00006103515625],
    ['f9 c400', -4],
    ['fa 47c35000', 100_000],
    ['fb 3ff199999999999a', 1.1],
    ['f9 7c00', Number.POSITIVE_INFINITY],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', null],
    ['c1 1a514b67b0', 1_363_896_240],
    ['c1 fb41d452d9ec200000', 1_363_896_240.5],
    ['44 01020304', 'AQIDBA=='],
    ['60', ''],
    ['64 49455446', 'IETF'],
    ['62 c3bc', 'ü'],
    ['80', []],
    ['83 01 02 03', [1, 2, 3]],
    ['82 01 82 02 03', [1, [2, 3]]],
    ['a2 61 61 01 61 62 82 02 03', { a: 1, b: [2, 3] }],
    ['5f 42 0102 43 030405 ff', 'AQIDBAU='],
    ['7f 65 7374726561 64 6d696e67 ff', 'streaming'],
    ['9f ff', []],
    ['9f 01 82 02 03 9f 04 05 ff ff', [1, [2, 3], [4, 5]]],
    ['bf 61 61 01 61 62 9f 02 03 ff ff', { a: 1, b: [2, 3] }],
  ])('%s', (bytes, wanted) => {
    expect(readCbor(hex(bytes))).toEqual(wanted);
  });

  test.each([
    ['nothing', ''],
    ['a length without its bytes', '64 494554'],
    ['a list that promises a thousand million items', '9a 3b9aca00'],
    ['a text that promises more than there is', '7b 0000ffffffffffff'],
    ['a list without its end', '9f 01'],
    ['a break without a beginning', 'ff'],
    ['a key that is no text', 'a1 01 02'],
    ['pieces of two kinds', '5f 61 61 ff'],
    ['pieces in pieces', '5f 5f 41 01 ff ff'],
    ['a bignum', 'c2 49 010000000000000000'],
    ['a reserved length', '1c'],
    ['something after the end', '00 00'],
    ['a nesting of two hundred lists', `${'81'.repeat(200)} 00`],
  ])('refuses %s', (_, bytes) => {
    expect(() => readCbor(hex(bytes))).toThrow(CborError);
  });

  test("takes a key called __proto__ as any other, and no one else's prototype changes", () => {
    const read = readCbor(Buffer.from(cbor.serialize(JSON.parse('{"__proto__":{"polluted":true}}'))));
    expect(Object.keys(read as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("reads what Smithy's own writer writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const wanted = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(JSON.stringify(readCbor(Buffer.from(cbor.serialize(wanted)))))).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  });

  test('reads any bytes, or says why not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readCbor(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CborError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the protocol', () => {
  const codec = createRpcV2Cbor();
  const wire = openRequest(headOnly('POST', '/', {}));

  test('decodes by the shape: times, numbers, and what is missing', () => {
    const body = Buffer.from(
      cbor.serialize({
        Namespace: 'N',
        MetricData: [{ MetricName: 'm', Value: 2, Timestamp: tag({ tag: 1, value: 1_795_196_815.5 }) }, {}],
        Unknown: 1,
      }),
    );
    const { input, missing } = codec.decode(operationShape(cloudwatch.PutMetricData$), { wire, body });
    expect(input).toEqual({
      Namespace: 'N',
      MetricData: [{ MetricName: 'm', Value: 2, Timestamp: new Date(1_795_196_815_500) }, {}],
    });
    expect(missing).toEqual(['metricData.2.member.metricName']);
  });

  test('refuses what is no CBOR, or of another type, as the caller’s fault', () => {
    for (const body of [hex('ff'), Buffer.from(cbor.serialize({ Namespace: 5 }))])
      expect(() => codec.decode(operationShape(cloudwatch.PutMetricData$), { wire, body })).toThrow(
        expect.objectContaining({ code: 'SerializationException', status: 400 }),
      );
    expect(() => codec.decode(operationShape(cloudwatch.PutMetricData$), { wire, body: hex('80') })).toThrow(
      ServiceError,
    );
  });

  test("writes what Smithy's own reader reads", () => {
    const output = {
      Label: 'm',
      Datapoints: [
        { Timestamp: new Date(1_500), Sum: 1.25, SampleCount: 70_000, Minimum: -5, Unit: 'None' },
        { ExtendedStatistics: { p50: 5_000_000_000 } },
      ],
      Unknown: true,
    };
    const { body } = codec.encode(
      undefined as never,
      operationShape(cloudwatch.GetMetricStatistics$),
      output,
      'id',
    );
    expect(cbor.deserialize(body as Buffer)).toEqual({
      Label: 'm',
      Datapoints: [
        expect.objectContaining({
          Timestamp: expect.objectContaining({ tag: 1, value: 1.5 }),
          Sum: 1.25,
          SampleCount: 70_000,
          Minimum: -5,
        }),
        { ExtendedStatistics: { p50: 5_000_000_000 } },
      ],
    });
    expect(cbor.deserialize(writeTexts({ __type: 'x'.repeat(300), message: 'ü' }))).toEqual({
      __type: 'x'.repeat(300),
      message: 'ü',
    });
  });

  test.each([
    ['/service/GraniteServiceVersion20100801/operation/ListMetrics', 'ListMetrics'],
    ['/service/x/operation/', undefined],
    ['/service/x/operation/a/b', undefined],
    ['/prefix/service/x/operation/a', undefined],
  ])('finds the operation in %s', (path, wanted) => {
    expect(splitOperationPath(path)?.operation).toBe(wanted);
  });
});
