import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type DeliverableTrails, type Delivery, startDelivery } from '../../src/delivery/index.ts';
import { openKeyRing } from '../../src/digest/index.ts';
import type { AcceptedEvent } from '../../src/event/index.ts';
import { type Journal, openLmdbJournal } from '../../src/journal/index.ts';
import { openLmdbState, type State } from '../../src/state/index.ts';
import type { EventStore } from '../../src/store/index.ts';
import { type LoggingSpan, type Trail, type TrailBucket, TrailBucketError } from '../../src/trails/index.ts';
import { randomFrom, seedOf } from './random.ts';

/** One write to the outside: it works, is refused before it was applied, or is applied and then reported as failed. */
type Fate = 'works' | 'refused' | 'applied-but-failed';

const ACCOUNT = '111111111111';

/** A house of real journal and state around a bucket and a store that fail as `fate` says. */
async function openHouse(path: string, fate: () => Fate, world: World) {
  const journal = openLmdbJournal({ path: join(path, 'journal'), now: Date.now });
  const state = openLmdbState(join(path, 'state'));
  const delivery = await startDelivery({
    state,
    journal,
    store: failingStore(fate, world),
    trails: world.trails,
    bucket: failingBucket(fate, world),
    topic: {
      async publish(_topic, message) {
        const how = fate();
        if (how !== 'refused') world.notices.push(message);
        if (how !== 'works') throw Object.assign(new Error('topic'), { code: 'AuthorizationError' });
      },
    },
    now: Date.now,
    interval: 3_600_000,
    keys: openKeyRing({ state, path: join(path, 'keys'), now: Date.now }),
    digestInterval: 3_600_000,
    historyDays: 90,
    onError: () => {},
  });
  return { journal, state, delivery };
}

interface House {
  readonly journal: Journal;
  readonly state: State;
  readonly delivery: Delivery;
}

interface World {
  readonly objects: Map<string, Buffer>;
  readonly inserts: Map<string, readonly AcceptedEvent[]>;
  readonly notices: string[];
  readonly trails: DeliverableTrails & { trail: Trail };
}

function failingBucket(fate: () => Fate, { objects }: World): TrailBucket {
  return {
    async getBucketAcl() {},
    async putObject({ bucket, key, body }) {
      const how = fate();
      if (how === 'refused') throw new TrailBucketError('AccessDenied', 'no', true);
      objects.set(`${bucket}/${key}`, body);
      if (how === 'applied-but-failed') throw new TrailBucketError('InternalError', 'time-out', false);
    },
  };
}

function failingStore(fate: () => Fate, { inserts }: World): EventStore {
  return {
    async insert(events, token) {
      const how = fate();
      if (how === 'refused') throw new Error('store');
      // As the engine: a token that was seen changes nothing.
      if (!inserts.has(token)) inserts.set(token, events);
      if (how === 'applied-but-failed') throw new Error('store: time-out');
    },
    lookup: async () => [],
    async *scan() {},
    dropBefore: async () => {},
    size: async () => ({ events: 0, bytes: 0 }),
    ready: async () => {},
    close: async () => {},
  } as EventStore;
}

function trailsOf(trail: Trail): DeliverableTrails & { trail: Trail } {
  const change = (spans: readonly LoggingSpan[]) => {
    trails.trail = { ...trails.trail, spans };
  };
  const trails = {
    trail,
    all: () => [trails.trail],
    async closeSpan(_uid: string, to: number) {
      change(trails.trail.spans.map((span) => (span.to === null ? { ...span, to } : span)));
    },
    async dropFinishedSpans(_uid: string, before: number) {
      change(trails.trail.spans.filter((span) => span.to === null || span.to > before));
    },
  };
  return trails;
}

