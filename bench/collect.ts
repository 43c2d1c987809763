import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CollectingHouse } from './collect/collecting-house.ts';
import { makeLogFiles } from './collect/log-files.ts';
import { cpuOf, MemoryPeak, startProgram } from './collect/processes.ts';

// `npm run bench -- collect [--events N] [--files N] [--duckdb columns,records,types]`: from log files in a bucket into a
// repository where searches find them, and DuckDB beside it with the same files. `--tiny N`: N files of two events; files a
// second, and what the hours after that cost. The files are made once, into OPENTRAIL_BENCH_DIR (default: the system's
// temporary folder). On a shared machine compare processor seconds, not seconds.
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    files: { type: 'string', default: '1000' },
    tiny: { type: 'string' },
    duckdb: { type: 'string', default: 'columns,records,types' },
  },
});
const DAY = 86_400_000;
/** Tiny files of one day. */
const A_DAY = 500;
const now = Date.UTC(2026, 0, 21);
const tiny = values.tiny === undefined ? undefined : Number(values.tiny);
const files = tiny ?? Number(values.files);
const events = tiny === undefined ? Number(values.events) : 2 * tiny;
const days = tiny === undefined ? 10 : Math.ceil(tiny / A_DAY);
const place = process.env.OPENTRAIL_BENCH_DIR ?? tmpdir();
const folder = join(place, `opentrail-log-files-${events}-${files}`);
makeLogFiles({ folder, events, files, days, end: now });

const [server, port] = await startProgram(join(import.meta.dirname, 'collect', 'bucket-server.js'), [folder]);
let hours = 0;
const house = new CollectingHouse({
  bucket: `http://127.0.0.1:${port}`,
  start: now - days * DAY,
  now: () => now + hours * 3_600_000,
});
await house.open();
const ours = await measure();
if (tiny !== undefined) await measureHours();
await house.close();
server.kill();
if (tiny === undefined) for (const form of values.duckdb.split(',')) compare(form);

async function measure() {
  const { engine, feed } = house.rooms;
  await engine.ready();
  const cpu = () => [cpuOf(process.pid), cpuOf(engine.pid!), cpuOf(server.pid!)] as const;
  const before = cpu();
  const memory = new MemoryPeak(() => [process.pid, engine.pid]);
  const began = performance.now();
  house.collect();
  let durable = 0;
  while (feed.cursor() < events) {
    await setTimeout(20);
    if (durable === 0 && house.counts.records === events) durable = performance.now() - began;
  }
  const seconds = (performance.now() - began) / 1000;
  memory.stop();
  const after = cpu();
  const [own, engines, servers] = after.map((end, at) => end - before[at]!) as [number, number, number];
  const { kept, duplicates, bytes, fileBytes } = house.counts;
  const repo = (await house.rooms.repos.list()).find(({ name }) => name === 'default')!;
  if (repo.rows !== events) throw new Error(`${repo.rows} rows of ${events} events`);
  console.log(
    `${events} events in ${files} files (${mega(fileBytes)} MB, ${mega(bytes)} MB unpacked), ${kept} kept, ${duplicates} duplicates\n` +
      `  durable after ${(durable / 1000).toFixed(1)} s; to be found after ${seconds.toFixed(1)} s: ` +
      `${rate(events, seconds)} events/s, ${rate(files, seconds)} files/s\n` +
      `  processor: ${(own + engines).toFixed(1)} s (collector ${own.toFixed(1)}, engine ${engines.toFixed(1)}), ` +
      `${micro(own + engines)} µs an event; the bucket's server took ${servers.toFixed(1)} s more\n` +
      `  memory: peak ${mega(memory.all)} MB, collector and engine together, ${mega(memory.own)} MB without mapped files\n` +
      `  kept: ${(repo.bytes / events).toFixed(0)} bytes an event in the repository; log, ids and file book ` +
      `${(house.bytesOf('collected', 'data.mdb') / events).toFixed(0)}`,
  );
  return { seconds, cpu: own + engines };
}

/** What a day of hourly looks at the bucket costs, when nothing new is there. */
async function measureHours(): Promise<void> {
  while ((await house.status()).state !== 'idle') await setTimeout(20);
  await quiet();
  // What the first hours find due was never looked at before.
  for (const [what, until] of [
    ['the first day', 24],
    ['the second day', 48],
  ] as const) {
    const before = await asked();
    const cpu = cpuOf(process.pid);
    while (hours < until) {
      hours++;
      await house.wake();
      while (((await house.status()).lastRunAt ?? 0) < now + hours * 3_600_000) await setTimeout(5);
      while ((await house.status()).state !== 'idle') await setTimeout(5);
      await quiet();
    }
    const { lists, gets } = await asked();
    console.log(
      `  ${what} after that, hour by hour: ${lists - before.lists} requests for listings, ${gets - before.gets} for files, ` +
        `${((cpuOf(process.pid) - cpu) / 24).toFixed(3)} s of processor an hour`,
    );
  }
}

/** Older days are looked at behind the round's back. */
async function quiet(): Promise<void> {
  for (let before = -1, lists = 0; lists !== before; ) {
    before = lists;
    await setTimeout(30);
    ({ lists } = await asked());
  }
}

async function asked(): Promise<{ readonly lists: number; readonly gets: number }> {
  return (await (await fetch(`http://127.0.0.1:${port}/?counts`)).json()) as { lists: number; gets: number };
}

/** DuckDB in a process of its own, after the files were read once by us: they are in the page cache. */
function compare(form: string): void {
  const program = join(import.meta.dirname, 'collect', 'duckdb.js');
  const database = join(place, `opentrail-duckdb-${process.pid}`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [program, join(folder, '**', '*.json.gz'), database, form],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (existsSync(database)) rmSync(database);
  rmSync(`${database}.wal`, { force: true });
  if (status !== 0) {
    console.log(`DuckDB (${form}) did not come to its end: nothing to compare with`);
    return;
  }
  const found = JSON.parse(stdout) as Record<'events' | 'seconds' | 'cpu' | 'peak' | 'bytes', number>;
  console.log(
    `DuckDB (${form}): ${found.seconds.toFixed(1)} s, ${rate(found.events, found.seconds)} events/s, ` +
      `processor ${found.cpu.toFixed(1)} s, ${micro(found.cpu)} µs an event, peak ${mega(found.peak)} MB, ` +
      `${(found.bytes / found.events).toFixed(0)} bytes an event; ` +
      `opentrail: ${(found.seconds / ours.seconds).toFixed(2)} times as fast, ${(found.cpu / ours.cpu).toFixed(2)} by processor time`,
  );
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function rate(count: number, seconds: number): number {
  return Math.round(count / seconds);
}

function micro(seconds: number): string {
  return ((seconds / events) * 1e6).toFixed(1);
}
