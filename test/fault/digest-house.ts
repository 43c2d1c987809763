import { join } from 'node:path';
import { type Delivery, startDelivery } from '../../src/delivery/index.ts';
import { type KeyRing, openKeyRing } from '../../src/digest/index.ts';
import type { AcceptedEvent } from '../../src/event/index.ts';
import { type Journal, openLmdbJournal } from '../../src/journal/index.ts';
import { openLmdbState, type State } from '../../src/state/index.ts';
import type { EventStore } from '../../src/store/index.ts';
import type { Trail, TrailBucket } from '../../src/trails/index.ts';

/** An object of the fake bucket. */
export interface StoredFile {
  readonly body: Buffer;
  readonly metadata: ReadonlyMap<string, string>;
}

/** What outlives a restart of a house: its clock, its trail, and the bucket. */
export interface DigestWorld {
  now: number;
  trails: Trail[];
  /** By `<bucket>/<key>`. */
  readonly objects: Map<string, StoredFile>;
  /** Called before each PUT; throws to refuse, or answers an error that is thrown after it was applied. */
  fate: (bucket: string, key: string) => Error | undefined;
  /** The same for writes of delivery's state. */
  stateFate: () => Error | undefined;
  readonly errors: string[];
}

/** Real journal, state, keys and delivery around a bucket in memory. */
export interface DigestHouse {
  readonly journal: Journal;
  readonly state: State;
  readonly keys: KeyRing;
  readonly delivery: Delivery;
  close(): Promise<void>;
}

export const HOUR = 3_600_000;
export const ACCOUNT = '111111111111';

/** Opens the house over the folder `path`. */
export async function openDigestHouse(
  path: string,
  world: DigestWorld,
  interval = HOUR,
): Promise<DigestHouse> {
  const now = () => world.now;
  const journal = openLmdbJournal({ path: join(path, 'journal'), now });
  const state = failingState(openLmdbState(join(path, 'state')), world);
  const keys = openKeyRing({ state, path: join(path, 'keys'), now });
  const delivery = await startDelivery({
    state,
    journal,
    store: NO_STORE,
    trails: trailsOf(world),
    bucket: bucketOf(world),
    topic: { publish: async () => undefined },
    now,
    interval: 300_000,
    keys,
    digestInterval: interval,
    historyDays: 90,
    onError: (what, error) => void world.errors.push(`${what}: ${(error as Error | undefined)?.message}`),
  });
  return {
    journal,
    state,
    keys,
    delivery,
    async close() {
      await delivery.close();
      await journal.close();
      await state.close();
    },
  };
}

function failingState(state: State, world: DigestWorld): State {
  return {
    ...state,
    async put(key, value, expected) {
      if (!key.startsWith('delivery/trail/')) return state.put(key, value, expected);
      const late = world.stateFate();
      const version = await state.put(key, value, expected);
      if (late) throw late;
      return version;
    },
  };
}

function bucketOf(world: DigestWorld): TrailBucket {
  return {
    async getBucketAcl() {},
    async putObject({ bucket, key, body, metadata }) {
      const late = world.fate(bucket, key);
      world.objects.set(`${bucket}/${key}`, { body, metadata: new Map(Object.entries(metadata ?? {})) });
      if (late) throw late;
    },
  };
}

/** A history that keeps nothing. */
export const NO_STORE = {
  insert: async () => undefined,
  lookup: async () => [],
  async *scan() {},
  dropBefore: async () => {},
  size: async () => ({ events: 0, bytes: 0 }),
  ready: async () => {},
  close: async () => {},
} as unknown as EventStore;

function trailsOf(world: DigestWorld) {
  const change = (uid: string, spans: (trail: Trail) => Trail['spans']) => {
    world.trails = world.trails.map((trail) =>
      trail.uid === uid ? { ...trail, spans: spans(trail) } : trail,
    );
  };
  return {
    all: () => world.trails,
    async closeSpan(uid: string, to: number) {
      change(uid, ({ spans }) => spans.map((span) => (span.to === null ? { ...span, to } : span)));
    },
    async dropFinishedSpans(uid: string, before: number) {
      change(uid, ({ spans }) => spans.filter(({ to }) => to === null || to > before));
    },
  };
}

/** A world in which a multi-Region trail with validation began to log at `now`. */
export function newDigestWorld(now: number): DigestWorld {
  const world: DigestWorld = {
    now,
    trails: [],
    objects: new Map(),
    fate: () => undefined,
    stateFate: () => undefined,
    errors: [],
  };
  const trail = {
    uid: 'u1',
    name: 't1',
    arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/t1`,
    account: ACCOUNT,
    homeRegion: 'us-east-1',
    s3BucketName: 'b',
    includeGlobalServiceEvents: true,
    multiRegion: true,
    organizationTrail: false,
    logFileValidation: true,
    recursiveLogging: true,
    selectors: SELECTORS,
    hasCustomEventSelectors: false,
    insightSelectors: [],
    tags: [],
    isLogging: false,
    spans: [],
    createdAt: 0,
  } satisfies Trail;
  world.trails = [trail];
  startLogging(world, 0);
  return world;
}

const SELECTORS: Trail['selectors'] = {
  kind: 'basic',
  selectors: [
    {
      ReadWriteType: 'All',
      IncludeManagementEvents: true,
      DataResources: [],
      ExcludeManagementEventSources: [],
    },
  ],
};

/** StartLogging, at place `head` of the journal. */
export function startLogging(world: DigestWorld, head: number): void {
  const rule = {
    account: ACCOUNT,
    homeRegion: 'us-east-1',
    multiRegion: true,
    includeGlobalServiceEvents: true,
    recursiveLogging: true,
    insights: false,
    selectors: SELECTORS,
  };
  const session = { since: world.now, from: head };
  changeTrail(world, ({ spans }) => ({
    isLogging: true,
    startLoggingTime: world.now,
    spans: [
      ...spans.map((span) => (span.to === null ? { ...span, to: head } : span)),
      { from: head, to: null, session, rule },
    ],
  }));
}

/** StopLogging; delivery closes the span. */
export function stopLogging(world: DigestWorld): void {
  changeTrail(world, ({ spans }) => ({
    isLogging: false,
    spans: spans.map((span) => (span.to === null ? { ...span, stopRequested: true } : span)),
  }));
}

/** Changes the trail as UpdateTrail does. */
export function changeTrail(world: DigestWorld, change: (trail: Trail) => Partial<Trail>): void {
  world.trails = world.trails.map((trail) => ({ ...trail, ...change(trail) }));
}

/** Events of a Region, numbered so that none is like another. */
export function someEvents(
  world: DigestWorld,
  first: number,
  count: number,
  region: string,
): AcceptedEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const eventId = `event-${first + index}`;
    const record = { eventID: eventId, eventSource: 'x.example', eventName: 'DoIt', awsRegion: region };
    const raw = Buffer.from(JSON.stringify({ ...record, eventCategory: 'Management', readOnly: false }));
    return { account: ACCOUNT, region, eventId, time: world.now, category: 'Management', raw };
  });
}
