import { type State, StateConflict, type Versioned } from '../state/index.ts';

/** The state store without a disk; lmdb's is held to the same contract in its own room. */
export function memoryState(): State {
  const entries = new Map<string, Versioned<unknown>>();
  let version = 0;
  const check = (key: string, expected: number) => {
    if ((entries.get(key)?.version ?? 0) !== expected) throw new StateConflict(key);
  };
  return {
    get: async <T>(key: string) => entries.get(key) as Versioned<T> | undefined,
    put: async (key, value, expected) => {
      check(key, expected);
      entries.set(key, { key, value: JSON.parse(JSON.stringify(value)), version: ++version });
      return version;
    },
    delete: async (key, expected) => {
      check(key, expected);
      entries.delete(key);
    },
    list: async <T>(prefix: string) =>
      [...entries.values()]
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1)) as Versioned<T>[],
    close: async () => undefined,
  };
}
