import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { readCloudTrailKey } from '../fetch/index.ts';
import { TestBucket } from './bucket.fixture.ts';
import { Collecting } from './collecting.fixture.ts';

const FOLDER =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/10/111122223333_CloudTrail_eu-west-1_20260110T10';
const keyOf = (name: string) => `${FOLDER}05Z_${name}.json.gz`;
const record = (id: string, more = '') =>
  `{"eventVersion":"1.08","eventTime":"2026-01-10T10:00:00Z","eventName":"GetUser","eventSource":"iam.amazonaws.com","eventID":"${id}"${more}}`;
const file = (...records: string[]) => gzipSync(`{"Records":[${records.join()}]}`);

let now = Date.UTC(2026, 0, 12);
let open: Collecting | undefined;
afterEach(async () => {
  await open?.dispose();
  open = undefined;
});

async function collect(bucket: TestBucket): Promise<Collecting> {
  now = Date.UTC(2026, 0, 12);
  open = await Collecting.open({ bucket, now: () => now });
  await open.round();
  return open;
}

it('puts what it cannot read into the quarantine, keeps what stands before the fault, and takes the others', async () => {
  const bucket = new TestBucket();
  const many = file(...Array.from({ length: 500 }, (_, at) => record(`m${at}`)));
  bucket.put(keyOf('good'), file(record('a')));
  bucket.put(keyOf('cut'), many.subarray(0, many.length - 9));
  bucket.put(keyOf('foreign'), gzipSync('<html></html>'));
  bucket.put(keyOf('bomb'), gzipSync(Buffer.alloc(40 << 20, 0x20)));
  bucket.put(keyOf('empty'), Buffer.alloc(0));
  bucket.put('notes/readme.txt', Buffer.from('hello'));
  bucket.put('notes/', Buffer.alloc(0));
  const collected = await collect(bucket);
  expect(collected.troubles.map(({ key, kind, reason }) => [key, kind, reason])).toEqual([
    [keyOf('bomb'), 'quarantine', 'bomb'],
    [keyOf('cut'), 'quarantine', 'truncated'],
    [keyOf('empty'), 'quarantine', 'truncated'],
    [keyOf('foreign'), 'quarantine', 'foreign'],
  ]);
  expect(collected.counts).toMatchObject({
    foreignFiles: 1,
    quarantined: { bomb: 1, truncated: 2, foreign: 1 },
  });
  expect((await collected.records()).some(({ eventId }) => eventId === 'a')).toBe(true);
  const { gets } = bucket;
  await collected.round();
  expect(bucket.gets).toBe(gets);
});

it('reads a file again whose ETag changed, and keeps what is new in it', async () => {
  const bucket = new TestBucket();
  bucket.put(keyOf('one'), file(record('a')));
  const collected = await collect(bucket);
  bucket.put(keyOf('one'), file(record('a'), record('b')));
  await collected.round();
  expect((await collected.records()).map(({ eventId, seq }) => [eventId, seq])).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
  expect(collected.counts).toMatchObject({ records: 3, kept: 2, duplicates: 1, variants: 0 });
});

it('counts the same event with another body apart, and keeps the first', async () => {
  const bucket = new TestBucket();
  bucket.put(keyOf('one'), file(record('a'), record('a', ',"readOnly":true')));
  const collected = await collect(bucket);
  expect(collected.counts).toMatchObject({ records: 2, kept: 1, duplicates: 1, variants: 1 });
  expect(String((await collected.records())[0]?.raw)).toBe(record('a'));
});

it('comes back to a file that the bucket would not give, later and not for ever', async () => {
  const bucket = new TestBucket();
  bucket.put(keyOf('one'), file(record('a')));
  bucket.refusals.set(keyOf('one'), 'refused');
  const collected = await collect(bucket);
  expect(collected.troubles).toMatchObject([{ kind: 'retry', attempts: 1, nextAt: now + 60_000 }]);
  for (let visit = 2; visit <= 8; visit++) {
    now += 3_600_000;
    await collected.tick();
  }
  expect(collected.troubles).toMatchObject([{ kind: 'quarantine', reason: 'unreachable', attempts: 8 }]);
  bucket.refusals.clear();
  await collected.store.book.setTrouble({ ...collected.troubles[0]!, kind: 'retry', nextAt: 0 });
  await collected.tick();
  expect(collected.troubles).toEqual([]);
  expect(collected.counts.kept).toBe(1);
});

it('lets go of what all readers have passed, and never uses a number twice', async () => {
  const bucket = new TestBucket();
  bucket.put(keyOf('one'), file(record('a'), record('b')));
  const collected = await collect(bucket);
  collected.store.hold('reader', () => collected.store.head());
  await collected.store.trim();
  expect([collected.store.tail(), collected.store.head(), collected.store.heldBytes()]).toEqual([2, 2, 0]);
  await collected.reopen();
  bucket.put(keyOf('two'), file(record('a'), record('c')));
  await collected.round();
  expect((await collected.records()).map(({ eventId, seq }) => [eventId, seq])).toEqual([['c', 2]]);
});

it('lists so many files that could not be read, counts the rest, and never forgets one that is listed', async () => {
  const bucket = new TestBucket();
  for (const name of ['a', 'b', 'c', 'd']) bucket.put(keyOf(name), gzipSync('<html></html>'));
  now = Date.UTC(2026, 0, 12);
  open = await Collecting.open({ bucket, now: () => now, maxTroubles: 2, random: () => 0 });
  await open.round();
  // Files of one commit are counted together: a few more may be listed, but no more than the four.
  const listed = open.troubles.length;
  expect(listed).toBeGreaterThanOrEqual(2);
  expect([open.counts.quarantined.foreign, open.counts.unlisted]).toEqual([4, 4 - listed]);
  bucket.put(keyOf('e'), gzipSync('<html></html>'));
  await open.round();
  expect([open.troubles.length, open.counts.unlisted]).toEqual([listed, 5 - listed]);
  const [first] = open.troubles;
  await open.store.book.setTrouble({ ...first!, kind: 'retry', nextAt: 0 });
  await open.tick();
  expect(open.troubles.map(({ key, kind }) => [key, kind])).toContainEqual([first!.key, 'quarantine']);
});

it('takes a file once that was named without its tag and length, and one that was named before it was there', async () => {
  const bucket = new TestBucket();
  bucket.put(keyOf('one'), file(record('a')));
  now = Date.UTC(2026, 0, 12);
  open = await Collecting.open({ bucket, now: () => now });
  const named = (key: string) => ({ key, size: -1, etag: '', place: readCloudTrailKey(key)! });
  await open.fetch.take([named(keyOf('one')), named(keyOf('late'))], 'fresh', 0);
  expect(open.counts).toMatchObject({ files: 1, kept: 1, gone: 1 });
  bucket.put(keyOf('late'), file(record('b')));
  await open.round();
  await open.fetch.take([named(keyOf('one')), named(keyOf('late'))], 'fresh', 0);
  expect(open.counts).toMatchObject({ files: 2, records: 2, kept: 2, duplicates: 0 });
});
