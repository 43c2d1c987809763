import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { publishedForm } from '../keys/public-key.ts';
import { isTrueAnchor, readAnchors, type SignedAnchor } from '../verify/index.ts';
import { createAnchors, type DigestHead } from './anchors.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { fingerprint, value } = publishedForm(pair.privateKey);
const signer = {
  fingerprint,
  sign: async (text: string) => sign('sha256', Buffer.from(text), pair.privateKey),
};

const head = (hour: number, region = 'us-east-1'): DigestHead => ({
  trailArn: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/main',
  account: '123456789012',
  region,
  bucket: 'logs',
  key: `digest-${hour}`,
  sha256: 'ab'.repeat(32),
  signature: 'cd'.repeat(256),
  end: Date.UTC(2026, 10, 1, hour),
});

/** A place that fails as often as it is told, and is done when it has kept so many. */
function open(failures: number, until: number) {
  const kept: SignedAnchor[] = [];
  let left = failures;
  let done = () => {};
  const finished = new Promise<void>((resolve) => {
    done = resolve;
  });
  const place = {
    name: 'place',
    async keep(anchor: SignedAnchor) {
      if (left-- > 0) throw new Error('not now');
      kept.push(anchor);
      if (kept.length === until) done();
    },
  };
  const errors: string[] = [];
  const anchors = createAnchors({
    places: [place],
    keys: { signer: async () => signer },
    now: () => Date.UTC(2026, 10, 1, 12),
    onError: (what) => void errors.push(what),
    firstRetry: 1,
  });
  return { anchors, kept, finished, errors };
}

test('a head becomes a signed statement that survives its way through JSON, and no change of it', async () => {
  const { anchors, kept, finished } = open(0, 1);
  anchors.onHead(head(10));
  await finished;
  await anchors.close();
  const [anchor] = readAnchors(`${JSON.stringify(kept[0])}\n`);
  const keys = [{ fingerprint, value }];
  expect(isTrueAnchor(anchor!, keys)).toBe(true);
  for (const name of ['digestHash', 'digestKey', 'digestEnd', 'trail', 'time'] as const) {
    expect(isTrueAnchor({ ...anchor!, [name]: `${anchor![name]}0` }, keys), name).toBe(false);
  }
  expect(isTrueAnchor(anchor!, [])).toBe(false);
});

test('a place that fails is tried again, and counted', async () => {
  const { anchors, kept, finished, errors } = open(3, 1);
  anchors.onHead(head(10));
  await finished;
  await anchors.close();
  expect(kept).toHaveLength(1);
  expect(errors).toHaveLength(3);
  expect(anchors.counts()).toEqual([{ place: 'place', kept: 1, failed: 3, givenUp: 0, waiting: 0 }]);
});

test('of a chain that waits only the newest head goes out; other chains go their own way', async () => {
  const { anchors, kept, finished } = open(2, 2);
  anchors.onHead(head(8));
  for (const hour of [9, 11, 10]) anchors.onHead(head(hour));
  anchors.onHead(head(7, 'eu-west-1'));
  await finished;
  await anchors.close();
  expect(kept.map(({ digestKey, region }) => `${region} ${digestKey}`)).toEqual([
    'us-east-1 digest-11',
    'eu-west-1 digest-7',
  ]);
});

test('a place that never answers is given up after a dozen tries, not before', async () => {
  const { anchors, errors } = open(Number.POSITIVE_INFINITY, 1);
  anchors.onHead(head(10));
  while (anchors.counts()[0]!.givenUp === 0) await new Promise((resolve) => setImmediate(resolve));
  await anchors.close();
  expect(errors).toHaveLength(12);
  expect(anchors.counts()[0]).toMatchObject({ kept: 0, failed: 12, givenUp: 1, waiting: 0 });
});

test.each([
  ['not JSON', 'is not JSON'],
  ['{"trail":"t"}', 'it lacks account'],
])('refuses to read %s as an anchor', (text, words) => {
  expect(() => readAnchors(text)).toThrow(words);
});
