import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import { type Feed, type Forwards, type ForwardsOptions, type Outgoing, openForwards } from './index.ts';
import { Intake, type Received, type Reply } from './intake.fixture.ts';

/** A feed in memory: what a log on disk offers, without the disk. */
class MemoryFeed implements Feed {
  readonly name: Feed['name'];
  readonly events: Outgoing[] = [];
  first = 0;
  #listeners = new Set<() => void>();
  constructor(name: Feed['name'] = 'collected') {
    this.name = name;
  }
  head = () => this.events.length;
  tail = () => this.first;
  async read(from: number, { maxBytes }: { readonly maxBytes: number }) {
    const start = Math.max(from, this.first);
    let [end, bytes] = [start, 0];
    while (end < this.events.length && bytes < maxBytes) bytes += this.events[end++]?.raw.length ?? 0;
    return { from: start, next: end, events: this.events.slice(start, end) };
  }
  onAppend(listener: () => void) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  append(events: readonly Outgoing[]): void {
    this.events.push(...events);
    for (const listener of this.#listeners) listener();
  }
}

/** What a test may have otherwise. */
interface Others {
  readonly box?: ForwardsOptions['box'];
  readonly isAllowed?: (address: string) => boolean;
  readonly maxDeadBytes?: number;
}

/** The forwards of one test, in a folder of their own, with a feed in memory. */
export class ForwardHouse {
  readonly dir = mkdtempSync(join(tmpdir(), 'forward-'));
  state: State = openLmdbState(join(this.dir, 'state'));
  readonly feed = new MemoryFeed();
  /** Milliseconds that have gone by. */
  clock = 0;
  forwards!: Forwards;
  readonly #intakes: Intake[] = [];

  /** Opens the forwards, again after they were closed. */
  async open(others: Others = {}): Promise<void> {
    this.forwards = await openForwards({
      state: this.state,
      box: {
        seal: (_place, text) => Buffer.from(text).toString('base64'),
        open: (_place, text) => Buffer.from(text, 'base64').toString(),
      },
      path: join(this.dir, 'dead'),
      feeds: [this.feed],
      forms: () => ['raw', 'flat', 'ecs', 'ocsf', 'team'],
      copies: (destination, repo) => `copy-of-${repo}` === destination,
      isAllowed: () => true,
      now: () => Date.UTC(2026, 10, 21) + this.clock,
      // Half of the shortest pause is long enough for a test.
      random: () => -0.99,
      sleep: async () => undefined,
      form: (event, form) => (form === 'raw' ? event.raw : JSON.stringify({ form, id: event.id })),
      onError: (what, error) => {
        throw new Error(what, { cause: error });
      },
      ...others,
    });
  }

  async intakeOf(reply?: (request: Received) => Reply | Promise<Reply>): Promise<Intake> {
    const intake = await Intake.start(reply);
    this.#intakes.push(intake);
    return intake;
  }

  add(name: string, kind: string, url: string, more: Record<string, unknown> = {}) {
    return this.forwards.put({ name, kind, url, secret: 'key-1', ...more });
  }

  /** Waits until a destination is as it should be. */
  async settled(
    name: string,
    fits: (status: NonNullable<Awaited<ReturnType<Forwards['status']>>>) => boolean,
  ) {
    let last: unknown;
    for (let tries = 0; tries < 1500; tries++) {
      const status = await this.forwards.status(name);
      if (status && fits(status)) return status;
      last = status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`waited in vain: ${JSON.stringify(last)}`);
  }

  async close(): Promise<void> {
    await this.forwards.close();
    await this.state.close();
    for (const intake of this.#intakes) await intake.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Opens a house before each test of the file, and closes it after. Answers how to get at it. */
export function useForwardHouse(): () => ForwardHouse {
  let house: ForwardHouse;
  beforeEach(async () => {
    house = new ForwardHouse();
    await house.open();
  });
  afterEach(() => house.close());
  return () => house;
}

/** An event on its way out; the same for the same number. */
export function event(at: number, more: Partial<Outgoing> = {}): Outgoing {
  const known = { id: `id-${at}`, account: '111111111111', region: 'eu-west-1', source: 'iam.amazonaws.com' };
  const record = { eventID: known.id, eventSource: known.source, eventName: 'CreateUser', n: '§§' };
  return {
    ...known,
    ...{ time: Date.UTC(2026, 10, 20) + at, arrived: 5, name: 'CreateUser', error: '' },
    ...{ tags: ['#cloudtrail'], priority: 'normal', repo: 'default', rule: 'catch-all', from: 'src' },
    ...{ file: 'bucket/key', enrichment: {} },
    raw: JSON.stringify(record).replace('"§§"', '1.0'),
    ...more,
  };
}

/** So many events, numbered from one on. */
export const events = (count: number, from = 0) => Array.from({ length: count }, (_, at) => event(from + at));
