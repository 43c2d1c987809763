import { compileMatcher, parseQuery, subjectOf } from '../search/index.ts';
import type { State } from '../state/index.ts';
import type { DeadLetterCount, DeadLetters } from './dead-letters.ts';
import { deliver } from './deliver.ts';
import type { Destination } from './destination.ts';
import type { Feed, FeedName, FeedRange, Outgoing } from './outgoing.ts';
import { excerpt } from './post.ts';
import type { Target } from './target.ts';

/** Where a destination stands in each feed, and of a range that was begun, where it ends. */
export type Cursors = Readonly<Partial<Record<FeedName | `${FeedName} until`, number>>>;

/** How a destination is doing; counts are since the start of the server. */
export interface ForwarderStatus {
  readonly state: 'idle' | 'sending' | 'failing' | 'paused';
  readonly sent: number;
  /** Did not fit the filter. */
  readonly filtered: number;
  readonly retries: number;
  /** Given up, by the reason's first words; these lie as dead letters. */
  readonly dead: number;
  /** Gone: dead letters beyond their bound, records without text, and what a feed let go of before it was sent. */
  readonly lost: ReadonlyMap<'dead-letter-bound' | 'no-text' | 'feed-trimmed', number>;
  /** Events of all feeds that were not looked at yet. */
  readonly behind: number;
  /** For people; never a secret. */
  readonly lastError?: string;
  readonly lastSentAt?: number;
  readonly deadLetters: DeadLetterCount;
}

/** What a forwarder works with. */
export interface ForwarderOptions {
  readonly destination: Destination;
  readonly target: Target;
  readonly feeds: readonly Feed[];
  readonly cursors: Cursors;
  readonly state: State;
  /** Key of the cursors in the state. */
  readonly cursorKey: string;
  readonly deadLetters: DeadLetters;
  /** Is an event of this repository for the destination? Absent: whatever the repository. */
  readonly takesRepo?: (repo: string) => boolean;
  readonly now: () => number;
  readonly random: () => number;
}

const RANGE_BYTES = 2 << 20;
/** New events wait this long for company. */
const DELAY = 200;
const RETRY_AFTER_ERROR = 5_000;

class Closed extends Error {}

/**
 * Carries the events of its feeds to one destination, in order, each at least once. The cursor moves when a range is
 * through: in, given up as dead letters, or filtered. Another destination never waits for it.
 */
