import { describe, expect, test } from 'vitest';
import { type OwedLanes, startCarrier } from './carrier.ts';

/** Lanes in memory. */
class Lanes implements OwedLanes<string, string> {
  readonly items: string[] = [];
  failsToDrop = false;
  #listener = () => {};
  owe(...items: string[]): void {
    this.items.push(...items);
    this.#listener();
  }
  lanes(): string[] {
    return [...new Set(this.items.map((item) => item[0]!))];
  }
  next(lane: string, limit: number) {
    return this.items
      .filter((item) => item.startsWith(lane))
      .slice(0, limit)
      .map((item) => ({ key: item, item }));
  }
  async drop(keys: readonly string[]): Promise<void> {
    if (this.failsToDrop) throw new Error('the disk is broken');
    for (const key of keys) this.items.splice(this.items.indexOf(key), 1);
  }
  onOwed(listener: () => void): void {
    this.#listener = listener;
  }
}

function open(down: ReadonlySet<string> = new Set()) {
  const owed = new Lanes();
  const carried: string[] = [];
  const waits: { run: () => void; milliseconds: number; isOff: boolean }[] = [];
  const errors: string[] = [];
  const carrier = startCarrier({
    owed,
    carry: async (item) => {
      if (down.has(item[0]!)) return false;
      carried.push(item);
      return true;
    },
    startTimer: (run, milliseconds) => {
      const wait = { run, milliseconds, isOff: false };
      waits.push(wait);
      return () => {
        wait.isOff = true;
      };
    },
    onError: (what) => errors.push(what),
  });
  return { owed, carried, waits, errors, carrier };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
}

describe('the carrier', () => {
  test('empties each lane in its order, and goes on when more becomes owed', async () => {
    const { owed, carried } = open();
    owed.owe('a1', 'b1', 'a2');
    owed.owe('a3');
    await settle();
    owed.owe('b2');
    await settle();
    expect(carried.filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(carried.filter((item) => item.startsWith('b'))).toEqual(['b1', 'b2']);
    expect(owed.items).toEqual([]);
  });

  test('lets a lane that is down wait longer each time, up to five minutes, and not the others', async () => {
    const down = new Set(['a']);
    const { owed, carried, waits } = open(down);
    owed.owe('a1', 'b1');
    for (let round = 0; round < 12; round++) {
      await settle();
      waits.at(-1)!.run();
    }
    await settle();
    expect(carried).toEqual(['b1']);
    expect(waits.map(({ milliseconds }) => milliseconds).slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(waits.at(-1)!.milliseconds).toBe(300_000);
    down.clear();
    waits.at(-1)!.run();
    await settle();
    expect(carried).toEqual(['b1', 'a1']);
    // It begins anew after a success.
    down.add('a');
    owed.owe('a2');
    await settle();
    expect(waits.at(-1)!.milliseconds).toBe(500);
  });

  test('lets go later of what it could not let go of, and does not carry it again', async () => {
    const { owed, carried, waits, errors } = open();
    owed.failsToDrop = true;
    owed.owe('a1');
    await settle();
    expect([carried, errors]).toEqual([['a1'], ['carrying what is owed to a']]);
    owed.failsToDrop = false;
    waits.at(-1)!.run();
    await settle();
    expect(carried).toEqual(['a1']);
    expect(owed.items).toEqual([]);
  });

  test('leaves the rest to the next process when it is closed', async () => {
    const { owed, waits, carrier, carried } = open(new Set(['a']));
    owed.owe('a1');
    await settle();
    await carrier.close();
    expect(waits.every(({ isOff }) => isOff)).toBe(true);
    owed.owe('b1');
    await settle();
    expect([carried, owed.items]).toEqual([[], ['a1', 'b1']]);
  });
});
