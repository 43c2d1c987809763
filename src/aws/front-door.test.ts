import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleKey, type House, openHouse, send, sendSigned } from './front-door.fixture.ts';
import { defineService, type FrontDoorDependencies, ServiceError } from './index.ts';

/** Objects of the little S3 below. */
const objects = new Map<string, { bytes: Buffer; metadata: Record<string, string> | undefined }>();

const services = [
  defineService({
    client: cloudtrail,
    signingNames: ['cloudtrail'],
    protocol: 'awsJson1_1',
    targetPrefixes: ['CloudTrail_20131101'],
    iamPrefix: 'cloudtrail',
    eventSource: 'cloudtrail.amazonaws.com',
    errors: new Map([['TrailNotFoundException', 400]]),
    handlers: {
      GetTrailStatus: async () => ({ IsLogging: true, LatestDeliveryTime: new Date(1789319538551) }),
      CreateTrail: async ({ Name, S3BucketName }) => ({ Name, S3BucketName }),
      GetTrail: async ({ Name }) => {
        throw Object.assign(new Error(`Unknown trail: ${Name}`), { code: 'TrailNotFoundException' });
      },
      StopLogging: async () => {
        throw Object.assign(new Error('/etc/secret is not there'), { code: 'ENOENT' });
      },
    },
    permissions: {
      StopLogging: ({ Name }) => [{ action: 'cloudtrail:StopLogging', resource: `arn:${Name}` }],
    },
  }),
  defineService({
    client: sns,
    signingNames: ['sns'],
    protocol: 'awsQuery',
    apiVersion: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    iamPrefix: 'sns',
    eventSource: 'sns.amazonaws.com',
    errors: new Map(),
    handlers: { CreateTopic: async ({ Name }) => ({ TopicArn: `arn:${Name}` }) },
  }),
  defineService({
    client: s3,
    signingNames: ['s3'],
    protocol: 'restXml',
    iamPrefix: 's3',
    eventSource: 's3.amazonaws.com',
    errors: new Map([['NoSuchKey', 404]]),
    handlers: {
      PutObject: async ({ Bucket, Key, Body, Metadata }) => {
        const parts: Buffer[] = [];
        for await (const part of Body ?? []) parts.push(part as Buffer);
        objects.set(`${Bucket}/${Key}`, { bytes: Buffer.concat(parts), metadata: Metadata });
        return { ETag: '"e"' };
      },
      GetObject: async ({ Bucket, Key, Range }) => {
        const object = objects.get(`${Bucket}/${Key}`);
        if (!object)
          throw new ServiceError('NoSuchKey', 'The specified key does not exist.', {
            details: { Key: Key ?? '' },
          });
        const partial = Range !== undefined;
        const bytes = partial ? object.bytes.subarray(0, 2) : object.bytes;
        const more = partial ? { $status: 206, ContentRange: `bytes 0-1/${object.bytes.length}` } : {};
        return {
          Body: Readable.from([bytes]),
          ContentLength: bytes.length,
          Metadata: object.metadata,
          ...more,
        };
      },
      HeadObject: async () => ({ ContentLength: 7, ETag: '"e"', LastModified: new Date(0) }),
      GetBucketLocation: async ({ Bucket }) => ({
        LocationConstraint: Bucket === 'us' ? undefined : ('eu-west-1' as const),
      }),
      DeleteObjects: async ({ Delete }) => ({ Deleted: Delete?.Objects }),
      PutBucketPolicy: async () => ({}),
      ListBuckets: async () => ({ Buckets: [{ Name: 'a&b', CreationDate: new Date(0) }] }),
    },
  }),
];

let house: House;
const open = async (more: Partial<FrontDoorDependencies> = {}): Promise<void> => {
  await house?.close();
  house = await openHouse({ services, ...more });
};
beforeEach(() => open());
afterEach(() => house.close());

const target = (operation: string, prefix = 'CloudTrail_20131101') => ({
  'x-amz-target': `${prefix}.${operation}`,
  'content-type': 'application/x-amz-json-1.1',
});
const trail = (operation: string, body = '{}') =>
  sendSigned(house, 'cloudtrail', 'POST', '/', target(operation), body);

