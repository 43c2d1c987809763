import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { apiOf, makeTrail } from '../fault/house-keeping.ts';
import { eventLine } from '../fault/load.ts';
import { services } from '../reference/services.ts';
import { FUZZ_TIMEOUT, fuzz } from './run.ts';
import { anyInput, anyJson, anyText, bentText, nested } from './shapes.ts';
import { type ErrorForm, expectProper, sendWire, signWire, statuses } from './wire.ts';

/** One server takes all of it: what one fuzzer leaves behind is the next one's ground. */
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags: ['--log-level', 'error', '--allow-private-subscribers'] });
  await makeTrail(server, 'fuzz-bucket', 'fuzz');
  await makeTrail(server, 'kept-bucket', 'kept');
}, 60_000);
afterAll(() => server?.dispose());

/** After each: it was asked, it is still there and takes events. */
afterEach(async () => {
  const counts = [...statuses].toSorted(([a], [b]) => String(a).localeCompare(String(b)));
  console.log(`answers: ${counts.map(([status, count]) => `${status} ${count}×`).join(', ')}`);
  const unanswered = statuses.get('none') ?? 0;
  expect(unanswered, 'requests that never were').toBeLessThan(
    counts.reduce((sum, [, count]) => sum + count, 0) / 2,
  );
  statuses.clear();
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  const id = `after-${Date.now()}`;
  const answer = await apiOf(server).post('/v1/events', eventLine(id));
  expect(await answer.json()).toMatchObject({ accepted: 1 });
}, 60_000);

async function signAndSend(
  service: string,
  request: Parameters<typeof signWire>[2],
  form: ErrorForm,
  sent: unknown,
) {
  const signed = await signWire(server, service, request);
  if (signed) expectProper(await sendWire(server, signed), form, sent);
}

/** Operations with a handler, by protocol. */
const built = services.map((service) => ({
  service,
  names: [...service.operations].flatMap(([name, { handler }]) => (handler ? [name] : [])),
}));

/** Member names of every structure of the client package. */
const memberNames = [
  ...new Set(
    Object.values(cloudtrail).flatMap((schema): string[] =>
      Array.isArray(schema) && schema[0] === 3 && Array.isArray(schema[4]) ? schema[4] : [],
    ),
  ),
];
const membersOf = (operation: string): string[] => {
  const input = (cloudtrail as unknown as Record<string, unknown>)[`${operation}Request$`];
  return Array.isArray(input) && Array.isArray(input[4]) ? input[4] : [];
};

