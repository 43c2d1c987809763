import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { TrailBucketError } from '../../src/trails/index.ts';
import { checkChains } from './check-chains.ts';
import {
  changeTrail,
  type DigestHouse,
  type DigestWorld,
  HOUR,
  newDigestWorld,
  openDigestHouse,
  someEvents,
  startLogging,
  stopLogging,
} from './digest-house.ts';
import { randomFrom, seedOf } from './random.ts';

/** StartLogging; half a second past the second, so that rounding shows. */
const START = Date.parse('2026-11-01T10:17:23.500Z');

let folder = '';
let house: DigestHouse | undefined;

async function open(world: DigestWorld): Promise<DigestHouse> {
  folder ||= await mkdtemp(join(tmpdir(), 'digests-'));
  house = await openDigestHouse(folder, world);
  return house;
}

async function reopen(world: DigestWorld): Promise<DigestHouse> {
  await house?.close();
  return open(world);
}

afterEach(async () => {
  await house?.close();
  house = undefined;
  await rm(folder, { recursive: true, force: true });
  folder = '';
});

let number = 0;
async function record(world: DigestWorld, region = 'us-east-1', count = 1): Promise<void> {
  await house!.journal.append(someEvents(world, number, count, region));
  number += count;
}

async function check(world: DigestWorld) {
  return checkChains(world.objects, await house!.keys.list());
}

/** The clock goes on in steps of some minutes, each with a look of delivery. */
async function pass(world: DigestWorld, milliseconds: number, step = 600_000): Promise<void> {
  const end = world.now + milliseconds;
  while (world.now < end) {
    world.now = Math.min(end, world.now + step);
    await house!.delivery.flush();
  }
}

