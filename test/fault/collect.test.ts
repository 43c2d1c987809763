import { afterEach, describe, expect, it } from 'vitest';
import { type BucketFaults, TestBucket } from '../../src/sources/collect/bucket.fixture.ts';
import { Collecting } from '../../src/sources/collect/collecting.fixture.ts';
import { hasCorpusFiles, readCorpusFiles } from './corpus-files.ts';
import { randomFrom, seedOf } from './random.ts';

const DAY = 86_400_000;
const RECORDS = 16_757;
const DISTINCT = 13_859;
const DUPLICATES = 2_898;

const files = hasCorpusFiles ? readCorpusFiles() : new Map<string, Buffer>();
const seed = seedOf('collect');
if (!hasCorpusFiles) console.warn('skipped: the real log files are not there');

describe.skipIf(!hasCorpusFiles)('real log files are collected once each', { timeout: 120_000 }, () => {
  let open: Collecting | undefined;
  afterEach(async () => {
    await open?.dispose();
    open = undefined;
  });

  /** In an order of its own each time. */
  function shuffled<T>(list: Iterable<T>, random: () => number): T[] {
    return [...list]
      .map((item) => [random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  }

  async function collecting(bucket: TestBucket, now: () => number, random?: () => number) {
    open = await Collecting.open({ bucket, now, ...(random && { random }) });
    return open;
  }

  async function expectAll(collected: Collecting, more: { readonly again?: number } = {}) {
    const { kept, records, duplicates } = collected.counts;
    expect({ kept, new: records - duplicates, troubles: collected.troubles }).toEqual({
      kept: DISTINCT,
      new: DISTINCT,
      troubles: [],
    });
    if (more.again === undefined)
      expect({ records, duplicates }).toEqual({ records: RECORDS, duplicates: DUPLICATES });
    else
      expect({ records, duplicates }).toEqual({
        records: RECORDS + more.again,
        duplicates: DUPLICATES + more.again,
      });
    const ids = (await collected.records()).map(({ eventId }) => eventId);
    expect(ids.length).toBe(DISTINCT);
    expect(new Set(ids).size).toBe(DISTINCT);
  }

  it('when all are there', async () => {
    const bucket = new TestBucket();
    for (const [key, body] of files) bucket.put(key, body);
    const collected = await collecting(bucket, () => Date.UTC(2024));
    await collected.round();
    await expectAll(collected);
    const { lists, gets } = bucket;
    await collected.round();
    expect(bucket.gets).toBe(gets);
    expect(bucket.lists - lists).toBeLessThan(400);
  });

  it('when they arrive in random order, days late, twice and under changed keys, over restarts', async () => {
    const random = randomFrom(seed);
    const bucket = new TestBucket();
    let now = Date.UTC(2023, 6, 20);
    const collected = await collecting(bucket, () => now, random);
    let again = 0;
    for (const [at, [key, body]] of shuffled(files, random).entries()) {
      bucket.put(key, body);
      // Delivered twice: the same key and another version, or another key of the same day.
      if (at % 50 === 7) bucket.put(key, body);
      if (at % 40 === 3) {
        bucket.put(key.replace(/_[A-Za-z0-9]{16}\.json/, '_0000000000000000.json'), body);
        again++;
      }
      if (at % 100 === 50) bucket.put(`changed/${at}/${key.split('/').at(-1)}`, body);
      if (at % 300 === 299) {
        await collected.tick();
        if (random() < 0.5) await collected.reopen();
        now += Math.floor(random() * 3 * DAY);
      }
    }
    expect(again).toBeGreaterThan(40);
    await collected.round();
    const { kept, records, duplicates } = collected.counts;
    expect({ kept, new: records - duplicates }).toEqual({ kept: DISTINCT, new: DISTINCT });
    await expectAll(collected, { again: duplicates - DUPLICATES });
  });

  it('by the clock alone, when they arrive late: nothing is asked for by hand', async () => {
    const random = randomFrom(`${seed} clock`);
    const bucket = new TestBucket();
    let now = Date.UTC(2021, 7, 2);
    const collected = await collecting(bucket, () => now, random);
    const left = shuffled(files, random);
    for (let day = 0; day < 12; day++) {
      for (const [key, body] of left.splice(0, 200)) bucket.put(key, body);
      now += DAY;
      await collected.tick();
    }
    now = Date.UTC(2024, 0, 1);
    for (let day = 0; day < 3; day++) {
      now += 400 * DAY;
      await collected.tick();
    }
    await expectAll(collected);
  });

  it.each<[string, BucketFaults]>([
    ['fail or are throttled', { failing: 0.15, throttled: 0.15 }],
    ['are slow, and pages short', { slow: 0.05, short: 0.3 }],
    ['are cut, and lie about the end', { cut: 0.2, lying: 0.3 }],
    ['do all of this', { failing: 0.1, throttled: 0.1, cut: 0.1, short: 0.3, lying: 0.2 }],
  ])('when requests %s', async (what, faults) => {
    const random = randomFrom(`${seed} ${what}`);
    const bucket = new TestBucket(random);
    for (const [key, body] of files) bucket.put(key, body);
    bucket.faults = faults;
    let now = Date.UTC(2024);
    const collected = await collecting(bucket, () => now, random);
    let failed = 0;
    for (let round = 0; round < 4; round++) {
      await collected.round().catch(() => failed++);
      now += DAY;
    }
    bucket.faults = {};
    await collected.round();
    await expectAll(collected);
  });
});