describe('signatures', () => {
  const headers = fc.dictionary(
    fc.constantFrom(
      'authorization',
      'x-amz-date',
      'x-amz-content-sha256',
      'x-amz-security-token',
      'content-type',
      'date',
      'x-amz-target',
      'expect',
      'content-encoding',
      'x-amz-decoded-content-length',
      'range',
      'host',
    ),
    fc.oneof(
      fc.stringMatching(/^[\x20-\x7e]{0,60}$/),
      fc.constantFrom(
        'AWS4-HMAC-SHA256',
        'AWS4-HMAC-SHA256 Credential=',
        'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=, Signature=',
        'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request,SignedHeaders=host;host,Signature=00',
        'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/cloudtrail/aws4_request, SignedHeaders=host;x-amz-date, Signature=zz',
        'AWS4-HMAC-SHA256 Credential=//////, SignedHeaders=;;, Signature=',
        'Bearer ',
        'Bearer x',
        'Bearer opt_x.y',
        'Basic eDp5',
        '20260101T000000Z',
        '20269999T999999Z',
        'UNSIGNED-PAYLOAD',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'aws-chunked',
        'gzip',
        'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.CreateTrail',
        '.',
        'bytes=-',
        '100-continue',
      ),
    ),
    { noNullPrototype: true },
  );
  const query = fc.array(
    fc.tuple(
      fc.constantFrom(
        'X-Amz-Algorithm',
        'X-Amz-Credential',
        'X-Amz-Date',
        'X-Amz-Expires',
        'X-Amz-SignedHeaders',
        'X-Amz-Signature',
        'X-Amz-Security-Token',
        'Action',
        'list-type',
        'x-id',
      ),
      fc.oneof(
        fc.webFragments(),
        fc.constantFrom(
          'AWS4-HMAC-SHA256',
          'A%2F20260101%2Fus-east-1%2Fs3%2Faws4_request',
          '%',
          '%ff',
          '-1',
          '1e9',
        ),
      ),
    ),
    { maxLength: 7 },
  );

  it('unsigned, half-signed and wrongly signed requests are refused in order', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH'),
      path: fc.oneof(
        fc.constantFrom(
          '/',
          '/fuzz-bucket',
          '/fuzz-bucket/a',
          '//',
          '/%',
          '/%2F%2e%2e',
          '/v1/events',
          '/v1/lookup',
          '/v1/backup',
          '/v1/sns',
          '/health',
        ),
        fc.webPath(),
      ),
      query,
      headers,
      body: fc.oneof(fc.constant(''), fc.string({ maxLength: 50 })),
    });
    await fuzz('signatures', request, async ({ path, query, ...rest }) => {
      const asked = query.map(([name, value]) => `${name}=${value}`).join('&');
      const wire = { ...rest, path: `${path || '/'}${asked === '' ? '' : `?${asked}`}` };
      expectProper(await sendWire(server, wire), 'any', wire);
    });
  });

  it('a good signature with one byte changed never passes', { timeout: FUZZ_TIMEOUT }, async () => {
    const change = fc.tuple(
      fc.constantFrom('authorization', 'x-amz-date', 'x-amz-content-sha256'),
      fc.nat(),
      fc.integer({ min: 33, max: 126 }),
    );
    await fuzz('changed signatures', change, async ([name, at, byte]) => {
      const signed = await signWire(server, 'sts', {
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
      });
      const value = [...signed!.headers[name]!];
      const index = at % value.length;
      const before = value[index]!;
      value[index] = String.fromCharCode(byte);
      if (before.toLowerCase() === value[index]!.toLowerCase() || before === ' ' || before === ',') return;
      const changed = { ...signed!, headers: { ...signed!.headers, [name]: value.join('') } };
      const answer = await sendWire(server, changed);
      expectProper(answer, 'any', changed);
      expect(
        answer === undefined || answer.status >= 400,
        `${name}[${index}] ${before} → ${value[index]}`,
      ).toBe(true);
    });
  });
});

