import { hash } from 'node:crypto';
import type { HttpRequest } from '@smithy/types';
import { describe, expect, it } from 'vitest';
import type { AccessKeySecret } from '../../identity/index.ts';
import { exampleKey, exampleSecret, headOnly, oracle } from '../front-door.fixture.ts';
import { payloadHashOf } from '../payload/s3-body.ts';
import { openRequest } from '../wire-request.ts';
import { readClaim } from './claim.ts';
import type { SignatureRefusal } from './refusal.ts';
import { verifySignature } from './verify.ts';

const signedAt = new Date('2013-05-24T00:00:00Z');
const emptyHash = hash('sha256', '', 'hex');

interface Request {
  method?: string;
  path?: string;
  query?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  body?: string;
}

const queryTextOf = (query: Request['query'] = {}): string =>
  Object.entries(query)
    .flatMap(([name, values]) =>
      [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join('&');

async function verify(
  { method, url, headers }: { method: string; url: string; headers: Record<string, string> },
  { now = signedAt.getTime(), body = '', key = exampleSecret as AccessKeySecret | null } = {},
) {
  const wire = openRequest(headOnly(method, url, headers));
  const claim = readClaim(wire);
  if (!claim) throw new Error('no claim');
  const payloadHash = claim.service === 's3' ? payloadHashOf(wire, claim) : hash('sha256', body, 'hex');
  const findAccessKey = async (id: string) =>
    id === exampleKey.accessKeyId ? (key ?? undefined) : undefined;
  return verifySignature(wire, claim, { findAccessKey, now, payloadHash });
}

async function signed(service: string, request: Request, sessionToken?: string) {
  const { method = 'GET', path = '/', query = {}, headers = {}, body } = request;
  const out = await oracle(service, { sessionToken }).sign(
    {
      method,
      protocol: 'http:',
      hostname: 'h',
      path,
      query,
      headers: { host: 'h', ...headers },
      body,
    } as HttpRequest,
    { signingDate: signedAt },
  );
  const text = queryTextOf(query);
  return { method, url: text ? `${path}?${text}` : path, headers: out.headers as Record<string, string> };
}

const problem = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    (error: SignatureRefusal) => error.problem,
  );

describe("the signature of AWS's own signer", () => {
  it.each<[string, string, Request]>([
    ['an empty JSON call', 'cloudtrail', { method: 'POST', body: '{}' }],
    ['a body', 'sns', { method: 'POST', body: 'Action=ListTopics&Version=2010-03-31' }],
    ['a path with spaces, doubly encoded', 'execute-api', { path: '/a%20b/c' }],
    ['an S3 key with odd characters', 's3', { path: '/b/a%20b/%C3%BC/~-_./%2B%26' }],
    ['an S3 key with dots and slashes', 's3', { path: '/b/../x//y/./z' }],
    [
      'query members in another order',
      's3',
      { path: '/b', query: { prefix: 'a/b', 'list-type': '2', Z: '', a: '~ *' } },
    ],
    ['a query without values', 's3', { path: '/b', query: { policy: '' } }],
    ['a repeated query member', 's3', { path: '/b', query: { a: ['2', '1'] } }],
    ['headers with runs of spaces', 's3', { path: '/b', headers: { 'x-amz-meta-a': '  x    y  ' } }],
    ['an upper-case header', 's3', { path: '/b', headers: { 'X-Amz-Meta-Ab': 'Q' } }],
  ])('is accepted on %s', async (_what, service, request) => {
    const verified = await verify(await signed(service, request), { body: request.body });
    expect(verified.caller).toBe(exampleSecret.caller);
  });

  it('is accepted when the escapes of an S3 path are written otherwise than they were signed', async () => {
    const request = await signed('s3', { path: '/b/~x%28y%29' });
    expect(await problem(verify({ ...request, url: '/b/%7ex(y)' }))).toBe('accepted');
  });

  it.each<[string, (request: Awaited<ReturnType<typeof signed>>) => Awaited<ReturnType<typeof signed>>]>([
    ['another path', (request) => ({ ...request, url: '/other' })],
    ['another query', (request) => ({ ...request, url: `${request.url}?a=b` })],
    ['another method', (request) => ({ ...request, method: 'DELETE' })],
    ['another host', (request) => ({ ...request, headers: { ...request.headers, host: 'other' } })],
  ])('is refused with %s', async (_what, change) => {
    expect(await problem(verify(change(await signed('s3', { path: '/b' }))))).toBe('mismatch');
  });

  it('is refused with another body', async () => {
    const request = await signed('cloudtrail', { method: 'POST', body: '{}' });
    expect(await problem(verify(request, { body: '{ }' }))).toBe('mismatch');
  });

  it('is refused when an x-amz- header was added on the way', async () => {
    const request = await signed('s3', { path: '/b' });
    const headers = { ...request.headers, 'x-amz-acl': 'public-read' };
    expect(await problem(verify({ ...request, headers }))).toBe('unsignedHeaders');
  });

  it('is refused for a key that nobody has', async () => {
    expect(await problem(verify(await signed('s3', {}), { key: null }))).toBe('unknownKey');
  });

  it.each([
    [-15 * 60, 'accepted'],
    [15 * 60, 'accepted'],
    [-15 * 60 - 1, 'skewed'],
    [15 * 60 + 1, 'skewed'],
  ])('%i seconds from our clock is %s', async (seconds, outcome) => {
    expect(await problem(verify(await signed('sts', {}), { now: signedAt.getTime() + seconds * 1000 }))).toBe(
      outcome,
    );
  });

  it('names both times when it is too old', async () => {
    const late = verify(await signed('sts', {}), { now: signedAt.getTime() + 20 * 60_000 });
    await expect(late).rejects.toThrow(
      'Signature expired: 20130524T000000Z is now earlier than 20130524T000500Z (20130524T002000Z - 15 min.)',
    );
  });
});

describe('temporary credentials', () => {
  const key = { ...exampleSecret, sessionToken: 'tok/en==', expiresAt: signedAt.getTime() + 1000 };
  it.each<[string, string | undefined, AccessKeySecret, string]>([
    ['with their token', 'tok/en==', key, 'accepted'],
    ['without a token', undefined, key, 'badToken'],
    ['with another token', 'token', key, 'badToken'],
    ['that have expired', 'tok/en==', { ...key, expiresAt: signedAt.getTime() }, 'expiredToken'],
    ['a token on a key that has none', 'tok/en==', exampleSecret, 'badToken'],
  ])('%s', async (_what, token, secret, outcome) => {
    expect(await problem(verify(await signed('s3', {}, token), { key: secret }))).toBe(outcome);
  });
});

describe('a presigned request', () => {
  async function presigned(expiresIn: number, sessionToken?: string) {
    const out = await oracle('s3', { sessionToken }).presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: 'h',
        path: '/b/k',
        query: {},
        headers: { host: 'h', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      } as HttpRequest,
      { signingDate: signedAt, expiresIn },
    );
    const query = out.query as Record<string, string>;
    return { method: 'GET', url: `/b/k?${queryTextOf(query)}`, headers: { host: 'h' } };
  }

  it.each([
    [0, 'accepted'],
    [3600, 'accepted'],
    [3601, 'expiredRequest'],
    [-900, 'accepted'],
    [-901, 'skewed'],
  ])('for an hour, %i seconds after signing, is %s', async (seconds, outcome) => {
    const now = signedAt.getTime() + seconds * 1000;
    expect(await problem(verify(await presigned(3600), { now }))).toBe(outcome);
  });

  it('carries its session token in the query', async () => {
    expect(
      await problem(verify(await presigned(60, 't'), { key: { ...exampleSecret, sessionToken: 't' } })),
    ).toBe('accepted');
  });

  it.each(['X-Amz-Date', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Credential'])(
    'is incomplete without %s',
    async (name) => {
      const request = await presigned(60);
      const url = request.url.replace(new RegExp(`${name}=[^&]*&?`), '');
      expect(() => readClaim(openRequest(headOnly('GET', url, request.headers)))).toThrow();
    },
  );
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and …/sigv4-query-string-auth.html */
describe("S3's published examples", () => {
  const scope = 'Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';
  const host = 'examplebucket.s3.amazonaws.com';
  const date = { 'x-amz-date': '20130524T000000Z', 'x-amz-content-sha256': emptyHash };
  it.each([
    [
      'GET object with a range',
      '/test.txt',
      { host, range: 'bytes=0-9', ...date },
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'GET bucket lifecycle',
      '/?lifecycle',
      { host, ...date },
      'host;x-amz-content-sha256;x-amz-date',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'list objects',
      '/?max-keys=2&prefix=J',
      { host, ...date },
      'host;x-amz-content-sha256;x-amz-date',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('%s', async (_what, url, headers, names, signature) => {
    const authorization = `AWS4-HMAC-SHA256 ${scope},SignedHeaders=${names},Signature=${signature}`;
    expect(await problem(verify({ method: 'GET', url, headers: { ...headers, authorization } }))).toBe(
      'accepted',
    );
  });

  it('a presigned URL', async () => {
    const query =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    expect(await problem(verify({ method: 'GET', url: `/test.txt?${query}`, headers: { host } }))).toBe(
      'accepted',
    );
  });
});

describe('a claim', () => {
  const good = `AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
  it.each<[string, string, string]>([
    ['of another algorithm', good.replace('HMAC', 'ECDSA'), 'unsupported'],
    ['of version 2', 'AWS AKID:signature', 'unsupported'],
    ['of a bearer', 'Bearer x', 'unsupported'],
    ['without a signature', good.replace(/, Signature.*/, ''), 'incomplete'],
    ['without a scope', good.replace('/20130524/us-east-1/s3/aws4_request', ''), 'incomplete'],
    ['with a scope too long', good.replace('aws4_request', 'aws4_request/x'), 'incomplete'],
    ['with a Region of odd characters', good.replace('us-east-1', '../etc'), 'incomplete'],
    ['of another day than its date', good.replace('20130524', '20130525'), 'scope'],
    ['that does not sign the host', good.replace('=host', '=date'), 'mismatch'],
    ['with a short signature', good.replace(/0{64}/, '00'), 'mismatch'],
    ['empty', 'AWS4-HMAC-SHA256', 'incomplete'],
  ])('%s is refused', (_what, authorization, outcome) => {
    const wire = openRequest(
      headOnly('GET', '/', { host: 'h', authorization, 'x-amz-date': '20130524T000000Z' }),
    );
    expect(() => readClaim(wire)).toThrow(expect.objectContaining({ problem: outcome }));
  });

  it('is refused when a header that decides stands twice', () => {
    const req = headOnly('GET', '/', {});
    req.rawHeaders.push('Host', 'a', 'host', 'b');
    expect(() => readClaim(openRequest(req))).toThrow(expect.objectContaining({ problem: 'repeatedHeader' }));
  });

  it('is no claim where nobody signed', () => {
    expect(readClaim(openRequest(headOnly('GET', '/b/k?list-type=2', { host: 'h' })))).toBeUndefined();
  });
});
