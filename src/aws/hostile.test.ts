import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { exampleSecret, headOnly } from './front-door.fixture.ts';
import { ChunkedBody } from './payload/chunked-body.ts';
import { ServiceError } from './service.ts';
import { readClaim } from './sigv4/claim.ts';
import { SignatureRefusal } from './sigv4/refusal.ts';
import { verifySignature } from './sigv4/verify.ts';
import { openRequest } from './wire-request.ts';

const latin1 = fc.string({
  unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
});

it('a signature of any form is refused, never believed, and breaks nothing', async () => {
  const scope = fc.constantFrom(
    'AKID/20130524/us-east-1/s3/aws4_request',
    'AKID/20130524/x/sts/aws4_request',
  );
  const authorization = fc.oneof(
    latin1,
    fc
      .tuple(scope, fc.oneof(fc.constant('host'), latin1), fc.oneof(fc.constant('0'.repeat(64)), latin1))
      .map(
        ([credential, names, signature]) =>
          `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
      ),
  );
  await fc.assert(
    fc.asyncProperty(authorization, latin1, latin1, async (authorization, path, query) => {
      const headers = { host: 'h', authorization, 'x-amz-date': '20130524T000000Z' };
      const wire = openRequest(headOnly('GET', `/${path}?${query}`, headers));
      try {
        const claim = readClaim(wire);
        expect(claim).toBeDefined();
        const findAccessKey = async () => exampleSecret;
        await verifySignature(wire, claim!, { findAccessKey, now: Date.UTC(2013, 4, 24), payloadHash: 'x' });
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(SignatureRefusal);
      }
    }),
    { numRuns: 500 },
  );
});

it('a chunked body of any form is taken or refused with an error of S3', async () => {
  const piece = fc.constantFrom(
    '0',
    '5',
    'ff',
    'hello',
    '\r\n',
    '\n',
    ';chunk-signature=',
    'a'.repeat(64),
    'x-amz-checksum-crc32:',
    '=',
    ' ',
    ':',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const body = new ChunkedBody({ trailer: true });
      Readable.from(pieces.map((text) => Buffer.from(text))).pipe(body);
      try {
        for await (const part of body) expect(part.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ServiceError);
      }
    }),
    { numRuns: 300 },
  );
});