function newWorld(from = 0): World {
  const rule = {
    account: ACCOUNT,
    homeRegion: 'us-east-1',
    multiRegion: true,
    includeGlobalServiceEvents: true,
    recursiveLogging: true,
    insights: false,
    selectors: {
      kind: 'basic' as const,
      selectors: [
        {
          ReadWriteType: 'All' as const,
          IncludeManagementEvents: true,
          DataResources: [],
          ExcludeManagementEventSources: [],
        },
      ],
    },
  };
  const trail: Trail = {
    uid: 'u1',
    name: 't1',
    arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/t1`,
    account: ACCOUNT,
    homeRegion: 'us-east-1',
    s3BucketName: 'b',
    s3KeyPrefix: 'p',
    snsTopicName: 't',
    snsTopicArn: `arn:aws:sns:us-east-1:${ACCOUNT}:t`,
    includeGlobalServiceEvents: true,
    multiRegion: true,
    organizationTrail: false,
    logFileValidation: false,
    recursiveLogging: true,
    selectors: rule.selectors,
    hasCustomEventSelectors: false,
    insightSelectors: [],
    tags: [],
    isLogging: true,
    spans: [{ from, to: null, rule }],
    createdAt: 0,
  };
  return { objects: new Map(), inserts: new Map(), notices: [], trails: trailsOf(trail) };
}

function eventNumber(n: number, region: string): AcceptedEvent {
  const eventId = `event-${n}`;
  const record = {
    eventVersion: '1.11',
    eventID: eventId,
    eventSource: 'x.example',
    eventName: 'DoIt',
    awsRegion: region,
    eventCategory: 'Management',
    readOnly: false,
    recipientAccountId: ACCOUNT,
  };
  const raw = Buffer.from(JSON.stringify(record));
  return { account: ACCOUNT, region, eventId, time: 1_790_000_000_000 + n, category: 'Management', raw };
}

function idsInFiles({ objects }: World): string[] {
  return [...objects.values()].flatMap((body) =>
    (JSON.parse(gunzipSync(body).toString()) as { Records: { eventID: string }[] }).Records.map(
      (r) => r.eventID,
    ),
  );
}

const folders: string[] = [];
const houses: House[] = [];
async function newFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'faults-'));
  folders.push(path);
  return path;
}
async function open(path: string, fate: () => Fate, world: World): Promise<House> {
  const house = await openHouse(path, fate, world);
  houses.push(house);
  return house;
}
async function shut(house: House): Promise<void> {
  houses.splice(houses.indexOf(house), 1);
  await house.delivery.close();
  await house.journal.close();
  await house.state.close();
}
afterEach(async () => {
  for (const house of [...houses]) await shut(house);
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

describe('delivery', () => {
  it('puts every event into exactly one file and one insert, whatever fails and however often it restarts', async () => {
    const seed = seedOf('delivery');
    const random = randomFrom(seed);
    const path = await newFolder();
    const world = newWorld();
    let faults = true;
    const fate = (): Fate => {
      const dice = faults ? random() : 1;
      return dice < 0.2 ? 'refused' : dice < 0.4 ? 'applied-but-failed' : 'works';
    };
    let house = await open(path, fate, world);
    const expected: string[] = [];
    for (let round = 0; round < 15; round++) {
      const count = Math.floor(random() * 40);
      const events = Array.from({ length: count }, (_, index) =>
        eventNumber(
          expected.length + index,
          ['us-east-1', 'eu-west-1', 'ap-south-1'][Math.floor(random() * 3)]!,
        ),
      );
      await house.journal.append(events);
      expected.push(...events.map(({ eventId }) => eventId));
      await house.delivery.flush();
      if (random() < 0.4) {
        await shut(house);
        house = await open(path, fate, world);
      }
    }
    faults = false;
    await house.delivery.flush();
    expect(idsInFiles(world).toSorted(), `seed ${seed}`).toEqual(expected.toSorted());
    const inserted = [...world.inserts.values()].flat().map(({ eventId }) => eventId);
    expect(inserted.toSorted(), `seed ${seed}`).toEqual(expected.toSorted());
    const announced = world.notices.flatMap(
      (text) => (JSON.parse(text) as { s3ObjectKey: string[] }).s3ObjectKey,
    );
    expect(new Set(announced.map((key) => `b/${key}`)), `seed ${seed}`).toEqual(
      new Set(world.objects.keys()),
    );
  });

  it('moves what a bucket refused to the bucket that the trail got meanwhile, and says the truth in the status', async () => {
    const world = newWorld();
    let fate: Fate = 'refused';
    const house = await open(await newFolder(), () => fate, world);
    await house.journal.append([eventNumber(1, 'us-east-1'), eventNumber(2, 'eu-west-1')]);
    const [failed] = await house.delivery.flush();
    expect(failed).toMatchObject({ files: 0, events: 0, error: 'AccessDenied' });
    expect(await house.delivery.status('u1')).toMatchObject({ latestDeliveryError: 'AccessDenied' });
    expect((await house.delivery.status('u1'))?.latestDeliveryTime).toBeUndefined();

    world.trails.trail = { ...world.trails.trail, s3BucketName: 'c', s3KeyPrefix: undefined } as Trail;
    fate = 'works';
    const [moved] = await house.delivery.flush();
    expect(moved).toEqual({ trail: world.trails.trail.arn, files: 2, events: 2 });
    expect([...world.objects.keys()].every((key) => key.startsWith('c/AWSLogs/'))).toBe(true);
    expect((await house.delivery.status('u1'))?.latestDeliveryError).toBeUndefined();
  });

  it('ends a stopped span at the head that it sees, and delivers nothing of later', async () => {
    const world = newWorld();
    const house = await open(await newFolder(), () => 'works', world);
    await house.journal.append([eventNumber(1, 'us-east-1')]);
    const [span] = world.trails.trail.spans;
    world.trails.trail = {
      ...world.trails.trail,
      isLogging: false,
      spans: [{ ...span!, stopRequested: true }],
    };
    await house.delivery.flush();
    await house.journal.append([eventNumber(2, 'us-east-1')]);
    await house.delivery.flush();
    expect(idsInFiles(world)).toEqual(['event-1']);
    expect(world.trails.trail.spans).toEqual([]);
  });

  it('delivers what a deleted trail still had, and leaves no state behind', async () => {
    const world = newWorld();
    const house = await open(await newFolder(), () => 'works', world);
    await house.journal.append([eventNumber(1, 'us-east-1')]);
    const gone = world.trails.trail;
    world.trails.all = () => [];
    await house.delivery.retire(gone);
    expect(idsInFiles(world)).toEqual(['event-1']);
    expect(await house.state.list('delivery/trail/')).toEqual([]);
  });
});
