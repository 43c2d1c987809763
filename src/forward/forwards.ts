import { join } from 'node:path';
import type { State } from '../state/index.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Destination } from './destination.ts';
import { type Cursors, Forwarder, type ForwarderStatus } from './forwarder.ts';
import { makeTarget, type World } from './make-target.ts';
import type { Feed, FeedName } from './outgoing.ts';
import { readDestination } from './read-destination.ts';

/** Encrypts secrets; bound to the place where they are kept. */
export interface Sealer {
  seal(place: string, text: string): string;
  /** @throws when it cannot be opened any more */
  open(place: string, sealed: string): string;
}

/** What forwarding needs. */
export interface ForwardsOptions extends World {
  readonly state: State;
  readonly box: Sealer;
  /** Dead letters lie below this folder. */
  readonly path: string;
  readonly feeds: readonly Feed[];
  /** Names of the forms in which records may be sent. */
  readonly forms: () => readonly string[];
  /** Of a destination for copies: is this repository one that names it? */
  readonly copies: (destination: string, repo: string) => boolean;
  readonly random: () => number;
  /** Bound of the dead letters of each destination. Default 64 MiB. */
  readonly maxDeadBytes?: number;
  readonly onError: (what: string, error: unknown) => void;
}

/** The destinations, at work. May be called concurrently. */
export interface Forwards {
  list(): readonly Destination[];
  status(name: string): Promise<ForwarderStatus | undefined>;
  /** Makes a destination, or replaces the one of this name, which goes on where it stood. @throws DestinationRefused */
  put(json: Readonly<Record<string, unknown>>): Promise<Destination>;
  /** With its cursor, its secret and its dead letters; false when there is none. */
  remove(name: string): Promise<boolean>;
  pause(name: string, paused: boolean): Promise<boolean>;
  /** Sends dead letters once more; undefined when there is no such destination. */
  retry(name: string): Promise<number | undefined>;
  /** The first number of a feed that some destination still needs. */
  heldFrom(feed: FeedName): number;
  /** Feeds that are opened later than the destinations; each begins where its cursor stands. */
  addFeed(feed: Feed): Promise<void>;
  close(): Promise<void>;
}

/** What is stored of a destination. */
interface Stored {
  readonly destination: Destination;
  readonly sealed?: string;
}

const DESTINATION = 'forward/destination/';
const CURSOR = 'forward/cursor/';
const MAX_DEAD_BYTES = 64 << 20;
const MAX_DESTINATIONS = 64;

