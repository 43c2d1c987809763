import { generateKeyPairSync, sign } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { BucketReader, StoredObject } from './bucket-reader.ts';
import {
  type Answer,
  createLogInspector,
  fingerprintOf,
  formatTime,
  ObjectTooLarge,
  type Question,
  stringToSign,
  type Verdict,
  verifyChain,
} from './index.ts';
import { sha256, shapeOfAws } from './verifier.fixture.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 1, 10);
const BUCKET = 'b';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const value = pair.publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64');
const key = { fingerprint: fingerprintOf(value), value };
const chain = {
  account: '123456789012',
  trailName: 't',
  homeRegion: 'us-east-1',
  sourceRegion: 'us-east-1',
};

type Objects = Map<string, StoredObject>;

function readerOf(objects: Objects, keepsMetadata = true): BucketReader {
  return {
    keepsMetadata,
    async *list(_, prefix, after) {
      yield [...objects.keys()]
        .filter((name) => name.startsWith(prefix) && name > after)
        .sort()
        .map((name) => ({ key: name }));
    },
    async get(bucket, name, maxBytes) {
      const object = objects.get(name);
      if (object && object.bytes.length > maxBytes) throw new ObjectTooLarge(bucket, name, maxBytes);
      return object;
    },
  };
}

function digestName(end: number): string {
  const stamp = formatTime(end).replaceAll(/[-:]/g, '');
  return `AWSLogs/123456789012/CloudTrail-Digest/us-east-1/2026/11/01/123456789012_CloudTrail-Digest_us-east-1_t_us-east-1_${stamp}.json.gz`;
}

/** Writes digests of whole hours, each with the members that `change` leaves it. */
function writeChain(
  count: number,
  change: (json: Record<string, unknown>, hour: number) => void = () => {},
): Objects {
  const objects: Objects = new Map();
  let previous: { readonly name: string; readonly hash: string; readonly signature: string } | undefined;
  for (let hour = 1; hour <= count; hour++) {
    const end = START + hour * HOUR;
    const name = digestName(end);
    const json: Record<string, unknown> = {
      digestStartTime: formatTime(end - HOUR),
      digestEndTime: formatTime(end),
      digestS3Bucket: BUCKET,
      digestS3Object: name,
      digestPublicKeyFingerprint: key.fingerprint,
      previousDigestS3Bucket: previous ? BUCKET : null,
      previousDigestS3Object: previous?.name ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestSignature: previous?.signature ?? null,
      logFiles: [],
    };
    change(json, hour);
    const body = Buffer.from(JSON.stringify(json));
    const text = stringToSign({
      endTime: String(json.digestEndTime),
      bucket: BUCKET,
      key: name,
      sha256: sha256(body),
      previousSignature: json.previousDigestSignature as string | null,
    });
    const signature = sign('RSA-SHA256', Buffer.from(text), pair.privateKey).toString('hex');
    const metadata = new Map([
      ['signature', signature],
      ['signature-algorithm', 'SHA256withRSA'],
    ]);
    objects.set(name, { bytes: gzipSync(body), metadata });
    previous = { name, hash: sha256(body), signature };
  }
  return objects;
}

async function verify(
  reader: BucketReader,
  more: Partial<Question> = {},
): Promise<{ readonly answers: Answer[]; readonly verdict: Verdict }> {
  const answers: Answer[] = [];
  const end = more.end ?? START + 4 * HOUR;
  const verdict = await verifyChain(
    {
      ...{ chain, bucket: BUCKET, start: START, end, now: end, reader },
      keys: { keysBetween: async () => [key] },
      logs: createLogInspector(reader),
      ...more,
    },
    async (answer) => void answers.push(answer),
  );
  return { answers, verdict };
}

const codes = ({ findings }: Verdict) => findings.map(({ code }) => code);
const kinds = (answers: readonly Answer[]) => answers.map(({ kind }) => kind);

test('a chain closed to a ring by its signer ends the walk', async () => {
  const ring = writeChain(4, (json, hour) => {
    if (hour === 2) json.previousDigestS3Object = digestName(START + 4 * HOUR);
  });
  const { answers, verdict } = await verify(readerOf(ring));
  expect(kinds(answers)).toEqual(['digest', 'digest', 'digest', 'digest']);
  expect(codes(verdict)).toEqual(['digest-link-broken']);
});

test.each([
  ['null', null],
  ['a text', 'x'],
  ['entries that are none', [null, 5, {}, { s3Bucket: 1, s3Object: 2 }]],
])('a signed list of log files that is %s makes nobody fall', async (_, logFiles) => {
  const objects = writeChain(4, (json, hour) => {
    if (hour === 3) json.logFiles = logFiles;
  });
  const { answers } = await verify(readerOf(objects));
  const unreadable = Array.isArray(logFiles) ? logFiles.length : 0;
  expect(kinds(answers).filter((kind) => kind === 'log-unreadable')).toHaveLength(unreadable);
  expect(kinds(answers).filter((kind) => kind === 'digest')).toHaveLength(4);
});

