import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openEnvironment } from './environment.ts';

/** How large files of this process may become: the nearest thing to a full disk that needs no other rights. */
function limitFiles(bytes: number | 'unlimited'): void {
  const done = spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]);
  if (done.status !== 0) throw new Error(`prlimit: ${done.error?.message ?? done.stderr}`);
}

// What nobody hears fails the whole run.
it.runIf(process.platform === 'linux')(
  'a commit that fails is told to who waits for it, and to nobody else',
  async () => {
    const path = mkdtempSync(join(tmpdir(), 'opentrail-lmdb-full-'));
    const ignore = () => undefined;
    process.on('SIGXFSZ', ignore);
    const root = openEnvironment<number>(path);
    const table = root.openDB<Buffer, number>({ name: 'table', encoding: 'binary' });
    const write = (n: number) => table.put(n, Buffer.alloc(10_000));
    await write(0);
    limitFiles(300_000);
    try {
      const failed = await Promise.allSettled([
        table.batch(() => {
          for (let n = 1; n < 100; n++) void write(n);
        }),
      ]);
      expect(failed[0].status).toBe('rejected');
      const inTransaction = root.transaction(() => {
        for (let n = 1; n < 100; n++) void write(n);
      });
      await expect(inTransaction).rejects.toThrow('Commit failed');
      for (let turn = 0; turn < 20; turn++) await setImmediate();
    } finally {
      limitFiles('unlimited');
      process.off('SIGXFSZ', ignore);
    }
    expect([...table.getKeys({})]).toEqual([0]);
    await write(1);
    expect([...table.getKeys({})]).toEqual([0, 1]);
    await root.close();
    rmSync(path, { recursive: true });
  },
);
