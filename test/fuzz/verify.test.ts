import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  type BucketReader,
  createLogInspector,
  fingerprintOf,
  inspectLogBytes,
  loadPublicKey,
  PublicKeyError,
  readPublicKeys,
  stringToSign,
  verifyChain,
} from '../../src/digest/verify/index.ts';
import { FUZZ_TIMEOUT, fuzz } from './run.ts';
import { anyJson, bentText } from './shapes.ts';

const SHARE = 0.3;
const END = Date.UTC(2026, 10, 1, 12);
const NAME =
  'AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/11/01/123456789012_CloudTrail-Digest_us-east-1_t_us-east-1_20261101T120000Z.json.gz';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const value = pair.publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64');
const key = { fingerprint: fingerprintOf(value), value };
const names = [
  'digestPublicKeyFingerprint',
  'digestS3Bucket',
  'digestS3Object',
  'previousDigestSignature',
  'previousDigestS3Bucket',
  'previousDigestS3Object',
  'previousDigestHashValue',
  'digestEndTime',
  'digestStartTime',
  'logFiles',
  's3Bucket',
  's3Object',
  'hashValue',
];
const good = {
  digestStartTime: '2026-11-01T11:00:00Z',
  digestEndTime: '2026-11-01T12:00:00Z',
  digestS3Bucket: 'b',
  digestS3Object: NAME,
  digestPublicKeyFingerprint: key.fingerprint,
  previousDigestS3Bucket: null,
  previousDigestS3Object: null,
  previousDigestHashValue: null,
  previousDigestSignature: null,
  logFiles: [{ s3Bucket: 'b', s3Object: 'log', hashValue: '0'.repeat(64) }],
};

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Verifies a bucket that holds one digest, whatever it is. */
async function verifyOne(bytes: Uint8Array, metadata: ReadonlyMap<string, string>): Promise<Answer[]> {
  const reader: BucketReader = {
    keepsMetadata: true,
    async *list(_, prefix) {
      if (NAME.startsWith(prefix)) yield [{ key: NAME }];
    },
    get: async (_, name) => (name === NAME ? { bytes, metadata } : undefined),
  };
  const answers: Answer[] = [];
  await verifyChain(
    {
      chain: { account: '123456789012', trailName: 't', homeRegion: 'us-east-1', sourceRegion: 'us-east-1' },
      ...{ bucket: 'b', start: END - 3_600_000, end: END, now: END, reader },
      keys: { keysBetween: async () => [key] },
      logs: createLogInspector(reader),
    },
    async (answer) => void answers.push(answer),
  );
  return answers;
}

