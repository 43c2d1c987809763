import { setTimeout } from 'node:timers/promises';
import type { CollectedBlock } from './collected-blocks.ts';
import type { CollectedStore } from './collected-store.ts';

/** Where collected records end up: implemented with the repositories by `server`. */
export interface RepoSink {
  /**
   * Stores the records in the repository, once, however often the same token comes with the same records. Resolves
   * when they are kept and found.
   */
  insert(repo: string, blocks: readonly CollectedBlock[], token: string): Promise<void>;
}

/** A running feed. */
export interface RepoFeed {
  /** The number of the first record that is not in its repository yet. */
  cursor(): number;
  /** Inserts that failed and were repeated, since start. */
  readonly failures: number;
  /** What the last of them said, while there is one. */
  readonly lastError: string | undefined;
  close(): Promise<void>;
}

const NAME = 'reader/repos';
/**
 * Bytes of one insert: what is behind goes out in few large parts, since the engine works on each part again until there
 * are few (with 12 MB it took twice the time, with 32 MB an eighth more). What it holds of them in memory is three times
 * as much.
 */
const RANGE_BYTES = 48 << 20;
/** Blocks of one insert: of each, however small, the engine holds some 80 kB. */
const RANGE_BLOCKS = 1000;
/** What came is kept back this long for what comes next, ms, unless it is a whole insert. */
const GATHER = 200;
/** While so much comes in that time, it is kept back again, so often at most. */
const GATHER_BYTES = 1 << 18;
const GATHERS = 12;
const LONGEST_PAUSE = 30_000;

interface Cursor {
  readonly at: number;
  /** A range that was begun: it is repeated with the same end, so that its token stands for the same records. */
  readonly stage?: number;
}

/**
 * Carries the log into the repositories. The range is staged before its first insert and the cursor moves after the
 * last: after a crash the same ranges go out under the same tokens.
 */
export function startRepoFeed(options: {
  readonly store: CollectedStore;
  readonly sink: RepoSink;
  readonly onError: (error: unknown) => void;
}): RepoFeed {
  const { store, sink, onError } = options;
  const closing = new AbortController();
  let cursor: Cursor = store.get<Cursor>(NAME) ?? { at: store.tail() };
  let failures = 0;
  let lastError: string | undefined;
  let wake: (() => void) | undefined;
  const memory = Buffer.allocUnsafeSlow(RANGE_BYTES);
  const release = store.hold(NAME, () => cursor.at, { mayBeCut: false });
  const unhear = store.onAppend(() => wake?.());

  async function sleep(milliseconds: number | undefined): Promise<void> {
    if (closing.signal.aborted || (milliseconds === undefined && cursor.at < store.head())) return;
    const woken = new AbortController();
    closing.signal.addEventListener('abort', () => woken.abort(), { once: true, signal: woken.signal });
    if (milliseconds === undefined) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        woken.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      wake = undefined;
      woken.abort();
      return;
    }
    await setTimeout(milliseconds, undefined, { signal: woken.signal }).catch(() => undefined);
    woken.abort();
  }

  /** Few large inserts cost the engine half of what many small ones do; whoever waits for a search waits three seconds more. */
  async function gather(): Promise<void> {
    let bytes = store.bytesFrom(cursor.at);
    for (let turn = 0; turn < GATHERS && bytes < RANGE_BYTES && !closing.signal.aborted; turn++) {
      await sleep(GATHER);
      const before = bytes;
      bytes = store.bytesFrom(cursor.at);
      if (bytes - before < GATHER_BYTES) return;
    }
  }

  async function step(): Promise<void> {
    const range = store.readBlocks(cursor.at, {
      maxBytes: RANGE_BYTES,
      into: memory,
      ...(cursor.stage === undefined ? { maxBlocks: RANGE_BLOCKS } : { to: cursor.stage }),
    });
    if (cursor.stage === undefined) {
      const staged = { at: range.from, stage: range.next };
      await store.put(NAME, staged);
      // Not before: an insert whose range nobody remembers would be made again as another one.
      cursor = staged;
    }
    for (const [repo, blocks] of byRepo(range.blocks)) {
      await sink.insert(repo, blocks, `collected-${store.id}-${range.from}-${range.next}-${repo}`);
    }
    cursor = { at: range.next };
    await store.put(NAME, cursor);
    await store.trim();
  }

  async function run(): Promise<void> {
    let failed = 0;
    while (!closing.signal.aborted) {
      await sleep(undefined);
      if (closing.signal.aborted) return;
      if (failed === 0 && cursor.stage === undefined) await gather();
      if (closing.signal.aborted) return;
      try {
        await step();
        failed = 0;
        lastError = undefined;
      } catch (error) {
        if (closing.signal.aborted) return;
        failures++;
        lastError = error instanceof Error ? error.message : String(error);
        onError(error);
        await sleep(Math.min(LONGEST_PAUSE, 250 * 2 ** Math.min(failed++, 10)));
      }
    }
  }

  const running = run();
  return {
    cursor: () => cursor.at,
    get failures() {
      return failures;
    },
    get lastError() {
      return lastError;
    },
    async close() {
      closing.abort();
      await running;
      unhear();
      release();
    },
  };
}

function byRepo(blocks: readonly CollectedBlock[]): Map<string, CollectedBlock[]> {
  const repos = new Map<string, CollectedBlock[]>();
  for (const block of blocks) {
    const list = repos.get(block.repo);
    if (list) list.push(block);
    else repos.set(block.repo, [block]);
  }
  return repos;
}