/** Opens the destinations where they stood. One whose secret cannot be opened stays still and is told of. */
export async function openForwards(options: ForwardsOptions): Promise<Forwards> {
  const { state, box } = options;
  const feeds = new Map<FeedName, Feed>(options.feeds.map((feed) => [feed.name, feed]));
  const running = new Map<string, Forwarder>();
  const known = new Map<string, Destination>();
  let turn: Promise<unknown> = Promise.resolve();

  for (const { value } of await state.list<Stored>(DESTINATION)) {
    known.set(value.destination.name, value.destination);
    await startOne(value);
  }

  /** Changes happen one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function startOne({ destination, sealed }: Stored): Promise<void> {
    const { name } = destination;
    let secret = '';
    try {
      if (sealed !== undefined) secret = box.open(placeOf(name), sealed);
    } catch (error) {
      options.onError(`the secret of the forward ${name}`, error);
      return;
    }
    const own = [...feeds.values()].filter((feed) => destination.feeds.includes(feed.name));
    const forwarder = new Forwarder({
      destination,
      target: makeTarget(destination, secret, options),
      feeds: own,
      cursors: await cursorsOf(destination, own),
      state,
      cursorKey: CURSOR + name,
      deadLetters: deadLettersOf(name),
      ...(destination.copies && { takesRepo: (repo: string) => options.copies(name, repo) }),
      now: options.now,
      random: options.random,
    });
    running.set(name, forwarder);
    forwarder.start();
  }

  /** Stored before the first event is read: a restart must not begin anew. */
  async function cursorsOf(destination: Destination, own: readonly Feed[]): Promise<Cursors> {
    const key = CURSOR + destination.name;
    const found = await state.get<Cursors>(key);
    const cursors = { ...found?.value };
    let isNew = found === undefined;
    for (const feed of own) {
      if (cursors[feed.name] !== undefined) continue;
      cursors[feed.name] = destination.fromStart ? feed.tail() : feed.head();
      isNew = true;
    }
    if (isNew) await state.put(key, cursors, found?.version ?? 0);
    return cursors;
  }

  function deadLettersOf(name: string): DeadLetters {
    return new DeadLetters(join(options.path, name), options.maxDeadBytes ?? MAX_DEAD_BYTES);
  }

  async function stopOne(name: string): Promise<void> {
    await running.get(name)?.close();
    running.delete(name);
  }

  async function save(value: Stored): Promise<void> {
    const key = DESTINATION + value.destination.name;
    await state.put(key, value, (await state.get(key))?.version ?? 0);
    known.set(value.destination.name, value.destination);
  }

  /** From the state, not from memory: a rotation of keys may have sealed the secret anew. */
  async function read(name: string): Promise<Stored | undefined> {
    return (await state.get<Stored>(DESTINATION + name))?.value;
  }

  async function forget(key: string): Promise<void> {
    const found = await state.get(key);
    if (found) await state.delete(key, found.version);
  }

  return {
    list: () => [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    status: async (name) => running.get(name)?.status(),
    put: (json) =>
      inTurn(async () => {
        const { secret, ...destination } = readDestination(json, options.now(), options.forms());
        const { name } = destination;
        if (!known.has(name) && known.size >= MAX_DESTINATIONS) {
          throw new Error(`there are ${MAX_DESTINATIONS} destinations already`);
        }
        const value = {
          destination,
          ...(secret !== undefined && { sealed: box.seal(placeOf(name), secret) }),
        };
        await stopOne(name);
        await save(value);
        await startOne(value);
        return destination;
      }),
    remove: (name) =>
      inTurn(async () => {
        if (!known.has(name)) return false;
        await stopOne(name);
        await forget(DESTINATION + name);
        await forget(CURSOR + name);
        known.delete(name);
        await deadLettersOf(name).clear();
        return true;
      }),
    pause: (name, paused) =>
      inTurn(async () => {
        const value = await read(name);
        if (!value) return false;
        const changed = { ...value, destination: { ...value.destination, paused } };
        await stopOne(name);
        await save(changed);
        await startOne(changed);
        return true;
      }),
    retry: async (name) => running.get(name)?.retryDead(),
    heldFrom: (feed) =>
      Math.min(Number.POSITIVE_INFINITY, ...[...running.values()].map((one) => one.heldFrom(feed))),
    addFeed: (feed) =>
      inTurn(async () => {
        feeds.set(feed.name, feed);
        for (const { name, feeds: wanted } of known.values()) {
          const value = wanted.includes(feed.name) ? await read(name) : undefined;
          if (!value) continue;
          await stopOne(name);
          await startOne(value);
        }
      }),
    close: () =>
      inTurn(async () => {
        await Promise.all([...running.keys()].map(stopOne));
      }),
  };
}

function placeOf(name: string): string {
  return `forward/${name}`;
}

/**
 * Seals the secrets of all destinations with the newest key; answers how many. For a rotation of keys, also one that a
 * crash cut off, before the destinations are opened. @throws what `open` throws
 */
export async function resealForwards(
  state: State,
  box: Sealer & { isCurrent(sealed: string): boolean },
): Promise<number> {
  let count = 0;
  for (const { key, value, version } of await state.list<Stored>(DESTINATION)) {
    if (value.sealed === undefined || box.isCurrent(value.sealed)) continue;
    const place = placeOf(value.destination.name);
    await state.put(key, { ...value, sealed: box.seal(place, box.open(place, value.sealed)) }, version);
    count++;
  }
  return count;
}
