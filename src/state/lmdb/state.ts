import type { Key } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import { type State, StateConflict, type Versioned } from '../state.ts';

interface Stored {
  readonly version: number;
  readonly value: unknown;
}

/** Largest key that LMDB takes with our page size, in bytes. */
const MAX_KEY_BYTES = 1_978;

/** Opens (and makes) the embedded state store in `path`, a folder of its own. One process at a time. */
export function openLmdbState(path: string): State {
  const db = openEnvironment<Stored>(path);

  /** Runs `write` only while the stored version is `expected`; resolves after the sync. */
  async function compareAndSwap(key: string, expected: number, write: () => void): Promise<void> {
    if (Buffer.byteLength(key) > MAX_KEY_BYTES)
      throw new RangeError(`state: key of over ${MAX_KEY_BYTES} bytes`);
    const swapped = await db.transaction(() => {
      if ((db.get(key)?.version ?? 0) !== expected) return false;
      write();
      return true;
    });
    if (!swapped) throw new StateConflict(key);
  }

  return {
    async get<T>(key: string) {
      const found = db.get(key);
      return found && { key, value: found.value as T, version: found.version };
    },
    async put(key, value, expected) {
      const version = expected === 0 ? nextVersion() : expected + 1;
      await compareAndSwap(key, expected, () => void db.put(key, { version, value }));
      return version;
    },
    async delete(key, expected) {
      await compareAndSwap(key, expected, () => void db.remove(key));
    },
    async list<T>(prefix: string) {
      const entries: Versioned<T>[] = [];
      for (const { key, value } of db.getRange({ start: prefix as Key })) {
        if (!(key as string).startsWith(prefix)) break;
        entries.push({ key: key as string, value: value.value as T, version: value.version });
      }
      return entries;
    },
    async close() {
      await db.close();
    },
  };
}

/** A key that is deleted and made again must not come back to a version that a slow writer still holds. */
function nextVersion(): number {
  return Math.floor(Math.random() * 2 ** 40) + 1;
}