/** `String` throws on an object whose `toString` is no function, and such come along. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function signed(json: Record<string, unknown>): [Uint8Array, ReadonlyMap<string, string>] {
  const body = Buffer.from(JSON.stringify(json));
  const previous = json.previousDigestSignature;
  const text = stringToSign({
    endTime: textOf(json.digestEndTime),
    bucket: 'b',
    key: NAME,
    sha256: sha256(body),
    previousSignature: previous === null ? null : textOf(previous),
  });
  const signature = sign('RSA-SHA256', Buffer.from(text), pair.privateKey).toString('hex');
  return [
    gzipSync(body),
    new Map([
      ['signature', signature],
      ['signature-algorithm', 'SHA256withRSA'],
    ]),
  ];
}

const [goodBytes, goodMetadata] = signed(good);

describe('a digest', () => {
  it('that is any JSON is called invalid, and nothing falls over', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz(
      'digest of any JSON',
      anyJson(names),
      async (json) => {
        const answers = await verifyOne(gzipSync(JSON.stringify(json) ?? ''), goodMetadata);
        expect(answers.map(({ kind }) => kind)).toEqual(['invalid']);
      },
      SHARE,
    );
  });

  it('that is any bytes, compressed or not, is called invalid', { timeout: FUZZ_TIMEOUT }, async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fuzz(
      'digest of any bytes',
      fc.oneof(
        bytes,
        bytes.map((content) => new Uint8Array(gzipSync(content))),
      ),
      async (content) => {
        expect((await verifyOne(content, goodMetadata)).map(({ kind }) => kind)).toEqual(['invalid']);
      },
      SHARE,
    );
  });

  it('with a good signature and any value for one member never ends the verification', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    await fuzz(
      'signed digest with any member',
      fc.tuple(fc.constantFrom(...names), anyJson(names)),
      async ([name, member]) => {
        const answers = await verifyOne(...signed({ ...good, [name]: member }));
        expect(['digest', 'invalid']).toContain(answers[0]?.kind);
      },
      SHARE,
    );
  });

  it.each(names)(
    'with a good signature and no text where text is made of it ends nothing: %s',
    async (name) => {
      for (const odd of [
        { toString: '' },
        [{ toString: '' }],
        [{ bucket: 1, s3Bucket: 'b', s3Object: 'k', hashValue: [{ toString: 1 }] }],
      ]) {
        const [answer] = await verifyOne(...signed({ ...good, [name]: odd }));
        expect(['digest', 'invalid']).toContain(answer?.kind);
      }
    },
  );

  it('with one bit flipped is valid only while it holds what was signed', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const truth = gunzipSync(goodBytes);
    await fuzz(
      'digest with a flipped bit',
      fc.tuple(fc.nat(goodBytes.length - 1), fc.nat(7)),
      async ([at, bit]) => {
        const bytes = Buffer.from(goodBytes);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        const [answer] = await verifyOne(bytes, goodMetadata);
        // Times and operating system in gzip's header are nobody's content.
        if (answer?.kind === 'digest') expect(gunzipSync(bytes).equals(truth)).toBe(true);
      },
      SHARE,
    );
  });

  it('with any signature is invalid', { timeout: FUZZ_TIMEOUT }, async () => {
    const real = goodMetadata.get('signature') ?? '';
    await fuzz(
      'digest with any signature',
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        fc.uint8Array({ minLength: 256, maxLength: 256 }).map((b) => Buffer.from(b).toString('hex')),
        bentText(fc.constant(real)).map(String),
      ),
      async (signature) => {
        if (signature.toLowerCase() === real) return;
        const metadata = new Map([...goodMetadata, ['signature', signature]]);
        expect((await verifyOne(goodBytes, metadata))[0]?.kind).toBe('invalid');
      },
      SHARE,
    );
  });
});

describe('a log file', () => {
  const content = Buffer.from('{"Records":[{"eventID":"a"},{"eventID":"b"}]}');
  const hash = sha256(content);
  const packed = gzipSync(content);

  it('of any bytes gets a verdict, and is valid only with the right content', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const spliced = fc
      .tuple(fc.nat(packed.length), fc.nat(packed.length), fc.uint8Array({ maxLength: 20 }))
      .map(([from, to, bytes]) => Buffer.concat([packed.subarray(0, from), bytes, packed.subarray(to)]));
    await fuzz(
      'log file of any bytes',
      fc.oneof(fc.uint8Array({ maxLength: 200 }), spliced),
      async (bytes) => {
        const verdict = await inspectLogBytes(bytes, hash);
        if (verdict.status === 'valid') expect(verdict.actual).toBe(hash);
        if (verdict.status === 'valid' && verdict.ending === 'whole')
          expect(gunzipSync(bytes).equals(content)).toBe(true);
      },
      SHARE,
    );
  });
});

describe('keys', () => {
  it('of any text are loaded, or refused in one way', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz(
      'public key of any text',
      fc.oneof(fc.string(), fc.base64String(), bentText(fc.constant(value)).map(String)),
      (text) => {
        try {
          loadPublicKey(text);
        } catch (error) {
          if (!(error instanceof PublicKeyError)) throw error;
        }
      },
      SHARE,
    );
  });

  it('in a file of any JSON are read, or refused with words', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz(
      'file of public keys',
      anyJson(['PublicKeyList', 'Value', 'Fingerprint', 'ValidityStartTime']),
      (json) => {
        try {
          readPublicKeys(JSON.stringify(json) ?? '');
        } catch (error) {
          expect((error as Error).message).toMatch(/JSON|PublicKeyList|key \d+/);
        }
      },
      SHARE,
    );
  });
});
