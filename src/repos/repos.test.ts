import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import { type Engine, openConnection, startEmbeddedEngine } from '../store/index.ts';
import { RepoBlockWriter } from './block/index.ts';
import { openRepos, type RepoRow, type Repos } from './index.ts';
import { tableOf } from './repo-table.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
let dir: string;
let engine: Engine;
let state: State;
let repos: Repos;
let now = NOW;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'repos-'));
  engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
  state = openLmdbState(join(dir, 'state'));
  repos = await openRepos({ connection: openConnection({ engine }), state, now: () => now });
});

afterAll(async () => {
  await repos.close();
  await engine.close();
  await state.close();
  rmSync(dir, { recursive: true, force: true });
});

function row(id: string, time: number): RepoRow {
  return {
    sourceId: 's1',
    bucket: 'logs',
    key: 'AWSLogs/1/x.json.gz',
    arrivedAt: NOW,
    eventId: id,
    time,
    fields: {
      account: '111111111111',
      region: 'us-east-1',
      source: 'iam.amazonaws.com',
      name: 'CreateUser',
      user: 'alice',
      arn: 'arn:aws:iam::111111111111:user/alice',
      accessKeyId: 'AKIA1',
      sourceIp: '10.1.2.3',
      errorCode: '',
      readOnly: 'false',
      category: 'Management',
    },
    enrichment: { 'geo.country': 'DE' },
    rule: 'catch-all',
    tags: ['#cloudtrail'],
    priority: 'normal',
    raw: Buffer.from(JSON.stringify({ eventID: id, filler: `${id} ${Math.sin(time)}`.repeat(30) })),
  };
}

async function sizeOf(name: string) {
  return (await repos.list()).find((repo) => repo.name === name);
}

test('the default repository is always there', async () => {
  expect(repos.names().map(({ name }) => name)).toContain('default');
  expect(await sizeOf('default')).toMatchObject({ rows: 0, retentionDays: 365 });
  await repos.insert('default', [row('d', NOW)], 't');
  expect(await sizeOf('default')).toMatchObject({ rows: 1 });
});

test('a token stores its rows once, however often it comes, and another token stores them again', async () => {
  await repos.ensure('once', { retentionDays: 30 });
  const rows = Array.from({ length: 50 }, (_, at) => row(`o${at}`, NOW - at * 1000));
  await Promise.all([repos.insert('once', rows, 'a'), repos.insert('once', rows, 'a')]);
  await repos.insert('once', rows, 'a');
  expect(await sizeOf('once')).toMatchObject({ rows: 50 });
  await repos.insert('once', [row('x', NOW)], 'b');
  expect(await sizeOf('once')).toMatchObject({ rows: 51 });
});

test('rows that the engine lost while it kept their token are written again, and no others', async () => {
  await repos.ensure('lost', { retentionDays: 365 });
  const rows = [row('new', NOW), row('old', NOW - 60 * 86_400_000)];
  await repos.insert('lost', rows, 'a');
  const connection = openConnection({ engine });
  await connection.command(
    `ALTER TABLE opentrail.${tableOf('lost')} DELETE WHERE position(raw, '"old"') > 0 SETTINGS mutations_sync = 2`,
  );
  await connection.close();
  expect(await sizeOf('lost')).toMatchObject({ rows: 1 });
  await repos.insert('lost', rows, 'a');
  await repos.insert('lost', rows, 'a');
  expect(await sizeOf('lost')).toMatchObject({ rows: 2 });
});

test('a kill of the engine within inserts loses nothing and doubles nothing', async () => {
  await repos.ensure('killed', { retentionDays: 30 });
  const batches = Array.from({ length: 8 }, (_, batch) =>
    Array.from({ length: 200 }, (_, at) => row(`k${batch}-${at}`, NOW - (batch * 200 + at) * 3_600_000)),
  );
  let kills = 0;
  for (const [at, batch] of batches.entries()) {
    const inserting = repos.insert('killed', batch, `kill-${at}`);
    if (at % 3 === 1 && engine.pid !== undefined) {
      process.kill(engine.pid, 'SIGKILL');
      kills++;
    }
    await inserting.catch(() => repos.insert('killed', batch, `kill-${at}`));
  }
  expect(kills).toBeGreaterThan(0);
  expect(await sizeOf('killed')).toMatchObject({ rows: 1600 });
});

