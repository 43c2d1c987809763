import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exampleKey, exampleSecret } from '../front-door.fixture.ts';
import { signingKeys } from '../sigv4/signing-key.ts';
import type { VerifiedSignature } from '../sigv4/verify.ts';
import { ChunkedBody } from './chunked-body.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html: the published seed and chunk signatures. */
const seeded = (signature: string): VerifiedSignature => ({
  caller: exampleSecret.caller,
  signingKey: signingKeys.derive(exampleKey.secretAccessKey, '20130524', 'us-east-1', 's3'),
  claim: {
    kind: 'header',
    accessKeyId: exampleKey.accessKeyId,
    date: '20130524',
    region: 'us-east-1',
    service: 's3',
    signedHeaders: ['host'],
    signature,
    time: '20130524T000000Z',
  },
});
const seed = seeded('4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9');
const published = [
  `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${'a'.repeat(65536)}\r\n`,
  `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${'a'.repeat(1024)}\r\n`,
  '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
].join('');
/** …/sigv4-streaming-trailers.html */
const trailerSeed = seeded('106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e');
const publishedTrailer = [
  `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${'a'.repeat(65536)}\r\n`,
  `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${'a'.repeat(1024)}\r\n`,
  '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
  'x-amz-checksum-crc32c:sOO8/Q==\r\n',
  'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
].join('');

async function decode(wire: string, body: ChunkedBody, step = wire.length): Promise<string> {
  const bytes = Buffer.from(wire, 'latin1');
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += step) pieces.push(bytes.subarray(at, at + step));
  let text = '';
  const source = Readable.from(pieces);
  source.pipe(body);
  for await (const piece of body) text += piece.toString('latin1');
  return text;
}

describe("S3's published chunked upload", () => {
  it.each([1, 7, 64, 1000, 65536, 1_000_000])(
    'is verified when it comes in pieces of %i bytes',
    async (step) => {
      const body = new ChunkedBody({ signature: seed, trailer: false });
      expect(await decode(published, body, step)).toBe('a'.repeat(66560));
    },
  );

  it.each([1, 100_000])('with a signed trailer is verified, in pieces of %i bytes', async (step) => {
    const body = new ChunkedBody({ signature: trailerSeed, trailer: true });
    expect(await decode(publishedTrailer, body, step)).toBe('a'.repeat(66560));
    expect(body.trailers.get('x-amz-checksum-crc32c')).toBe('sOO8/Q==');
  });

  it.each<[string, string, VerifiedSignature, boolean, string]>([
    ['a changed byte', published.replace('aaaa\r\n400', 'aaab\r\n400'), seed, false, 'SignatureDoesNotMatch'],
    ['a chunk left out', published.replace(/400;[\s\S]*?a\r\n/, ''), seed, false, 'SignatureDoesNotMatch'],
    ['another seed', published, trailerSeed, false, 'SignatureDoesNotMatch'],
    [
      'a chunk without signature',
      published.replace(/^10000;[^\r]*/, '10000'),
      seed,
      false,
      'SignatureDoesNotMatch',
    ],
    ['an end too early', published.slice(0, 70_000 - 3500), seed, false, 'IncompleteBody'],
    [
      'a missing last chunk',
      published.slice(0, published.lastIndexOf('0;chunk')),
      seed,
      false,
      'IncompleteBody',
    ],
    ['a size that is none', published.replace('10000;', '1x000;'), seed, false, 'InvalidChunkSizeError'],
    ['a size too small', published.replace('10000;', '0ffff;'), seed, false, 'SignatureDoesNotMatch'],
    ['a trailer that nobody announced', publishedTrailer, trailerSeed, false, 'MalformedTrailerError'],
    [
      'a changed trailer',
      publishedTrailer.replace('sOO8', 'sOO9'),
      trailerSeed,
      true,
      'SignatureDoesNotMatch',
    ],
    [
      'no trailer signature',
      publishedTrailer.replace(/x-amz-trailer-s.*\r\n/, ''),
      trailerSeed,
      true,
      'SignatureDoesNotMatch',
    ],
    ['a line without end', `${'0'.repeat(20_000)}`, seed, false, 'InvalidChunkSizeError'],
  ])('is refused with %s', async (_what, wire, signature, trailer, code) => {
    const reading = decode(wire, new ChunkedBody({ signature, trailer }), 5000);
    await expect(reading).rejects.toMatchObject({ code });
  });
});

it('takes the framing off an unsigned body with a trailer', async () => {
  const body = new ChunkedBody({ trailer: true });
  expect(await decode('5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:abc=\r\n\r\n', body, 3)).toBe(
    'hello!',
  );
  expect([...body.trailers]).toEqual([['x-amz-checksum-crc32', 'abc=']]);
});