describe('operations', () => {
  it('of cloudtrail take random shapes', { timeout: FUZZ_TIMEOUT * 2 }, async () => {
    const names = built.find(({ service }) => service.signingNames.includes('cloudtrail'))!.names;
    expect(names.length).toBeGreaterThan(15);
    const call = fc.constantFrom(...names).chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc.oneof(
          {
            weight: 12,
            arbitrary: bentText(
              anyInput(membersOf(name), memberNames).map((value) => JSON.stringify(value) ?? ''),
            ),
          },
          { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
          { weight: 1, arbitrary: nested('[', ']').map((text) => Buffer.from(text)) },
          {
            weight: 1,
            arbitrary: nested('{"AdvancedEventSelectors":[', ']}').map((text) => Buffer.from(text)),
          },
        ),
      ),
    );
    await fuzz('cloudtrail', call, async ([name, body]) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${name}`,
      };
      await signAndSend('cloudtrail', { method: 'POST', path: '/', headers, body }, 'json', [
        name,
        body.toString(),
      ]);
    });
  });

  it('selectors of all shapes are taken or refused', { timeout: FUZZ_TIMEOUT }, async () => {
    const field = fc.constantFrom(
      'eventCategory',
      'eventName',
      'readOnly',
      'resources.type',
      'resources.ARN',
      'eventSource',
      'userIdentity.arn',
      'sessionCredentialFromConsole',
      'vpcEndpointId',
      'errorCode',
      'x',
    );
    const values = fc.array(
      fc.oneof(
        fc.constantFrom(
          'Management',
          'Data',
          'NetworkActivity',
          'AWS::S3::Object',
          'true',
          'arn:aws:s3:::b/',
          'kms.amazonaws.com',
        ),
        anyText,
      ),
      { maxLength: 4 },
    );
    const operator = fc.constantFrom(
      'Equals',
      'NotEquals',
      'StartsWith',
      'NotStartsWith',
      'EndsWith',
      'NotEndsWith',
    );
    const category = fc.constantFrom(
      [],
      [{ Field: 'eventCategory', Equals: ['Management'] }],
      [{ Field: 'eventCategory', Equals: ['Data'] }],
    );
    const selector = fc.record({
      Name: fc.option(anyText, { nil: undefined }),
      FieldSelectors: fc
        .tuple(
          category,
          fc.array(
            fc
              .tuple(field, fc.array(fc.tuple(operator, values), { maxLength: 3 }))
              .map(([Field, rules]) => ({ Field, ...Object.fromEntries(rules) })),
            { maxLength: 5 },
          ),
        )
        .map(([first, rest]) => [...first, ...rest]),
    });
    const basic = fc.record(
      {
        ReadWriteType: fc.constantFrom('All', 'ReadOnly', 'WriteOnly', 'None'),
        IncludeManagementEvents: fc.boolean(),
        DataResources: fc.array(
          fc.record({ Type: fc.oneof(fc.constant('AWS::S3::Object'), anyText), Values: values }),
          { maxLength: 3 },
        ),
        ExcludeManagementEventSources: values,
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    const input = fc.oneof(
      fc
        .array(selector, { maxLength: 3 })
        .map((AdvancedEventSelectors) => ({ TrailName: 'fuzz', AdvancedEventSelectors })),
      fc.array(basic, { maxLength: 6 }).map((EventSelectors) => ({ TrailName: 'fuzz', EventSelectors })),
    );
    await fuzz('selectors', input, async (value) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'CloudTrail_20131101.PutEventSelectors',
      };
      await signAndSend(
        'cloudtrail',
        { method: 'POST', path: '/', headers, body: JSON.stringify(value) },
        'json',
        value,
      );
    });
  });

  it('of sns, iam and sts take random forms', { timeout: FUZZ_TIMEOUT }, async () => {
    const query = built.filter(({ service }) => service.protocol === 'awsQuery');
    expect(query.length).toBe(3);
    const parameter = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          'Name',
          'TopicArn',
          'Message',
          'Protocol',
          'Endpoint',
          'AttributeName',
          'AttributeValue',
          'UserName',
          'RoleName',
          'PolicyName',
          'PolicyArn',
          'PolicyDocument',
          'AssumeRolePolicyDocument',
          'RoleArn',
          'RoleSessionName',
          'DurationSeconds',
          'MaxItems',
          'Marker',
          'Path',
          'PathPrefix',
          'Tags.member.1.Key',
          'Tags.member.1.Value',
          'Tags.member.999999999.Key',
          'Attributes.entry.1.key',
          'Attributes.entry.1.value',
          'Attributes.entry.-1.key',
          'Tags.member.1.__proto__',
          'NextToken',
          'Token',
          'MessageAttributes.entry.1.Value.DataType',
        ),
      },
      { weight: 1, arbitrary: anyText },
    );
    const policy = anyJson([
      'Version',
      'Statement',
      'Effect',
      'Action',
      'NotAction',
      'Resource',
      'Principal',
      'Condition',
      'StringEquals',
      'AWS',
      'Allow',
      'Deny',
      'Sid',
    ]).map((value) => JSON.stringify(value) ?? '');
    const call = fc.constantFrom(...query).chain(({ service, names }) =>
      fc.record({
        service: fc.constant(service.signingNames[0]!),
        version: fc.constant(service.apiVersion),
        action: fc.oneof(
          { weight: 12, arbitrary: fc.constantFrom(...names) },
          { weight: 1, arbitrary: anyText },
        ),
        parameters: fc.array(fc.tuple(parameter, fc.oneof(anyText, policy)), { maxLength: 6 }),
        bend: fc.option(fc.stringMatching(/^[%&=+;a-z0-9]{1,8}$/), { freq: 6 }),
      }),
    );
    await fuzz('query', call, async ({ service, version, action, parameters, bend }) => {
      const form = new URLSearchParams([
        ['Action', action],
        ['Version', version ?? ''],
        ...parameters.map(([name, value]): [string, string] => [name, value]),
      ]);
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      const body = `${form}${bend ?? ''}`;
      await signAndSend(service, { method: 'POST', path: '/', headers, body }, 'query', [service, body]);
    });
  });
});

describe('s3', () => {
  const element = fc.constantFrom(
    'Delete',
    'Object',
    'Key',
    'Quiet',
    'CompleteMultipartUpload',
    'Part',
    'PartNumber',
    'ETag',
    'Tagging',
    'TagSet',
    'Tag',
    'Value',
    'CreateBucketConfiguration',
    'LocationConstraint',
    'AccessControlPolicy',
    'Grant',
    'Owner',
    'ID',
    '__proto__',
    'a:b',
  );
  const { xml } = fc.letrec<{ xml: string }>((tie) => ({
    xml: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        '',
        '1',
        'x',
        '<![CDATA[x]]>',
        '&lt;',
        '&x;',
        '&#0;',
        '<!-- -->',
        '<?p x?>',
        '<',
        '>',
        '</x>',
        '\u0000',
      ),
      fc
        .tuple(element, fc.array(tie('xml'), { maxLength: 4 }))
        .map(([name, inner]) => `<${name}>${inner.join('')}</${name}>`),
      fc
        .tuple(element, tie('xml'))
        .map(
          ([name, inner]) =>
            `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/" xsi:type="Group">${inner}</${name}>`,
        ),
    ),
  }));
  const document = fc.oneof(
    { weight: 8, arbitrary: bentText(xml) },
    { weight: 1, arbitrary: nested('<Delete>', '</Delete>').map((text) => Buffer.from(text)) },
    {
      weight: 1,
      arbitrary: fc.constant(
        Buffer.from('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Delete>&b;</Delete>'),
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );
  const subresource = fc.constantFrom(
    '',
    'delete',
    'uploads',
    'uploadId',
    'partNumber',
    'tagging',
    'acl',
    'policy',
    'ownershipControls',
    'publicAccessBlock',
    'versioning',
    'lifecycle',
    'list-type',
    'encoding-type',
    'max-keys',
    'prefix',
    'delimiter',
    'continuation-token',
    'start-after',
    'marker',
    'object-lock',
    'retention',
    'legal-hold',
    'attributes',
    'location',
    'cors',
    'x-id',
    'versionId',
    'response-content-type',
  );

  it('takes random documents on every path', { timeout: FUZZ_TIMEOUT }, async () => {
    const call = fc.record({
      method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
      path: fc.constantFrom(
        '/',
        '/fuzz-bucket',
        '/fuzz-bucket/key',
        '/fuzz-bucket/a%20b',
        '/Bad_Bucket',
        '/no-such-bucket/x',
        '/fuzz-other',
      ),
      query: fc.dictionary(
        subresource.filter((name) => name !== ''),
        fc.oneof(
          fc.constant(''),
          fc.constantFrom('1', '2', '1000', 'url', '-1', '99999999999'),
          fc.stringMatching(/^[a-zA-Z0-9/+=._-]{0,20}$/),
        ),
        { maxKeys: 3, noNullPrototype: true },
      ),
      headers: fc.dictionary(
        fc.constantFrom(
          'x-amz-acl',
          'x-amz-copy-source',
          'range',
          'if-match',
          'if-none-match',
          'content-md5',
          'x-amz-checksum-crc32',
          'x-amz-sdk-checksum-algorithm',
          'x-amz-meta-a',
          'x-amz-tagging',
          'x-amz-object-lock-mode',
          'x-amz-object-lock-retain-until-date',
          'x-amz-storage-class',
          'content-type',
          'x-amz-copy-source-range',
          'x-amz-bypass-governance-retention',
          'x-amz-mp-object-size',
          'if-modified-since',
          'x-amz-object-attributes',
        ),
        fc.oneof(
          fc.constantFrom(
            'private',
            '/fuzz-bucket/key',
            'fuzz-bucket',
            '%',
            'bytes=0-',
            'bytes=5-1',
            'bytes=-0',
            '*',
            '"x"',
            'AAAA',
            'CRC32',
            'a=b&c=d',
            'COMPLIANCE',
            '2030-01-01T00:00:00Z',
            'true',
            '-1',
          ),
          fc.stringMatching(/^[\x21-\x7e]{0,20}$/),
        ),
        { maxKeys: 3, noNullPrototype: true },
      ),
      body: document,
    });
    await fuzz('s3', call, async ({ method, path, query, headers, body }) => {
      const sent = [method, path, query, headers, body.toString()];
      const withoutBody = method === 'GET' || method === 'HEAD';
      await signAndSend('s3', { method, path, query, headers, body: withoutBody ? '' : body }, 's3', sent);
    });
  });

  it('takes random chunked bodies', { timeout: FUZZ_TIMEOUT }, async () => {
    const chunk = fc.oneof(
      fc.string({ maxLength: 40 }).map((data) => `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`),
      fc
        .tuple(fc.stringMatching(/^[0-9a-fA-F]{0,18}$/), fc.string({ maxLength: 10 }))
        .map(([size, data]) => `${size}\r\n${data}\r\n`),
      fc
        .tuple(fc.nat(30), fc.stringMatching(/^[0-9a-f]{0,64}$/))
        .map(
          ([size, signature]) =>
            `${size.toString(16)};chunk-signature=${signature}\r\n${'x'.repeat(size)}\r\n`,
        ),
      fc.constantFrom(
        '0\r\n',
        '0\r\n\r\n',
        'x-amz-checksum-crc32:AAAAAA==\r\n',
        'x-amz-trailer-signature:00\r\n',
        '\r\n',
        '\n',
        '-1\r\n',
        'ffffffffffffffff\r\n',
      ),
    );
    const call = fc.record({
      chunks: fc.array(chunk, { maxLength: 6 }),
      kind: fc.constantFrom(
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'STREAMING-X',
      ),
      decoded: fc.option(fc.oneof(fc.nat(200), fc.constantFrom(-1, 1e30)).map(String), { freq: 6 }),
      trailer: fc.option(fc.constantFrom('x-amz-checksum-crc32', 'x-amz-checksum-nope', 'a,b'), { freq: 2 }),
    });
    await fuzz('chunked', call, async ({ chunks, kind, decoded, trailer }) => {
      const headers = {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': kind,
        ...(decoded !== null && { 'x-amz-decoded-content-length': decoded }),
        ...(trailer !== null && { 'x-amz-trailer': trailer }),
      };
      await signAndSend(
        's3',
        { method: 'PUT', path: '/fuzz-bucket/chunked', headers, body: chunks.join('') },
        's3',
        [headers, chunks],
      );
    });
  });
});

