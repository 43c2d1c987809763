import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, nextNumber, openEnvironment } from './environment.ts';
import { hasMembers, readRows } from './rows.ts';
import { walk } from './walk.ts';

interface Thing {
  readonly name: string;
}

let path: string;
let root: RootDatabase<number, string>;
let things: Database<Thing, number>;

function reopen(): void {
  root = openEnvironment(path);
  things = root.openDB({ name: 'things', encoding: 'json' });
}

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'opentrail-lmdb-'));
  reopen();
});
afterEach(async () => {
  await root.close();
  rmSync(path, { recursive: true, force: true });
});

describe('an environment', () => {
  it('gives numbers out once, several at a time too, after a restart too', async () => {
    const take = (count?: number) => root.transaction(() => nextNumber(root, 'thing', count));
    expect([await take(), await take(3), await take()]).toEqual([1, 2, 5]);
    await root.close();
    reopen();
    expect(await take()).toBe(6);
  });

  it('hands on what a transaction throws, and writes nothing of it', async () => {
    const refused = inTransaction(root, () => {
      if (!things.doesExist(1)) throw new RangeError('no such thing');
      void things.put(1, { name: 'changed' });
    });
    await expect(refused).rejects.toThrow(RangeError);
    expect(things.get(1)).toBeUndefined();
    await expect(inTransaction(root, () => 'answer')).resolves.toBe('answer');
  });
});

describe('a check of an environment', () => {
  it('passes over a row that cannot be decoded or is not whole, and names it', async () => {
    await things.put(1, { name: 'one' });
    await things.put(2, {} as Thing);
    await things.put(3, { name: 'three' });
    const raw = root.openDB<Buffer, number>({ name: 'things', encoding: 'binary' });
    await raw.put(4, Buffer.from('{"name":"fo'));
    const told: string[] = [];
    const isWhole = (thing: Thing) => hasMembers(thing, { name: 'string' });
    const rows = [...readRows('things', things, isWhole, ({ table, key }) => told.push(`${table} ${key}`))];
    expect(rows.map(({ value }) => value.name)).toEqual(['one', 'three']);
    expect(told).toEqual(['things 2', 'things 4']);
  });

  it('finds nothing wrong with one that is whole, with values and tables in its own table', async () => {
    await root.put('counter', 1);
    await things.put(1, { name: 'one' });
    await root.close();
    await expect(walk(path)).resolves.toBeUndefined();
    reopen();
  });

  describe('of many pages', () => {
    const PAGE = 4_096;
    /** Where a page says how far its list of rows reaches. */
    const LOWER = 20;
    const file = () => join(path, 'data.mdb');

    beforeEach(async () => {
      await root.transaction(() => {
        for (let n = 0; n < 2_000; n++) void things.put(n, { name: 'x'.repeat(100) });
      });
      await root.close();
    });
    afterEach(reopen);

    it('finds a file that was cut', async () => {
      truncateSync(file(), 20 * PAGE);
      await expect(walk(path)).resolves.toMatch(
        /^its file has 81920 bytes, and the data reaches to byte \d+$/,
      );
      // Whoever opens it next must not trust it.
      rmSync(path, { recursive: true });
    });

    it('finds a page that became another of the same table', async () => {
      const bytes = readFileSync(file());
      const isFullLeaf = (at: number) =>
        bytes.includes('xxxxxxxx', at) && bytes.indexOf('xxxxxxxx', at) < at + PAGE;
      const leaves = Array.from({ length: bytes.length / PAGE }, (_, page) => page * PAGE).filter(isFullLeaf);
      // Fewer rows than its parents count: what a page of an older time looks like.
      const victim = leaves[5]!;
      bytes.writeUInt16LE(bytes.readUInt16LE(victim + LOWER) - 4, victim + LOWER);
      writeFileSync(file(), bytes);
      await expect(walk(path)).resolves.toMatch(/^table things: \d+ of 2000 rows are found$/);
    });
  });
});
