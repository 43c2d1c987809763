import { createHash } from 'node:crypto';
import type { Database, RootDatabase } from 'lmdb';

const DAY = 86_400_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Which event ids were accepted within the last day, per account. One table per day, so that forgetting is dropping a
 * table; an id is remembered for one to two days. Written in the transaction of the batch that it belongs to.
 */
export interface SeenIds {
  has(id: Buffer): boolean;
  /** Must be called inside a batch of the environment. */
  add(id: Buffer, now: number): void;
  /** Opens the table of `now` if it is a new day: call before the batch begins. */
  turn(now: number): void;
  forget(now: number): Promise<void>;
}

/** Opens the tables that are still young enough. */
export function openSeenIds(env: RootDatabase<Buffer, number>, now: number): SeenIds {
  const tables = new Map<number, Database<Buffer, Buffer>>();
  const open = (day: number) => {
    const table = env.openDB<Buffer, Buffer>({ name: `seen-${day}`, encoding: 'binary', keyEncoding: 'binary' });
    tables.set(day, table);
    return table;
  };
  const today = Math.floor(now / DAY);
  open(today - 1);
  open(today);
  return {
    has: (id) => [...tables.values()].some((table) => table.doesExist(id)),
    add: (id, at) => void tables.get(Math.floor(at / DAY))!.put(id, EMPTY),
    turn(at) {
      const day = Math.floor(at / DAY);
      if (!tables.has(day)) open(day);
    },
    async forget(at) {
      const oldest = Math.floor(at / DAY) - 1;
      for (const [day, table] of tables) {
        if (day >= oldest) continue;
        tables.delete(day);
        await table.drop();
      }
    },
  };
}

const EMPTY = Buffer.alloc(1);

/** A fixed short key: the account, then the UUID's own bytes or, for other ids, 16 bytes of their SHA-256. */
export function seenKey(account: string, eventId: string): Buffer {
  const key = Buffer.allocUnsafe(23);
  key.writeUIntBE(Number(account) % 2 ** 48, 1, 6);
  if (UUID.test(eventId)) {
    key[0] = 1;
    key.write(eventId.replaceAll('-', ''), 7, 'hex');
  } else {
    key[0] = 2;
    createHash('sha256').update(eventId).digest().copy(key, 7, 0, 16);
  }
  return key;
}