describe('a JSON call', () => {
  it('is answered compactly, with request id and length', async () => {
    const { status, headers, text } = await trail('GetTrailStatus', '{"Name":"t"}');
    expect(status).toBe(200);
    expect(text).toBe('{"IsLogging":true,"LatestDeliveryTime":1.789319538551E9}');
    expect(headers['content-type']).toBe('application/x-amz-json-1.1');
    expect(headers['content-length']).toBe(String(text.length));
    expect(headers['x-amzn-requestid']).toBe(house.reports[0]?.call.requestId);
  });

  it.each([
    ['CloudTrail_20131101', 200],
    ['com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101', 200],
    ['example.CloudTrail_20131101', 400],
    ['CloudTrail_20140101', 400],
  ])('with the target prefix %s gets %i', async (prefix, expected) => {
    const { status } = await sendSigned(
      house,
      'cloudtrail',
      'POST',
      '/',
      target('GetTrailStatus', prefix),
      '{"Name":"t"}',
    );
    expect(status).toBe(expected);
  });

  it.each<[string, string, string, number, string]>([
    ['an unknown operation', 'MakeCoffee', '{}', 400, 'UnknownOperationException'],
    ['an operation in the wrong case', 'gettrailstatus', '{}', 400, 'UnknownOperationException'],
    ['an operation of Object.prototype', 'constructor', '{}', 400, 'UnknownOperationException'],
    ['an operation that is not built', 'ListChannels', '{}', 501, 'NotImplementedException'],
    ['a wrong type', 'CreateTrail', '{"Name":5}', 400, 'SerializationException'],
    ['no JSON', 'CreateTrail', 'Name=x', 400, 'SerializationException'],
    ['a modelled error of a room', 'GetTrail', '{"Name":"x"}', 400, 'TrailNotFoundException'],
    ['an unexpected error', 'StopLogging', '{"Name":"x"}', 500, 'InternalFailure'],
    ['a body too large', 'CreateTrail', ' '.repeat(1024 * 1024 + 1), 413, 'RequestEntityTooLargeException'],
  ])('of %s', async (_what, operation, body, expected, code) => {
    const { status, text } = await trail(operation, body);
    expect([status, JSON.parse(text).__type]).toEqual([expected, code]);
    expect(text).not.toContain('secret');
  });

  it('without required members names them', async () => {
    expect(JSON.parse((await trail('CreateTrail', '{"Name":"t"}')).text)).toEqual({
      __type: 'ValidationException',
      Message:
        "1 validation error detected: Value null at 's3BucketName' failed to satisfy constraint: Member must not be null",
    });
  });

  it('without a signature is refused before its body is read', async () => {
    const { status, text } = await send(house, 'POST', '/', target('GetTrailStatus'), '{"Name":"t"}');
    expect([status, JSON.parse(text).__type]).toEqual([400, 'MissingAuthenticationTokenException']);
    expect(house.reports).toEqual([]);
  });

  it('for a service that we do not serve says so', async () => {
    const headers = { ...target('Scan', 'DynamoDB_20120810'), 'content-type': 'application/x-amz-json-1.0' };
    const { status, text } = await sendSigned(house, 'dynamodb', 'POST', '/', headers, '{}');
    expect([status, JSON.parse(text).Message]).toEqual([
      501,
      'This version of opentrail does not serve dynamodb',
    ]);
  });
});

describe('the report', () => {
  it('holds input, output and caller of a served call', async () => {
    await trail('CreateTrail', '{"Name":"t","S3BucketName":"b"}');
    expect(house.reports).toHaveLength(1);
    expect(house.reports[0]).toMatchObject({
      input: { Name: 't', S3BucketName: 'b' },
      output: { Name: 't', S3BucketName: 'b' },
      call: {
        service: 'cloudtrail',
        operation: 'CreateTrail',
        region: 'us-east-1',
        account: '111111111111',
        sourceIp: '127.0.0.1',
        authentication: 'header',
      },
    });
  });

  it.each([
    ['GetTrail', '{"Name":"x"}', 'TrailNotFoundException'],
    ['CreateTrail', '{"Name":5}', 'SerializationException'],
    ['CreateTrail', '{}', 'ValidationException'],
    ['StopLogging', '{"Name":"x"}', 'InternalFailure'],
    ['ListChannels', '{}', 'NotImplementedException'],
  ])('tells of %s %s that it failed', async (operation, body, code) => {
    await trail(operation, body);
    expect(house.reports.map((report) => report.error?.code)).toEqual([code]);
  });

  it('comes before the answer, and its failure is the answer', async () => {
    let calls = 0;
    await open({
      report: async () => {
        calls += 1;
        throw new Error('disk full');
      },
    });
    const { status, text } = await trail('GetTrailStatus', '{"Name":"t"}');
    expect([status, JSON.parse(text).__type, calls]).toEqual([503, 'ServiceUnavailable', 1]);
  });
});

