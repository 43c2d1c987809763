import type { Database } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import { keyBytes } from './id-key.ts';
import { IdTable } from './id-table.ts';

const DAY = 86_400_000;

/** How many ids wait in memory (24 bytes a slot, 48 MB when full) before they are sorted and written. */
const SPILL_AT = 1_000_000;
/** Keys of one transaction while spilling: bounds what one write holds up. */
const SPILL_STEP = 5_000;

/**
 * Which event ids were accepted within the last day, per account.
 *
 * New ids are kept in memory; the journal itself is what makes them durable. Now and then they are written to disk in
 * the order of their keys, which costs a tenth of writing each with its batch: random ids touch a page each. `upTo`
 * says how far the disk knows; opening reads the journal from there.
 */
export interface SeenIds {
  /** Whether the id whose key stands at `offset` was added within the last day. */
  has(words: Uint32Array, offset: number): boolean;
  /** Adds all ids of a table. Only what is durable in the journal may come here. */
  addAll(ids: IdTable, now: number): void;
  /** All ids of events before this number are on disk: the journal may be trimmed up to it. */
  readonly upTo: number;
  /**
   * Writes what is in memory if it is much, or of another day, or if `force`. `head` is the journal's: everything
   * before it was added.
   */
  spill(head: number, now: number, force?: boolean): Promise<void>;
  /** Forgets ids that are older than a day. */
  forget(now: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the tables of the last days in `path`. */
export function openSeenIds(path: string, now: number): SeenIds {
  const env = openEnvironment<number>(path);
  const days = new Map<number, Database<Buffer, Buffer>>();
  const table = (day: number) => {
    let found = days.get(day);
    if (!found) {
      found = env.openDB<Buffer, Buffer>({ name: `seen-${day}`, encoding: 'binary', keyEncoding: 'binary' });
      days.set(day, found);
    }
    return found;
  };
  const today = Math.floor(now / DAY);
  table(today - 1);
  table(today);

  let recent = new IdTable(1_000);
  let spilling: IdTable | undefined;
  let work: Promise<void> | undefined;
  let upTo = env.get('upTo') ?? 0;
  /** The day of the oldest id in memory. */
  let recentDay = today;

  async function write(ids: IdTable, dayNumber: number, head: number): Promise<void> {
    const keys: Buffer[] = [];
    ids.forEach((slots, offset) => void keys.push(keyBytes(slots, offset)));
    keys.sort(Buffer.compare);
    const day = table(dayNumber);
    for (let at = 0; at < keys.length; at += SPILL_STEP) {
      await day.batch(() => {
        for (const key of keys.slice(at, at + SPILL_STEP)) void day.put(key, MARK);
      });
    }
    await env.put('upTo', head);
    upTo = head;
  }

  return {
    get upTo() {
      return upTo;
    },
    has(words, offset) {
      if (recent.has(words, offset) || spilling?.has(words, offset)) return true;
      const key = keyBytes(words, offset);
      for (const day of days.values()) if (day.doesExist(key)) return true;
      return false;
    },
    addAll(ids, at) {
      if (recent.size === 0) recentDay = Math.floor(at / DAY);
      ids.forEach((words, offset) => {
        recent.add(words, offset);
      });
    },
    async spill(head, at, force = false) {
      await work;
      const due = force || recent.size >= SPILL_AT || (recent.size > 0 && recentDay !== Math.floor(at / DAY));
      if (!due || head <= upTo) return;
      spilling = recent;
      recent = new IdTable(1_000);
      const [ids, day] = [spilling, recentDay];
      work = write(ids, day, head)
        .catch((error: unknown) => {
          // What is not on disk must not be forgotten: its repeat would be taken for something new.
          ids.forEach((words, offset) => {
            recent.add(words, offset);
          });
          recentDay = day;
          throw error;
        })
        .finally(() => {
          spilling = undefined;
          work = undefined;
        });
      await work;
    },
    async forget(at) {
      const oldest = Math.floor(at / DAY) - 1;
      // By name, not from `days`: tables of before the last start are not open.
      const names = [...env.getKeys()].map(String).filter((name) => name.startsWith('seen-'));
      for (const day of names.map((name) => Number(name.slice('seen-'.length)))) {
        if (day >= oldest) continue;
        const old = table(day);
        days.delete(day);
        await old.drop();
      }
    },
    async close() {
      await work;
      await env.close();
    },
  };
}

const MARK = Buffer.alloc(1);
