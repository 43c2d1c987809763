import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headOnly } from '../../front-door.fixture.ts';
import { ServiceError } from '../../service.ts';
import { operationShape } from '../../shape.ts';
import { openRequest } from '../../wire-request.ts';
import { createAwsJson } from './aws-json.ts';
import { writeSeconds } from './write-json.ts';

const codec = createAwsJson('awsJson1_1');
const wire = openRequest(headOnly('POST', '/', {}));
const decode = (schema: unknown, text: string) =>
  codec.decode(operationShape(schema), { wire, body: Buffer.from(text, 'latin1') });

describe('a JSON input', () => {
  it.each<[string, unknown]>([
    ['{"StartTime":1795196815}', new Date(1795196815000)],
    ['{"StartTime":1795196815.5}', new Date(1795196815500)],
    ['{"StartTime":1.7951968155E9}', new Date(1795196815500)],
    ['{"StartTime":"1795196815"}', new Date(1795196815000)],
    ['{"StartTime":"2026-11-20T18:26:55Z"}', new Date('2026-11-20T18:26:55Z')],
    ['{"StartTime":"2026-11-20T18:26:55+01:00"}', new Date('2026-11-20T17:26:55Z')],
    ['{"StartTime":"2026-11-20"}', new Date('2026-11-20T00:00:00Z')],
    ['{"StartTime":null}', undefined],
    ['{}', undefined],
    ['', undefined],
  ])('takes the time in %s', (text, expected) => {
    expect((decode(cloudtrail.LookupEvents$, text).input as { StartTime?: Date }).StartTime).toEqual(
      expected,
    );
  });

  it.each([
    ['{"Name":5}', 'NUMBER_VALUE can not be converted to a String'],
    ['{"Name":true}', 'TRUE_VALUE can not be converted to a String'],
    ['{"Name":{}}', 'Start of structure or map found where not expected.'],
    ['{"Name":[]}', 'Start of list found where not expected'],
    ['{"IsMultiRegionTrail":"yes"}', 'STRING_VALUE can not be converted to a Boolean'],
    ['{"TagsList":{}}', 'Start of structure or map found where not expected.'],
    ['[]', 'Start of list found where not expected'],
    ['null', 'NULL_VALUE can not be converted to a Structure'],
    ['{', 'The request body is not valid JSON'],
    ['{"Name":"\xff"}', 'The request body is not valid UTF-8'],
  ])('%s is refused', (text, message) => {
    expect(() => decode(cloudtrail.CreateTrail$, text)).toThrow(
      expect.objectContaining({ code: 'SerializationException', status: 400, message }),
    );
  });

  it.each(['"abc"', '"12 apples"', '1e300', '[1]', 'true'])('the time %s is refused', (time) => {
    expect(() => decode(cloudtrail.LookupEvents$, `{"StartTime":${time}}`)).toThrow(ServiceError);
  });

  it('names what is missing as AWS does, nested too', () => {
    expect(decode(cloudtrail.CreateTrail$, '{"TagsList":[{"Value":"v"}]}').missing).toEqual([
      'name',
      's3BucketName',
      'tagsList.1.member.key',
    ]);
  });

  it('leaves out what the shape does not know, and what only stands on prototypes', () => {
    const { input } = decode(
      cloudtrail.CreateTrail$,
      '{"Name":"t","Unknown":1,"__proto__":{"S3BucketName":"b"}}',
    );
    expect(input).toEqual({ Name: 't' });
  });

  it('of any form is decoded or refused with an error of AWS', () => {
    void fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          decode(cloudtrail.PutEventSelectors$, text);
        } catch (error) {
          expect(error).toBeInstanceOf(ServiceError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a JSON answer', () => {
  const service = undefined as never;
  it('is compact, with times as CloudTrail prints them, and without what is absent or unknown', () => {
    const output = {
      IsLogging: true,
      LatestDeliveryTime: new Date(1789319538551),
      LatestDeliveryError: undefined,
      x: 1,
    };
    const answer = codec.encode(service, operationShape(cloudtrail.GetTrailStatus$), output, 'id');
    expect(answer.body).toBe('{"IsLogging":true,"LatestDeliveryTime":1.789319538551E9}');
  });

  it('keeps empty lists, and is {} for nothing', () => {
    const describeTrails = operationShape(cloudtrail.DescribeTrails$);
    expect(codec.encode(service, describeTrails, { trailList: [] }, 'id').body).toBe('{"trailList":[]}');
    expect(codec.encode(service, operationShape(cloudtrail.StartLogging$), undefined, 'id').body).toBe('{}');
  });

  it('writes blobs in base64', () => {
    const output = { PublicKeyList: [{ Value: new Uint8Array([1, 2, 3]) }] };
    const answer = codec.encode(service, operationShape(cloudtrail.ListPublicKeys$), output, 'id');
    expect(answer.body).toBe('{"PublicKeyList":[{"Value":"AQID"}]}');
  });

  it('of an error has a bare type and a capital Message', () => {
    const error = {
      code: 'TrailNotFoundException',
      message: 'Unknown trail: x',
      status: 400,
      details: {},
      headers: {},
    };
    expect(codec.encodeError(service, error, 'id').body).toBe(
      '{"__type":"TrailNotFoundException","Message":"Unknown trail: x"}',
    );
  });

  it.each([
    [1789319538551, '1.789319538551E9'],
    [1789319946210, '1.78931994621E9'],
    [1453076700000, '1.4530767E9'],
    [2000000000000, '2.0E9'],
    [0, '0.0'],
    [1500, '1.5'],
    [-1000, '-1.0'],
  ])('writes %i ms as %s', (milliseconds, text) => {
    expect(writeSeconds(new Date(milliseconds))).toBe(text);
    expect(Number(text)).toBe(milliseconds / 1000);
  });
});
