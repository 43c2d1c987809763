import type { Database, RootDatabase } from 'lmdb';
import { checksumOf, countMarks, keyOf, secondsOf } from './marks.ts';

/** Ids that one transaction forgets. */
const STEP = 5_000;

/** What has come in since a round of forgetting began. */
export interface ForgettingRound {
  /** `eventTime` of the oldest record that came in, ms; infinite: none. */
  readonly oldest: number;
  end(): void;
}

/**
 * The ids of the records that are in the log, or were: some 42 bytes for each, ordered by their time. They are written in
 * the transaction of their records, and forgotten when nothing that they stand for is kept any more.
 */
export class IdMemory {
  readonly #ids: Database<Buffer, Buffer>;
  readonly #rounds = new Set<{ oldest: number }>();
  /** No key behind this one was ever put there; it may be forgotten by now. */
  #last: Buffer = Buffer.alloc(0);

  constructor(env: RootDatabase<unknown, string>) {
    this.#ids = env.openDB({ name: 'ids', encoding: 'binary', keyEncoding: 'binary' });
    for (const key of this.#ids.getKeys({ reverse: true, limit: 1 })) this.#last = Buffer.from(key);
  }

  /** The checksum of the record with this key; undefined: it was never seen, or is forgotten. */
  get(key: Buffer): Buffer | undefined {
    // What is collected in order is later than all before it, and need not be looked for.
    return key.compare(this.#last) > 0 ? undefined : this.#ids.get(key);
  }

  /** Whether any key is remembered from the first to the last of these. */
  hasBetween(first: Buffer, last: Buffer): boolean {
    if (first.compare(this.#last) > 0) return false;
    const behind = Buffer.concat([last, Buffer.alloc(1)]);
    for (const _ of this.#ids.getKeys({ start: first, end: behind, limit: 1 })) return true;
    return false;
  }

  /** New marks of blocks, see `NewMarks`. Within a transaction of the environment, at whose end they are still there. */
  put(blocks: readonly Buffer[]): void {
    for (const marks of blocks) {
      const count = countMarks(marks);
      for (let mark = 0; mark < count; mark++)
        void this.#ids.put(keyOf(marks, mark), checksumOf(marks, mark));
      const last = keyOf(marks, count - 1);
      if (last.compare(this.#last) > 0) this.#last = Buffer.from(last);
    }
  }

  /** Told before and after they are durable: whenever a round begins, it hears of all that it must not forget. */
  saw(blocks: readonly Buffer[]): void {
    if (this.#rounds.size === 0) return;
    for (const marks of blocks) {
      const count = countMarks(marks);
      // In order, those without a time first.
      let mark = 0;
      while (mark < count && secondsOf(marks, mark) === 0) mark++;
      if (mark === count) continue;
      const time = secondsOf(marks, mark) * 1000;
      for (const round of this.#rounds) round.oldest = Math.min(round.oldest, time);
    }
  }

  /** From now on what comes in is watched, so that it is not forgotten by a time that was made out before. */
  begin(): ForgettingRound {
    const round = { oldest: Number.POSITIVE_INFINITY, end: () => void this.#rounds.delete(round) };
    this.#rounds.add(round);
    return round;
  }

  /**
   * Forgets the ids of records of before this time (ms), and of none that came in since the round began; answers how many.
   * Bit by bit, so that commits go on between: a crash leaves some for the next round.
   */
  async forget(before: number, round: ForgettingRound): Promise<number> {
    // Ids of records without a time stand under 0 and stay.
    const start = Buffer.from([0, 0, 0, 1]);
    const end = Buffer.alloc(4);
    let forgotten = 0;
    for (;;) {
      const seconds = Math.floor(Math.min(before, round.oldest) / 1000);
      end.writeUInt32BE(Math.min(Math.max(0, seconds), 0xffffffff));
      if (end.compare(start) <= 0) return forgotten;
      const keys = [...this.#ids.getKeys({ start, end, limit: STEP })];
      if (keys.length === 0) return forgotten;
      await this.#ids.batch(() => {
        for (const key of keys) void this.#ids.remove(key);
      });
      forgotten += keys.length;
    }
  }

  /** How many are remembered. */
  get size(): number {
    const { entryCount } = this.#ids.getStats() as { readonly entryCount?: number };
    return entryCount ?? 0;
  }
}
