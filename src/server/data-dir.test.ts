import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDir } from './data-dir.ts';
import type { DataFormat } from './data-format.ts';

let path: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'data-dir-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(path, { recursive: true });
});

const formatOf = async () => JSON.parse(await readFile(join(path, 'format.json'), 'utf8')) as unknown;
const setFormat = (text: string) => writeFile(join(path, 'format.json'), text);
const entries = async () => (await readdir(path)).toSorted();

describe('the format of a data directory', () => {
  it('is written into a new one', async () => {
    const dir = await openDataDir(path);
    await dir.release();
    expect(await formatOf()).toEqual({ format: 1 });
    expect(await entries()).toEqual(
      expect.arrayContaining(['format.json', 'journal', 'lock.1', 'objects', 'state', 'store']),
    );
  });

  it('is refused with words when it is newer, and nothing is made in the directory', async () => {
    await setFormat('{"format":2}');
    await expect(openDataDir(path)).rejects.toThrow(
      /has format 2, this opentrail knows format 1: start the newer/,
    );
    expect(await entries()).toEqual(['format.json', 'lock.1']);
  });

  it.each(['', 'null', '{}', '{"format":"1"}', '{"format":0}', '{"format":1.5}', '[1'])(
    'is refused when it reads %j',
    async (text) => {
      await setFormat(text);
      await expect(openDataDir(path)).rejects.toThrow(/does not say which format/);
    },
  );

  describe('when it is older', () => {
    const ran: string[] = [];
    const step = (from: number) => ({
      from,
      upgrade: async (folder: string) => {
        ran.push(
          `${from} in ${folder === path ? 'place' : folder}, format ${JSON.stringify(await formatOf())}`,
        );
      },
    });
    const third: DataFormat = { version: 3, upgrades: [step(1), step(2)] };
    beforeEach(() => {
      ran.length = 0;
    });

    it('is upgraded step by step, each written down', async () => {
      await setFormat('{"format":1}');
      await (await openDataDir(path, third)).release();
      expect(ran).toEqual(['1 in place, format {"format":1}', '2 in place, format {"format":2}']);
      expect(await formatOf()).toEqual({ format: 3 });
      await (await openDataDir(path, third)).release();
      expect(ran).toHaveLength(2);
    });

    it('goes on after a step that failed, from that step', async () => {
      await setFormat('{"format":1}');
      let fails = true;
      const second = {
        from: 2,
        upgrade: async (folder: string) =>
          fails ? Promise.reject(new Error('power')) : step(2).upgrade(folder),
      };
      const format = { version: 3, upgrades: [step(1), second] };
      await expect(openDataDir(path, format)).rejects.toThrow('power');
      expect(await formatOf()).toEqual({ format: 2 });
      fails = false;
      await (await openDataDir(path, format)).release();
      expect(ran.map((line) => line[0])).toEqual(['1', '2']);
      expect(await formatOf()).toEqual({ format: 3 });
    });

    it('is refused with words when the step is no longer there', async () => {
      await setFormat('{"format":1}');
      await expect(openDataDir(path, { version: 3, upgrades: [step(2)] })).rejects.toThrow(
        /format 1, which this opentrail can no longer upgrade to 3/,
      );
    });
  });
});

describe('the lock of a data directory', () => {
  it('keeps a second one out until it is released', async () => {
    const dir = await openDataDir(path);
    await expect(openDataDir(path)).rejects.toThrow(`in use by another opentrail (process ${process.pid})`);
    await dir.release();
    const again = await openDataDir(path);
    await again.release();
    expect(await readFile(join(path, 'lock.2'), 'utf8')).toBe('');
  });

  it.each([
    ['a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, started: '1' })],
    ['a process whose number another one has now', JSON.stringify({ pid: process.pid, started: '1' })],
    ['a file that a crash left half-written', '{"pid":'],
    ['an empty file', ''],
  ])('is taken from %s', async (_, text) => {
    await writeFile(join(path, 'lock.7'), text);
    const dir = await openDataDir(path);
    await expect(openDataDir(path)).rejects.toThrow('in use');
    await dir.release();
    expect((await entries()).filter((name) => name.startsWith('lock'))).toEqual(['lock.8']);
  });

  it('goes to one of many who see the same dead holder', async () => {
    for (let round = 0; round < 50; round++) {
      const dead = JSON.stringify({ pid: 2 ** 22 + 1, started: String(round) });
      await writeFile(join(path, `lock.${1 + round * 2}`), dead);
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => openDataDir(path)));
      const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(won, `round ${round}`).toHaveLength(1);
      await won[0]!.release();
    }
  });

  it('is taken from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6); console.log("up")'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    await once(child.stdout!, 'data');
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    await writeFile(join(path, 'lock.7'), JSON.stringify({ pid: child.pid, started }));
    await expect(openDataDir(path)).rejects.toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await openDataDir(path)).release();
  });
});