describe('a chain of digests', () => {
  it('begins with an empty digest of the hour before StartLogging, and goes on from that second, empty or not', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await record(world);
    await delivery.flush();
    await pass(world, 2.5 * HOUR);
    await record(world);
    await pass(world, HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(
      chain.map(({ start, end, logFiles }) => [start.slice(11), end.slice(11), logFiles.length]),
    ).toEqual([
      ['09:17:23Z', '10:17:23Z', 0],
      ['10:17:23Z', '11:17:23Z', 1],
      ['11:17:23Z', '12:17:23Z', 0],
      ['12:17:23Z', '13:17:23Z', 1],
    ]);
    expect(chain[0]!.previous).toBeNull();
    expect((await delivery.status('u1'))?.latestDigestDeliveryTime).toBeDefined();
  });

  it("begins in another Region with that Region's first log file, in the same windows", async () => {
    const world = newDigestWorld(START);
    await open(world);
    await record(world);
    await pass(world, 1.2 * HOUR);
    await record(world, 'eu-west-1');
    await record(world, 'ap-south-1', 3);
    await pass(world, HOUR);
    const chains = await check(world);
    for (const region of ['eu-west-1', 'ap-south-1']) {
      expect(
        chains
          .get(region)!
          .map(({ start, end, logFiles }) => [start.slice(11), end.slice(11), logFiles.length]),
      ).toEqual([
        ['10:17:23Z', '11:17:23Z', 0],
        ['11:17:23Z', '12:17:23Z', 1],
      ]);
    }
    expect(new Set([...chains.values()].flat().map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('ends with the last files of a stopped trail; starting again begins a new chain', async () => {
    const world = newDigestWorld(START);
    const { delivery, journal } = await open(world);
    await record(world);
    await pass(world, 0.2 * HOUR);
    await record(world);
    stopLogging(world);
    await delivery.flush();
    startLogging(world, journal.head().seq);
    await record(world);
    await pass(world, 1.1 * HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain.map(({ previous }) => previous === null)).toEqual([true, false, true, false]);
    expect(
      chain.map(({ start, end, logFiles }) => [start.slice(11), end.slice(11), logFiles.length]),
    ).toEqual([
      ['09:17:23Z', '10:17:23Z', 0],
      ['10:17:23Z', '10:29:23Z', 2],
      // One second later: two digests of one trail and Region cannot have the same key.
      ['09:29:24Z', '10:29:24Z', 0],
      ['10:29:24Z', '11:29:24Z', 1],
    ]);
  });

  it('keeps the files of a quick stop and start apart', async () => {
    const world = newDigestWorld(START);
    const { delivery, journal } = await open(world);
    await delivery.flush();
    world.now += 60_000;
    await record(world);
    stopLogging(world);
    startLogging(world, journal.head().seq);
    await record(world);
    await pass(world, 1.3 * HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain.map(({ previous, logFiles }) => [previous === null, logFiles.length])).toEqual([
      [true, 0],
      [false, 1],
      [true, 0],
      [false, 1],
    ]);
  });

  it('breaks when validation is switched off, and lists nothing of the time without', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await record(world);
    await pass(world, 0.5 * HOUR);
    changeTrail(world, () => ({ logFileValidation: false }));
    await delivery.flush();
    const between = world.objects.size;
    await record(world);
    await pass(world, 2 * HOUR);
    expect(world.objects.size).toBe(between + 1);
    const unlisted = [...world.objects.keys()].at(-1)!;
    changeTrail(world, () => ({ logFileValidation: true }));
    await delivery.flush();
    await record(world);
    await pass(world, HOUR);
    world.objects.delete(unlisted);
    const chain = (await check(world)).get('us-east-1')!;
    expect(
      chain.map(({ start, end, logFiles }) => [start.slice(11), end.slice(11), logFiles.length]),
    ).toEqual([
      ['09:17:23Z', '10:17:23Z', 0],
      ['10:17:23Z', '10:47:23Z', 1],
      ['11:47:23Z', '12:47:23Z', 0],
      ['12:47:23Z', '13:47:23Z', 1],
    ]);
  });

  it('goes on in another bucket under another prefix', async () => {
    const world = newDigestWorld(START);
    await open(world);
    await record(world);
    await pass(world, 1.5 * HOUR);
    changeTrail(world, () => ({ s3BucketName: 'c', s3KeyPrefix: 'p' }));
    await record(world);
    await pass(world, HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain.map(({ place }) => place.slice(0, 9))).toEqual(['b/AWSLogs', 'b/AWSLogs', 'c/p/AWSLo']);
    expect(chain[2]!.previous).toBe(chain[1]!.place);
  });

  it('goes on under a new key when the old one is rotated or comes to its end', async () => {
    const world = newDigestWorld(START);
    const { keys } = await open(world);
    await pass(world, 1.1 * HOUR);
    const made = await keys.rotate('us-east-1');
    await pass(world, HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain.map(({ fingerprint }) => fingerprint === made.fingerprint)).toEqual([false, false, true]);
  });

  it('lists a file in the bucket where it stands, when another file of the same delivery had to move', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await delivery.flush();
    world.fate = (bucket, key) => {
      if (bucket === 'b' && key.includes('/CloudTrail/eu-west-1/')) {
        throw new TrailBucketError('AccessDenied', 'no', true);
      }
      return undefined;
    };
    await record(world, 'us-east-1');
    await record(world, 'eu-west-1');
    await delivery.flush();
    changeTrail(world, () => ({ s3BucketName: 'c' }));
    await pass(world, 1.1 * HOUR);
    const chains = await check(world);
    expect(chains.get('us-east-1')!.at(-1)!.logFiles).toHaveLength(1);
    expect(
      [...world.objects.keys()].filter((place) => place.includes('/CloudTrail/')).map((place) => place[0]),
    ).toEqual(['b', 'c']);
  });
});

describe('missed hours', () => {
  it('are made up one by one after an outage of two days', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await record(world);
    await delivery.flush();
    await house!.close();
    world.now += 47.5 * HOUR;
    await (await open(world)).delivery.flush();
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain).toHaveLength(1 + 47);
    expect(chain.some(({ backfill }) => backfill)).toBe(false);
  });

  it('of longer outages begin with backfill digests, and the hourly chain goes on past them', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await record(world);
    await delivery.flush();
    await pass(world, 2 * HOUR);
    await house!.close();
    world.now += 40 * 24 * HOUR;
    await open(world);
    await pass(world, 1, 1);
    await pass(world, 3 * HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    const backfill = chain.filter(({ backfill }) => backfill);
    expect(backfill).toHaveLength(38);
    expect(backfill[0]!.previous).toBeNull();
    expect(chain.filter((digest) => !digest.backfill)).toHaveLength(3 + 48 + 3);
    expect((await house!.keys.list()).length).toBe(2);
  });

  it('are also those in which the bucket took log files but no digests', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await pass(world, 1.1 * HOUR);
    world.fate = (_bucket, key) => {
      if (key.includes('CloudTrail-Digest')) throw new TrailBucketError('AccessDenied', 'no', true);
      return undefined;
    };
    for (let hour = 0; hour < 5; hour++) {
      await record(world);
      await pass(world, HOUR);
    }
    expect(await delivery.status('u1')).toMatchObject({ latestDigestDeliveryError: 'AccessDenied' });
    expect((await delivery.status('u1'))?.latestDeliveryError).toBeUndefined();
    world.fate = () => undefined;
    await pass(world, 0.5 * HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain.map(({ logFiles }) => logFiles.length)).toEqual([0, 0, 1, 1, 1, 1, 1]);
    expect((await delivery.status('u1'))?.latestDigestDeliveryError).toBeUndefined();
  });
});