describe('policies', () => {
  const authorizer: FrontDoorDependencies['authorizer'] = {
    authorize: async ({ action, resource }) => ({
      allowed: false,
      message: `User: u is not authorized to perform: ${action} on ${resource}`,
    }),
  };
  it('refuse in the words of each protocol, and the refusal is reported', async () => {
    await open({ authorizer });
    expect(JSON.parse((await trail('StopLogging', '{"Name":"t"}')).text)).toEqual({
      __type: 'AccessDeniedException',
      Message: 'User: u is not authorized to perform: cloudtrail:StopLogging on arn:t',
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const topic = await sendSigned(
      house,
      'sns',
      'POST',
      '/',
      form,
      'Action=CreateTopic&Version=2010-03-31&Name=t',
    );
    expect([topic.status, topic.text]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    const object = await send(house, 'GET', '/b/k', {});
    expect([object.status, object.text]).toEqual([
      403,
      expect.stringContaining('<Message>Access Denied</Message>'),
    ]);
    expect(house.reports.map((report) => report.error?.code)).toEqual([
      'AccessDeniedException',
      'AccessDenied',
      'AccessDenied',
    ]);
  });

  it('may let strangers read from S3', async () => {
    await send(house, 'GET', '/?x-id=ListBuckets', {});
    expect(house.reports[0]?.call).toMatchObject({
      authentication: 'anonymous',
      account: '',
      region: 'us-east-1',
    });
  });
});

describe('a query call', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  it('is answered in XML, by POST and by GET', async () => {
    const text = 'Action=CreateTopic&Version=2010-03-31&Name=t';
    const posted = await sendSigned(house, 'sns', 'POST', '/', form, text);
    const got = await sendSigned(house, 'sns', 'GET', `/?${text}`, {});
    for (const answer of [posted, got]) {
      expect(answer.text).toContain('<CreateTopicResult><TopicArn>arn:t</TopicArn></CreateTopicResult>');
    }
  });

  it.each([
    ['Action=Nothing&Version=2010-03-31', 'InvalidAction'],
    ['Action=CreateTopic&Version=1999-01-01&Name=t', 'InvalidAction'],
    ['Name=t', 'InvalidAction'],
    ['Action=CreateTopic&Version=2010-03-31', 'ValidationError'],
    ['Action=CreateTopic&Name=%ff', 'MalformedInput'],
  ])('%s is refused', async (text, code) => {
    const { status, text: answer } = await sendSigned(house, 'sns', 'POST', '/', form, text);
    expect([status, answer]).toEqual([400, expect.stringContaining(`<Code>${code}</Code>`)]);
  });
});

describe('an S3 call', () => {
  it('writes and reads an object with its metadata, in ranges too', async () => {
    const put = await sendSigned(
      house,
      's3',
      'PUT',
      '/b/a%20b',
      { 'x-amz-meta-k': 'v', 'content-length': '5' },
      'hello',
    );
    expect([put.status, put.headers.etag, put.text]).toEqual([200, '"e"', '']);
    const got = await sendSigned(house, 's3', 'GET', '/b/a%20b', {});
    expect([got.text, got.headers['x-amz-meta-k'], got.headers['content-length']]).toEqual([
      'hello',
      'v',
      '5',
    ]);
    const part = await sendSigned(house, 's3', 'GET', '/b/a%20b', { range: 'bytes=0-1' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'he', 'bytes 0-1/5']);
  });

  it('signed for s3 goes to S3, whatever its path', async () => {
    expect((await sendSigned(house, 's3', 'GET', '/health?location', {})).text).toContain('eu-west-1');
  });

  it('answers HEAD with headers only, and errors of HEAD without a body', async () => {
    const head = await sendSigned(house, 's3', 'HEAD', '/b/k', {});
    expect([head.status, head.headers['content-length'], head.headers['last-modified'], head.text]).toEqual([
      200,
      '7',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      '',
    ]);
    const refused = await sendSigned(house, 's3', 'HEAD', '/b', {});
    expect([refused.status, refused.text]).toEqual([501, '']);
  });

  it('prints its special roots', async () => {
    const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
    const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
    expect((await sendSigned(house, 's3', 'GET', '/us?location', {})).text).toBe(
      `${declaration}<LocationConstraint ${namespace}/>`,
    );
    const buckets = (await sendSigned(house, 's3', 'GET', '/', {})).text;
    expect(buckets).toMatch(/^<\?xml [^>]*>\n<ListAllMyBucketsResult xmlns=/);
    expect(buckets).toContain('<Name>a&amp;b</Name>');
  });

  it('tells of an error with details, ids and without a namespace', async () => {
    const { status, text, headers } = await sendSigned(house, 's3', 'GET', '/b/none', {});
    expect(status).toBe(404);
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist.<\/Message><Key>none<\/Key><RequestId>[0-9A-F]{16}<\/RequestId><HostId>.+<\/HostId><\/Error>$/,
    );
    expect(headers['x-amz-request-id']).toMatch(/^[0-9A-F]{16}$/);
    expect(headers['x-amz-id-2']).toBeTruthy();
  });

  const md5 = createHash('md5').update('hello').digest('base64');
  it.each<[string, Record<string, string>, string, number, string]>([
    ['a body with the right MD5', { 'content-md5': md5 }, 'hello', 200, ''],
    ['a body with another MD5', { 'content-md5': md5 }, 'hellO', 400, 'BadDigest'],
    ['an MD5 that is none', { 'content-md5': 'x' }, 'hello', 400, 'InvalidDigest'],
    ['a right CRC-32', { 'x-amz-checksum-crc32': 'NhCmhg==' }, 'hello', 200, ''],
    ['a wrong CRC-32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'hello', 400, 'BadDigest'],
    [
      'a checksum that is not built',
      { 'x-amz-checksum-xxhash3': 'AAAAAA==' },
      'hello',
      501,
      'NotImplemented',
    ],
    ['a payload hash that is none', { 'x-amz-content-sha256': 'x' }, 'hello', 400, 'InvalidArgument'],
    ['an unsigned payload', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, 'hello', 200, ''],
    [
      'another body than was signed',
      { 'x-amz-content-sha256': 'a'.repeat(64) },
      'hello',
      400,
      'XAmzContentSHA256Mismatch',
    ],
  ])('with %s', async (_what, headers, body, expected, code) => {
    const { status, text } = await sendSigned(
      house,
      's3',
      'PUT',
      '/b/k',
      { 'content-length': '5', ...headers },
      body,
    );
    expect([status, /<Code>(\w+)/.exec(text)?.[1] ?? '']).toEqual([expected, code]);
  });

  it.each<[string, string, string]>([
    ['<Delete><Object><Key>a</Key></Object></Delete>', '200', '<Deleted><Key>a</Key></Deleted>'],
    ['<Delete><Object><Key>a</Key>', '400', 'MalformedXML'],
    ['<Other/>', '400', 'MalformedXML'],
    ['<Delete><Object/></Delete>', '400', 'MalformedXML'],
    ['<Delete><Object><Key>a</Key><Size>x</Size></Object></Delete>', '400', 'MalformedXML'],
    [`${'<Delete>'.repeat(100_000)}`, '400', 'MalformedXML'],
    ['<__proto__><Object/></__proto__>', '400', 'MalformedXML'],
    ['<!DOCTYPE x [<!ENTITY e "e">]><Delete><Object><Key>&e;</Key></Object></Delete>', '400', 'MalformedXML'],
    [' '.repeat(4 * 1024 * 1024 + 1), '400', 'MaxMessageLengthExceeded'],
  ])('with the XML %.60s', async (body, status, part) => {
    const answer = await sendSigned(
      house,
      's3',
      'POST',
      '/b?delete=',
      { 'content-length': String(body.length) },
      body,
    );
    expect([String(answer.status), answer.text]).toEqual([status, expect.stringContaining(part)]);
  });

  it('with an unknown key or a wrong secret is told which', async () => {
    const authorization = (id: string) =>
      `AWS4-HMAC-SHA256 Credential=${id}/20261121/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${'0'.repeat(64)}`;
    const date = `20261121T${'000000'}Z`;
    await open({ now: () => Date.parse('2026-11-21T00:00:00Z') });
    const ask = (id: string) =>
      send(house, 'GET', '/', {
        authorization: authorization(id),
        'x-amz-date': date,
        'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      });
    expect((await ask('NOBODY')).text).toContain('<Code>InvalidAccessKeyId</Code>');
    const wrong = await ask(exampleKey.accessKeyId);
    expect([wrong.status, wrong.text]).toEqual([
      403,
      expect.stringContaining('<Code>SignatureDoesNotMatch</Code>'),
    ]);
  });
});

it('throttles in the words of each protocol', async () => {
  await open({ admit: () => false });
  expect(JSON.parse((await trail('GetTrailStatus', '{"Name":"t"}')).text)).toEqual({
    __type: 'ThrottlingException',
    Message: 'Rate exceeded',
  });
  expect((await sendSigned(house, 's3', 'GET', '/', {})).text).toContain('<Code>SlowDown</Code>');
});

it('gives up on a body that does not come', async () => {
  await open({ bodyTimeout: 20 });
  const { status, text } = await sendSigned(
    house,
    'cloudtrail',
    'POST',
    '/',
    { ...target('GetTrail'), 'content-length': '10' },
    '',
  ).catch(() => ({ status: 0, text: '' }));
  expect([status, text]).toEqual([400, expect.stringContaining('RequestTimeout')]);
});

it('refuses a service that speaks of an operation its client has not', () => {
  const definition = {
    client: sns,
    signingNames: ['sns'],
    protocol: 'awsQuery',
    iamPrefix: 'sns',
    eventSource: 'x',
    errors: new Map(),
  } as const;
  expect(() => defineService({ ...definition, handlers: { MakeCoffee: async () => ({}) } as never })).toThrow(
    'sns has no operation MakeCoffee',
  );
});