test('retention drops whole months, and a part of a month when it is worth it; the disk is free after that', async () => {
  await repos.ensure('kept', { retentionDays: 10 });
  const rows = Array.from({ length: 3000 }, (_, at) => row(`r${at}`, NOW - (at * 90 * DAY) / 3000));
  await repos.insert('kept', rows, 'kept');
  const before = await sizeOf('kept');
  expect(before?.rows).toBe(3000);
  const freed = (await repos.dropExpired()).get('kept');
  const after = await sizeOf('kept');
  const young = rows.filter(({ time }) => time >= NOW - 10 * DAY).length;
  expect(after?.rows).toBe(young);
  expect(freed?.rows).toBe(3000 - young);
  expect(after?.bytes).toBeLessThan((before?.bytes ?? 0) / 4);
  // An hour later hardly anything is older: the month is left as it is, and its rows with it.
  now += 3_600_000;
  expect((await repos.dropExpired()).get('kept')).toBeUndefined();
  now = NOW;
});

test('a longer retention keeps what a shorter one would drop, and both survive a restart', async () => {
  await repos.ensure('long', { retentionDays: 3000 });
  await repos.insert('long', [row('old', NOW - 2000 * DAY)], 'old');
  await repos.dropExpired();
  expect(await sizeOf('long')).toMatchObject({ rows: 1, retentionDays: 3000 });
  const again = await openRepos({ connection: openConnection({ engine }), state, now: () => now });
  expect(again.names()).toEqual(repos.names());
  await again.close();
});

test('as many small blocks as come in one insert fit into the memory of the engine', async () => {
  await repos.ensure('small', { retentionDays: 3650 });
  const blocks = Array.from({ length: 1000 }, (_, at) => {
    const writer = new RepoBlockWriter();
    writer.add(row(`small ${at}`, NOW), row(`small ${at}`, NOW - at));
    const block = Buffer.alloc(writer.size());
    writer.write(block, 0);
    return block;
  });
  await repos.insertBlocks('small', blocks, 'small');
  expect((await repos.list()).find(({ name }) => name === 'small')?.rows).toBe(1000);
});

test('a dropped repository is gone, its name may come again and is empty', async () => {
  await repos.ensure('gone', { retentionDays: 1 });
  await repos.insert('gone', [row('g', NOW)], 'g');
  await repos.drop('gone');
  await expect(repos.insert('gone', [row('g', NOW)], 'g')).rejects.toThrow(/there is no "gone"/);
  await repos.ensure('gone', { retentionDays: 1 });
  expect(await sizeOf('gone')).toMatchObject({ rows: 0 });
  await repos.insert('gone', [row('g', NOW)], 'g');
  expect(await sizeOf('gone')).toMatchObject({ rows: 1 });
});

test.each(['', 'history', 'x'.repeat(129)])('refuses the name %s', async (name) => {
  await expect(repos.ensure(name, { retentionDays: 1 })).rejects.toThrow(/cannot be a name/);
});

test('strange names are names', async () => {
  for (const name of ["x'); DROP TABLE opentrail.events; --", '../..', 'Ünï/code', '__proto__']) {
    await repos.ensure(name, { retentionDays: 5 });
    await repos.insert(name, [row('s', NOW)], 's');
    expect(await sizeOf(name)).toMatchObject({ rows: 1 });
  }
});

test('an odd row is stored: no text, no id, a time before 1970, quotes in everything', async () => {
  await repos.ensure('odd', { retentionDays: 36_500 });
  await repos.insert(
    'odd',
    [{ ...row('', -5), raw: Buffer.alloc(0), tags: [], enrichment: {} }, row('a"b\\', 8e15)],
    'odd',
  );
  expect(await sizeOf('odd')).toMatchObject({ rows: 2 });
});