test.each(['digestStartTime', 'digestEndTime'])(
  'a signed %s that is no time makes the digest invalid',
  async (name) => {
    const objects = writeChain(4, (json, hour) => {
      if (hour === 3) json[name] = 'soon';
    });
    const { answers } = await verify(readerOf(objects));
    expect(answers[1]).toMatchObject({
      kind: 'invalid',
      problem: { message: 'Unable to parse date value: soon' },
    });
  },
);

describe('a copy that has lost its metadata', () => {
  test('proves nothing without the signature of its newest digest, on which all others rest', async () => {
    const objects = writeChain(4);
    for (const [name, { bytes }] of objects) objects.set(name, { bytes, metadata: new Map() });
    const { answers } = await verify(readerOf(objects, false));
    expect(kinds(answers)).toEqual(['invalid', 'invalid', 'invalid', 'invalid']);
    expect(answers[0]).toMatchObject({ problem: { code: 'signature-lost' } });
  });

  test('is valid as a whole when the newest has kept its own', async () => {
    const objects = writeChain(4);
    const newest = digestName(START + 4 * HOUR);
    for (const [name, { bytes }] of objects) {
      if (name !== newest) objects.set(name, { bytes, metadata: new Map() });
    }
    const { answers, verdict } = await verify(readerOf(objects, false));
    expect(kinds(answers)).toEqual(['digest', 'digest', 'digest', 'digest']);
    expect(codes(verdict)).toEqual([]);
  });
});

describe('an anchor', () => {
  const anchorOf = (objects: Objects, hour: number) => {
    const name = digestName(START + hour * HOUR);
    const bytes = objects.get(name)?.bytes ?? new Uint8Array();
    return { bucket: BUCKET, key: name, end: START + hour * HOUR, sha256: sha256(gunzipSync(bytes)) };
  };

  test('that the chain still holds is content', async () => {
    const objects = writeChain(4);
    const { verdict } = await verify(readerOf(objects), {
      anchors: [anchorOf(objects, 4), anchorOf(objects, 2)],
    });
    expect(codes(verdict)).toEqual([]);
  });

  test('shows that the end of the chain was cut, when nothing else can', async () => {
    const objects = writeChain(4);
    const anchors = [anchorOf(objects, 4)];
    objects.delete(digestName(START + 4 * HOUR));
    expect(codes((await verify(readerOf(objects))).verdict)).toEqual([]);
    expect(codes((await verify(readerOf(objects), { anchors })).verdict)).toEqual(['anchor-missing']);
  });
});

test('a digest larger than any is invalid, and not read', async () => {
  const objects = writeChain(4);
  const name = digestName(START + 3 * HOUR);
  const { metadata } = objects.get(name) as StoredObject;
  objects.set(name, { bytes: gzipSync(Buffer.alloc(70 * 2 ** 20)), metadata });
  const { answers } = await verify(readerOf(objects));
  expect(answers[1]).toMatchObject({ kind: 'invalid', problem: { code: 'format' } });
});

test("the shape of a digest that AWS wrote is read, and its key is asked for by the digest's fingerprint", async () => {
  const { name, json } = shapeOfAws;
  const metadata = new Map([
    ['signature', '00'.repeat(256)],
    ['signature-algorithm', 'SHA256withRSA'],
  ]);
  const objects: Objects = new Map([[name, { bytes: gzipSync(JSON.stringify(json)), metadata }]]);
  const end = Date.parse(json.digestEndTime);
  const { answers } = await verify(readerOf(objects), {
    chain: { account: '111122223333', trailName: 'main', homeRegion: 'us-west-2', sourceRegion: 'us-west-2' },
    bucket: json.digestS3Bucket,
    start: end - HOUR,
    end,
  });
  expect(answers[0]).toMatchObject({
    kind: 'invalid',
    problem: {
      code: 'key-unknown',
      message: `public key not found in region us-west-2 for fingerprint ${json.digestPublicKeyFingerprint}`,
    },
  });
});

test('a refusal of the store ends the verification: nothing is called valid that was not read', async () => {
  const reader = readerOf(writeChain(4));
  const refusing: BucketReader = {
    ...reader,
    get: async (bucket, name, maxBytes) => {
      if (name === digestName(START + 2 * HOUR)) throw new Error('AccessDenied');
      return await reader.get(bucket, name, maxBytes);
    },
  };
  await expect(verify(refusing)).rejects.toThrow('AccessDenied');
});
