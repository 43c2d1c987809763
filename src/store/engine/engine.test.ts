import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AcceptedEvent } from '../../event/index.ts';
import { type EventStore, openEventStore } from '../index.ts';
import { findChildProgram } from './child-program.ts';
import { type Engine, startEmbeddedEngine } from './engine.ts';

let dir: string;
let engine: Engine;
let store: EventStore;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'engine-'));
  engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
  store = await openEventStore({ engine });
  await store.ready();
});

afterEach(async () => {
  await store.close();
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});

function make(count: number, name: string): AcceptedEvent[] {
  return Array.from({ length: count }, (_, at) => {
    const eventId = `${name}-${at}`;
    const raw = Buffer.from(JSON.stringify({ eventID: eventId, eventName: name, filler: 'x'.repeat(1000) }));
    return {
      account: 'a',
      region: 'r',
      eventId,
      time: 1_700_000_000_000 + at * 1000,
      category: 'Management',
      raw,
    };
  });
}

async function count(name?: string): Promise<number> {
  const attributes = name === undefined ? [] : [{ key: 'EventName' as const, value: name }];
  return (await store.lookup({ accounts: ['a'], attributes, start: 0, end: 2e12, limit: 100_000 })).length;
}

/** One statement straight to the socket, as curl would send it. */
function send(
  path: string,
  body: string,
): Promise<{ status: number; code: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: engine.socketPath, method: 'POST', path },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        const code = response.headers['x-clickhouse-exception-code'] as string | undefined;
        resolve({ status: response.statusCode ?? 0, code, text });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

test('kills of the engine while inserting lose nothing and store nothing twice, in either table', async () => {
  const batches = Array.from({ length: 12 }, (_, at) => make(300, `batch${at}`));
  const inserts = (async () => {
    for (const [at, batch] of batches.entries()) await store.insert(batch, `batch${at}`);
  })();
  let kills = 0;
  let done = false;
  const finished = inserts.finally(() => {
    done = true;
  });
  while (!done && kills < 4) {
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, 120 + kills * 90))]);
    if (done || engine.pid === undefined) continue;
    process.kill(engine.pid, 'SIGKILL');
    kills += 1;
    await Promise.race([finished, engine.ready()]);
  }
  await finished;
  expect(kills).toBeGreaterThan(0);
  expect(engine.restarts).toBeGreaterThan(0);
  for (const [at] of batches.entries()) expect(await count(`batch${at}`)).toBe(300);
  expect((await store.size()).events).toBe(3600);
});

test('an insert that died between the two tables is made whole by its repetition', async () => {
  await send('/', 'ALTER TABLE opentrail.events ADD CONSTRAINT broken CHECK 1 = 0');
  await expect(store.insert(make(20, 'half'), 'half')).rejects.toThrow(/VIOLATED_CONSTRAINT|violated/i);
  const index = await send('/', 'SELECT count() FROM opentrail.attributes FORMAT TabSeparated');
  expect(Number(index.text)).toBeGreaterThan(0);
  expect(await count('half')).toBe(0);
  await send('/', 'ALTER TABLE opentrail.events DROP CONSTRAINT broken');
  await store.insert(make(20, 'half'), 'half');
  expect(await send('/', 'SELECT count() FROM opentrail.attributes FORMAT TabSeparated')).toEqual(index);
  expect(await count('half')).toBe(20);
});

test('what was inserted before a kill is there after it', async () => {
  await store.insert(make(100, 'kept'), 'kept');
  process.kill(engine.pid ?? 0, 'SIGKILL');
  expect(await count('kept')).toBe(100);
});

test('a second owner of the directory is refused with words', async () => {
  const second = await startEmbeddedEngine({
    path: join(dir, 'data'),
    socketPath: join(dir, 'other'),
    patience: 0,
  });
  await expect(second.ready()).rejects.toThrow(/in use by another process/);
  await second.close();
  await store.insert(make(1, 'still'), 'still');
  expect(await count('still')).toBe(1);
});

test('a socket path that the system would cut is refused', async () => {
  const socketPath = join(dir, 'x'.repeat(100));
  await expect(startEmbeddedEngine({ path: join(dir, 'b'), socketPath })).rejects.toThrow(
    /longer than 100 bytes/,
  );
});

test('the engine dies with its parent, however the parent dies', async () => {
  const options = JSON.stringify({ path: join(dir, 'orphan'), socketPath: join(dir, 'o'), memoryBytes: 5e8 });
  const program = JSON.stringify(await findChildProgram());
  const script = `
    const child = require('node:child_process').spawn(process.execPath, [${program}, ${JSON.stringify(options)}],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.once('message', () => console.log(child.pid));`;
  const { mkdirSync } = await import('node:fs');
  mkdirSync(join(dir, 'orphan'));
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const orphan = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (text) => resolve(Number(text))),
  );
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(orphan), { timeout: 10_000 }).toBe(false);
});

// All at one engine, because starting it takes most of the time of a test.
test('refuses as ClickHouse does', async () => {
  const refusals: readonly (readonly [sql: string, status: number, code: string])[] = [
    ['SELEC 1', 400, '62'],
    ['SELECT * FROM opentrail.missing', 404, '60'],
    ["SELECT throwIf(1, 'no')", 500, '395'],
    ['INSERT INTO opentrail.lanes FORMAT JSONEachRow', 500, '108'],
    [
      'SELECT sleepEachRow(1) FROM numbers(60) SETTINGS max_execution_time = 1, max_block_size = 1',
      500,
      '159',
    ],
  ];
  for (const [sql, status, code] of refusals) {
    const answer = await send('/', sql);
    expect(answer, sql).toMatchObject({ status, code });
    expect(answer.text).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: `));
  }
});

test('binds parameters, and leaves settings in the URL aside so that none sticks', async () => {
  const value = encodeURIComponent("it\\'s \\\\ \\t{x}");
  const bound = await send(
    `/?param_x=${value}&insert_deduplication_token=stuck`,
    'SELECT {x:String} AS x FORMAT JSONEachRow',
  );
  expect(JSON.parse(bound.text)).toEqual({ x: "it's \\ \t{x}" });
  await store.insert(make(1, 'one'), 'one');
  await store.insert(make(1, 'two'), 'two');
  expect(await count()).toBe(2);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('goes back to the parts that a damaged one was merged of, and answers', async () => {
  for (const name of ['one', 'two', 'three']) await store.insert(make(200, name), name);
  await send('/', 'OPTIMIZE TABLE opentrail.events FINAL');
  await send('/', 'SYSTEM DROP MARK CACHE');
  // What a disk that was full while parts were merged has left: marks of the new part without their bytes.
  const files = readdirSync(join(dir, 'data', 'store'), { recursive: true, encoding: 'utf8' });
  const marks = files.filter((file) => /\/\d{6}_1_3_1\/[^/]+\.c?mrk\d$/.test(file));
  expect(marks).toHaveLength(1);
  truncateSync(join(dir, 'data', 'store', marks[0]!), 0);
  expect(await count()).toBe(600);
  expect(engine.restarts).toBe(1);
});

test('starts anew when it is told to: what is asked meanwhile is answered', async () => {
  await store.insert(make(100, 'one'), 'one');
  const before = engine.pid;
  engine.startAnew('the disk was full');
  expect(await count()).toBe(100);
  expect(engine.pid).not.toBe(before);
});