export class Forwarder {
  readonly destination: Destination;
  readonly #options: ForwarderOptions;
  readonly #fits: (event: Outgoing) => boolean;
  readonly #closing = new AbortController();
  readonly #cursors: Map<keyof Cursors, number>;
  /** As they are on disk. */
  #saved: ReadonlyMap<keyof Cursors, number>;
  readonly #delay: number;
  readonly #stops: (() => void)[] = [];
  readonly #lost = new Map<'dead-letter-bound' | 'no-text' | 'feed-trimmed', number>();
  #sent = 0;
  #filtered = 0;
  #retries = 0;
  #dead = 0;
  #lastError: string | undefined;
  #lastSentAt: number | undefined;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  /** One piece of work at a time: carrying on, or dead letters again. */
  #turn: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.destination = options.destination;
    this.#cursors = new Map(Object.entries(options.cursors) as [keyof Cursors, number][]);
    this.#saved = new Map(this.#cursors);
    this.#delay = options.target.delay ?? DELAY;
    const { takesRepo = () => true } = options;
    const fits = compileFilter(options.destination.filter);
    this.#fits = (event) => takesRepo(event.repo) && fits(event);
  }

  start(): void {
    if (this.destination.paused) return;
    for (const feed of this.#options.feeds) this.#stops.push(feed.onAppend(() => this.#wake(this.#delay)));
    this.#wake(0);
  }

  /** The first number that this destination still needs of a feed, after a crash too. */
  heldFrom(feed: FeedName): number {
    return this.#saved.get(feed) ?? Number.POSITIVE_INFINITY;
  }

  #isAt(feed: FeedName): number {
    return this.#cursors.get(feed) ?? Number.POSITIVE_INFINITY;
  }

  async status(): Promise<ForwarderStatus> {
    const { feeds, deadLetters } = this.#options;
    const behind = feeds.reduce((sum, feed) => sum + Math.max(0, feed.head() - this.#isAt(feed.name)), 0);
    const idle = this.#isFailing ? 'failing' : this.#isRunning ? 'sending' : 'idle';
    return {
      state: this.destination.paused ? 'paused' : idle,
      sent: this.#sent,
      filtered: this.#filtered,
      retries: this.#retries,
      dead: this.#dead,
      lost: this.#lost,
      behind,
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      ...(this.#lastSentAt !== undefined && { lastSentAt: this.#lastSentAt }),
      deadLetters: await deadLetters.count(),
    };
  }

  /**
   * Sends the dead letters that lie there now once more, after what is being sent; what fails again is a dead letter
   * again. Answers how many there are, before they are sent.
   */
  async retryDead(): Promise<number> {
    const { deadLetters } = this.#options;
    const { events } = await deadLetters.count();
    void this.#inTurn(async () => {
      for (const name of await deadLetters.list()) {
        await this.#deliver(
          (await deadLetters.read(name)).map(({ event }) => event),
          0,
        );
        await deadLetters.remove(name);
      }
    }).catch((error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)));
    return events;
  }

  /** Stops waiting at once; what is not through is sent after the next start. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    this.#closing.abort();
    await this.#turn;
    this.#options.target.close();
  }

  #wake(delay: number): void {
    if (this.#timer || this.#isRunning || this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#carryOn();
    }, delay);
  }

  async #carryOn(): Promise<void> {
    let failed = false;
    await this.#inTurn(async () => {
      this.#isRunning = true;
      try {
        for (let more = true; more; ) {
          more = false;
          for (const feed of this.#options.feeds) more = (await this.#next(feed)) || more;
        }
      } catch (error) {
        if (error instanceof Closed) return;
        failed = true;
        this.#fail(error instanceof Error ? error.message : String(error));
      } finally {
        this.#isRunning = false;
      }
    });
    const isBehind = this.#options.feeds.some((feed) => feed.head() > this.#isAt(feed.name));
    if (isBehind || failed) this.#wake(failed ? RETRY_AFTER_ERROR : this.#delay);
  }

  /** Carries one range; false when there was none. */
  async #next(feed: Feed): Promise<boolean> {
    if (this.#closing.signal.aborted) throw new Closed();
    const cursor = this.#cursors.get(feed.name) ?? feed.head();
    if (cursor >= feed.head()) return false;
    const range = await this.#readRange(feed, cursor);
    if (range.from > cursor) this.#lose('feed-trimmed', range.from - cursor);
    const fitting = range.events.filter((event) => this.#fits(event));
    this.#filtered += range.events.length - fitting.length;
    const whole = fitting.filter(({ raw }) => raw !== '');
    this.#lose('no-text', fitting.length - whole.length);
    if (whole.length > 0) await this.#stage(feed.name, range.next);
    await this.#deliver(whole, this.destination.giveUpAfter);
    if (range.next <= cursor) return false;
    this.#cursors.set(feed.name, range.next);
    this.#cursors.delete(`${feed.name} until`);
    await this.#saveCursors();
    return true;
  }

  /** A range that was begun before a crash comes again with the same end. */
  async #readRange(feed: Feed, from: number): Promise<FeedRange> {
    const to = this.#cursors.get(`${feed.name} until`);
    const range = await feed.read(from, { maxBytes: RANGE_BYTES, ...(to !== undefined && { to }) });
    if (to === undefined || range.next <= to) return range;
    // Of a feed that reads on: each number is an event.
    const events = range.events.slice(0, Math.max(0, to - range.from));
    return { from: Math.min(range.from, to), next: to, events };
  }

  async #stage(feed: FeedName, next: number): Promise<void> {
    if (!this.#options.target.isStaged || this.#cursors.get(`${feed} until`) === next) return;
    // On disk first: a range that only memory knows comes again with another end after a crash.
    const staged = new Map(this.#cursors).set(`${feed} until`, next);
    await this.#saveCursors(staged);
    this.#cursors.set(`${feed} until`, next);
  }

  async #deliver(events: readonly Outgoing[], giveUpAfter: number): Promise<void> {
    const { target, now, random } = this.#options;
    await deliver(events, {
      ...{ target, giveUpAfter, now, random },
      wait: (milliseconds) => this.#wait(milliseconds),
      onSent: (count) => {
        if (count === 0) return;
        this.#sent += count;
        this.#lastSentAt = now();
        this.#isFailing = false;
      },
      onRetry: (reason) => {
        this.#retries++;
        this.#fail(reason);
      },
      onDead: async (dead) => {
        if (dead.length === 0) return;
        this.#lastError = excerpt(dead[0]?.reason ?? '');
        const letters = dead.map(({ event, reason }) => ({ reason: excerpt(reason), at: now(), event }));
        this.#lose('dead-letter-bound', await this.#options.deadLetters.add(letters));
        // Counted once they are there.
        this.#dead += dead.length;
      },
    });
  }

  async #saveCursors(cursors: ReadonlyMap<keyof Cursors, number> = this.#cursors): Promise<void> {
    const { state, cursorKey } = this.#options;
    // One forwarder writes this key; a removed destination's is gone and stays so.
    const stored = await state.get<Cursors>(cursorKey);
    const saved = new Map(cursors);
    if (stored) await state.put(cursorKey, Object.fromEntries(saved), stored.version);
    this.#saved = saved;
  }

  #fail(reason: string): void {
    this.#isFailing = true;
    this.#lastError = excerpt(reason);
  }

  #lose(what: 'dead-letter-bound' | 'no-text' | 'feed-trimmed', count: number): void {
    if (count > 0) this.#lost.set(what, (this.#lost.get(what) ?? 0) + count);
  }

  #wait(milliseconds: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        if (signal.aborted) reject(new Closed());
        else resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    await mine.catch((error: unknown) => {
      if (!(error instanceof Closed)) throw error;
    });
  }
}

function compileFilter(filter: string | undefined): (event: Outgoing) => boolean {
  if (filter === undefined || filter.trim() === '') return () => true;
  const fits = compileMatcher(parseQuery(filter));
  return (event) => fits(subjectOf(event));
}