describe('the own paths', () => {
  const record = anyJson([
    'eventID',
    'eventTime',
    'eventName',
    'eventSource',
    'eventVersion',
    'awsRegion',
    'recipientAccountId',
    'userIdentity',
    'type',
    'userName',
    'accountId',
    'resources',
    'ARN',
    'requestParameters',
    'bucketName',
    'eventCategory',
    'readOnly',
    'managementEvent',
    'Records',
    'eventType',
    'sharedEventID',
  ]);
  const whole = record.map((value) => {
    const known = JSON.parse(
      eventLine(
        createHash('md5')
          .update(JSON.stringify(value) ?? '')
          .digest('hex'),
      ),
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...known, ...value }
      : value;
  });
  const text = fc.oneof(
    fc.array(whole, { maxLength: 5 }).map((records) => records.map((one) => JSON.stringify(one)).join('\n')),
    fc.array(whole, { maxLength: 5 }).map((Records) => JSON.stringify({ Records })),
    record.map((Records) => JSON.stringify({ Records })),
    nested('{"Records":[', ']}'),
  );

  it('events of random bytes, gzip or not, get an outcome or a refusal', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const call = fc.record({
      body: fc.oneof(
        { weight: 5, arbitrary: bentText(text) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
      ),
      gzip: fc.constantFrom('no', 'yes', 'cut', 'twice', 'said', 'br'),
    });
    await fuzz('events', call, async ({ body, gzip }) => {
      const bytes =
        gzip === 'yes'
          ? gzipSync(body)
          : gzip === 'cut'
            ? gzipSync(body).subarray(0, -3)
            : gzip === 'twice'
              ? Buffer.concat([gzipSync(body), gzipSync(body)])
              : body;
      const headers: Record<string, string> =
        gzip === 'no' ? {} : { 'content-encoding': gzip === 'br' ? 'br' : 'gzip' };
      await signAndSend('opentrail', { method: 'POST', path: '/v1/events', headers, body: bytes }, 'own', [
        gzip,
        body.toString(),
      ]);
    });
    // Whatever was accepted can be delivered and found.
    const { trails } = await apiOf(server).call<{ trails: { trail: string; error?: string }[] }>(
      '/v1/flush',
      {},
    );
    const kept = trails.filter(({ trail }) => trail.endsWith(':trail/kept'));
    expect(kept.map(({ error }) => error)).toEqual([undefined]);
  });

  it('questions of random shapes get an answer or a refusal', { timeout: FUZZ_TIMEOUT }, async () => {
    const names = [
      'op',
      'start',
      'end',
      'accounts',
      'regions',
      'attributes',
      'categories',
      'limit',
      'key',
      'value',
      'userName',
      'preset',
      'account',
      'scope',
      'id',
      'description',
      'expiresInMs',
      'readAccounts',
      'directory',
    ];
    const call = fc.record({
      path: fc.constantFrom(
        '/v1/lookup',
        '/v1/export',
        '/v1/admin/users',
        '/v1/admin/tokens',
        '/v1/flush',
        '/v1/admin/keys',
      ),
      body: bentText(
        fc
          .oneof(
            anyInput(names, names),
            fc.record(
              {
                op: fc.constantFrom('create', 'list', 'delete', 'revoke'),
                userName: anyText,
                preset: fc.constantFrom('auditor', 'ingest', 'x'),
                scope: fc.constantFrom('read', 'ingest'),
                id: anyText,
                expiresInMs: fc.double(),
              },
              { requiredKeys: ['op'], noNullPrototype: true },
            ),
            fc.record(
              {
                start: fc.double(),
                end: fc.double(),
                limit: fc.double(),
                accounts: fc.array(anyText, { maxLength: 3 }),
                regions: fc.array(anyText, { maxLength: 3 }),
                attributes: fc.array(
                  fc.record({
                    key: fc.constantFrom('EventId', 'Username', 'ResourceName', 'x'),
                    value: anyText,
                  }),
                  { maxLength: 3 },
                ),
              },
              { requiredKeys: [], noNullPrototype: true },
            ),
          )
          .map((value) => JSON.stringify(value) ?? ''),
      ),
    });
    await fuzz('questions', call, async ({ path, body }) => {
      await signAndSend('opentrail', { method: 'POST', path, headers: {}, body }, 'own', [
        path,
        body.toString(),
      ]);
    });
  });
});
