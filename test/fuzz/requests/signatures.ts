import fc from 'fast-check';

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

/** Requests whose signatures are missing, cut or made up, to all kinds of paths. */
export const wronglySigned = fc.record({
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

/** A signed header, a place in it, and the byte that is put there. */
export const signatureChange = fc.tuple(
  fc.constantFrom('authorization', 'x-amz-date', 'x-amz-content-sha256'),
  fc.nat(),
  fc.integer({ min: 33, max: 126 }),
);
