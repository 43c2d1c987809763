import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withSpooledRows } from './spooled-rows.ts';

let spool: string;
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), 'spool-'));
});
afterEach(() => rmSync(spool, { recursive: true, force: true }));

const large = (letter: string, more = 0) => Buffer.alloc((8 << 20) + more, letter);

async function spooled(rows: readonly Buffer[]): Promise<string> {
  let name = '';
  await withSpooledRows(spool, rows, async (file) => {
    expect(readFileSync(file).equals(Buffer.concat(rows))).toBe(true);
    name = file;
  });
  return name;
}

test('a file holds the rows and nothing else, also one that is written over', async () => {
  const first = await spooled([large('a', 500), Buffer.from('end')]);
  expect(await spooled([large('b')])).toBe(first);
  expect(await spooled([large('c', 9_000)])).toBe(first);
  const small = await spooled([Buffer.from('small')]);
  expect(existsSync(small)).toBe(false);
  expect(readdirSync(spool)).toHaveLength(1);
});

test('two at a time have two files, and one of them is kept', async () => {
  const names = await Promise.all([spooled([large('a')]), spooled([large('b')])]);
  expect(new Set(names).size).toBe(2);
  expect(readdirSync(spool)).toHaveLength(1);
});

test('a file that may still be read is not written over', async () => {
  const first = await spooled([large('a')]);
  const failing = withSpooledRows(spool, [large('b')], async (file) => {
    expect(file).toBe(first);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(readdirSync(spool)).toEqual([]);
  expect(await spooled([large('c')])).not.toBe(first);
});

test('a spool that was emptied meanwhile is told from a statement that failed', async () => {
  const emptied = withSpooledRows(spool, [large('a')], async (file) => {
    rmSync(file);
    throw new Error('no such file');
  });
  await expect(emptied).rejects.toMatchObject({ code: 'ENOENT' });
  // A spare that is gone is made again.
  rmSync(await spooled([large('b')]));
  await spooled([large('c')]);
});