describe('a deleted trail', () => {
  it('gets its final digest, and one of the same name begins after it', async () => {
    const world = newDigestWorld(START);
    const { delivery, state, journal } = await open(world);
    await delivery.flush();
    await record(world);
    const [gone] = world.trails;
    world.trails = [];
    await delivery.retire(gone!);
    expect(await state.list('delivery/trail/')).toEqual([]);
    world.trails = [{ ...gone!, uid: 'u2', spans: [] }];
    startLogging(world, journal.head().seq);
    await record(world);
    await pass(world, 1.1 * HOUR);
    const chain = (await check(world)).get('us-east-1')!;
    expect(chain.map(({ previous, logFiles }) => [previous === null, logFiles.length])).toEqual([
      [true, 0],
      [false, 1],
      [true, 0],
      [false, 1],
    ]);
  });
});

describe('under faults', () => {
  it('a file that was put when the state could not take it down is not put into another bucket too', async () => {
    const world = newDigestWorld(START);
    const { delivery } = await open(world);
    await delivery.flush();
    await record(world);
    world.fate = () => {
      world.stateFate = () => {
        throw new Error('not written');
      };
      return new TrailBucketError('InternalError', 'time-out', false);
    };
    await delivery.flush();
    world.stateFate = () => undefined;
    world.fate = (bucket) => {
      if (bucket === 'b') throw new TrailBucketError('AccessDenied', 'no', true);
      return undefined;
    };
    changeTrail(world, () => ({ s3BucketName: 'c' }));
    for (let times = 0; times < 3; times++) await delivery.flush();
    world.fate = () => undefined;
    await delivery.flush();
    const files = [...world.objects.keys()].filter((place) => place.includes('/CloudTrail/'));
    expect(files.map((place) => place[0])).toEqual(['b']);
  });

  it('there is one valid chain for each Region, whatever fails and however often the server dies', async () => {
    const seed = seedOf('digests');
    const random = randomFrom(seed);
    const world = newDigestWorld(START);
    world.fate = () => {
      const dice = random();
      if (dice < 0.2) throw new TrailBucketError('AccessDenied', 'no', true);
      return dice < 0.4 ? new TrailBucketError('InternalError', 'time-out', false) : undefined;
    };
    world.stateFate = () => {
      const dice = random();
      if (dice < 0.03) throw new Error('not written');
      return dice < 0.06 ? new Error('written, but nobody was told') : undefined;
    };
    await open(world);
    const regions = ['us-east-1', 'eu-west-1', 'ap-south-1'];
    for (let round = 0; round < 60; round++) {
      if (random() < 0.7)
        await record(world, regions[Math.floor(random() * 3)], 1 + Math.floor(random() * 5));
      await pass(world, random() * HOUR * 1.5, HOUR);
      if (random() < 0.1) changeTrail(world, () => ({ s3BucketName: random() < 0.5 ? 'b' : 'c' }));
      if (random() < 0.1) {
        stopLogging(world);
        if (random() < 0.5) await house!.delivery.flush();
        startLogging(world, house!.journal.head().seq);
      }
      if (random() < 0.1) await house!.keys.rotate('us-east-1');
      if (random() < 0.3) await reopen(world);
    }
    world.fate = () => undefined;
    world.stateFate = () => undefined;
    stopLogging(world);
    await pass(world, HOUR);
    const chains = await check(world);
    expect([...chains.values()].flat().length, `seed ${seed}`).toBeGreaterThan(60);
  }, 180_000);
});
