import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlockWriter } from './block.ts';
import { BlockMemory } from './block-memory.ts';
import { type CollectedStore, type DealtFile, openCollectedStore } from './collected-store.ts';
import { Forgetting, type Keeping } from './forgetting.ts';
import { MarkWriter } from './marks.ts';
import { KEY_BYTES, writeRecordKey } from './record-key.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
let now: number;
let path: string;
let store: CollectedStore;

const open = () => openCollectedStore({ path, now: () => now, maxBytes: 1 << 30 });

beforeEach(async () => {
  now = START;
  path = mkdtempSync(join(tmpdir(), 'forgetting-'));
  store = open();
  await store.book.enroll('s');
});
afterEach(async () => {
  await store.close();
  rmSync(path, { recursive: true });
});

/** A file of records of one time; its ids begin with `name`. The records themselves are tiny: ids are what is measured. */
function fileOf(name: string, time: number, count = 1): DealtFile {
  const raw = Buffer.from('{}');
  const fields = {
    ...{ account: '111111111111', region: 'us-east-1', source: 's3.amazonaws.com', name: 'PutObject' },
    ...{ user: '', arn: '', accessKeyId: '', sourceIp: '', errorCode: '', readOnly: '', category: '' },
  };
  const block = new BlockWriter();
  block.begin({ sourceId: 's', bucket: 'b', key: name, arrivedAt: time }, 'default');
  const marks = new MarkWriter();
  for (let position = 0; position < count; position++) {
    const eventId = `${name}-${position}`;
    block.add({
      ...{ position, eventId, time, fields, enrichment: {}, raw, rule: 'all', tags: [], priority: '' },
    });
    marks.add(eventId, time, raw);
  }
  return {
    ref: { sourceId: 's', bucket: 'b', key: `${name} ${Math.random()}`, etag: 'x', size: 2, day: 0 },
    outcome: 'done',
    content: {
      blocks: [{ block: block.finish(new BlockMemory(0)), marks: marks.finish() }],
      ...{ records: count, early: 0, discarded: new Map(), invalid: 0, foreign: 0, bytes: 2 * count },
    },
  };
}

/** A model of the repositories: each record by its time, dropped when it is too old, and doubled when it comes twice. */
class Repositories {
  readonly rows: { id: string; time: number }[] = [];
  days = 60;
  cursor = 0;

  async feed(): Promise<void> {
    for (;;) {
      const { records, next } = await store.read(this.cursor, { maxBytes: 1 << 20 });
      for (const { eventId, time } of records) this.rows.push({ id: eventId, time });
      if (next === this.cursor) return;
      this.cursor = next;
    }
  }

  drop(): void {
    const kept = this.rows.filter(({ time }) => time >= now - this.days * DAY);
    this.rows.splice(0, this.rows.length, ...kept);
  }

  get keeping(): Keeping {
    const oldest = this.rows.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);
    return { retentionDays: this.days, oldest: this.rows.length === 0 ? undefined : oldest };
  }
}

const forgettingWith = (repos: Repositories, keeping = async () => repos.keeping) =>
  new Forgetting({ store, cursor: () => repos.cursor, keeping, now: () => now });

test('forgets what no repository keeps any more, and what is kept is never doubled', async () => {
  const repos = new Repositories();
  const forgetting = forgettingWith(repos);
  for (let day = 0; day < 150; day += 3) {
    now = START + day * DAY;
    // Everything is delivered again and again, however old.
    const days = [0, 3, 30, 57, 60, 63, 99].filter((before) => before <= day);
    const files = days.map((before) => fileOf(`day ${day - before}`, now - before * DAY));
    await Promise.all(files.map((file) => store.commit(file)));
    await repos.feed();
    repos.drop();
    await forgetting.tick(['s']);
  }
  expect(new Set(repos.rows.map(({ id }) => id)).size).toBe(repos.rows.length);
  expect(repos.rows.length).toBe(21);
  await forgetting.tick(['s']);
  // Those of the 60 days, and of the margin's: what came again long after that is forgotten again.
  expect(store.ids.size).toBeLessThan(25);
  expect(forgetting.forgotten).toBeGreaterThan(25);
});

test('forgets nothing while a repository still holds it, whatever its retention says', async () => {
  const repos = new Repositories();
  repos.days = 1;
  await store.commit(fileOf('old', START));
  await repos.feed();
  now = START + 100 * DAY;
  const forgetting = forgettingWith(repos);
  for (let round = 0; round < 3; round++) await forgetting.tick(['s']);
  expect([forgetting.forgotten, store.ids.size]).toEqual([0, 1]);
  repos.drop();
  for (let round = 0; round < 2; round++) await forgetting.tick(['s']);
  expect([forgetting.forgotten, store.ids.size]).toEqual([1, 0]);
});

test('forgets nothing that lies in the log and is in no repository yet', async () => {
  const repos = new Repositories();
  await store.commit(fileOf('waiting', START));
  now = START + 100 * DAY;
  const forgetting = forgettingWith(repos);
  for (let round = 0; round < 3; round++) await forgetting.tick(['s']);
  expect(store.ids.size).toBe(1);
});

test('forgets nothing of a back-fill that begins while a round is under way', async () => {
  const repos = new Repositories();
  await store.commit(fileOf('young', START));
  await repos.feed();
  now = START + 100 * DAY;
  repos.days = 10;
  repos.drop();
  const forgetting = forgettingWith(repos, async () => {
    const known = repos.keeping;
    // The retention is prolonged, and what came long ago comes again: after the repositories were asked.
    await store.commit(fileOf('back', START + DAY));
    return known;
  });
  await forgetting.tick(['s']);
  await forgetting.tick(['s']);
  expect(store.ids.get(markOf('back', START + DAY))).toBeDefined();
  expect(store.ids.get(markOf('young', START))).toBeUndefined();
});

function markOf(name: string, time: number): Buffer {
  const mark = Buffer.alloc(KEY_BYTES);
  writeRecordKey(`${name}-0`, time, mark, 0);
  return mark;
}

test('keeps what bears no time, and what is younger than the look-back', async () => {
  const repos = new Repositories();
  repos.days = 1;
  const timeless = fileOf('timeless', 0);
  await store.commit(timeless);
  await store.commit(fileOf('young', START));
  await repos.feed();
  now = START + 39 * DAY;
  repos.drop();
  const forgetting = forgettingWith(repos);
  for (let round = 0; round < 3; round++) await forgetting.tick(['s']);
  expect(store.ids.size).toBe(2);
  now = START + 41 * DAY;
  for (let round = 0; round < 3; round++) await forgetting.tick(['s']);
  expect(store.ids.size).toBe(1);
});

test('the memory of ids stops to grow on disk, and a restart within changes nothing', async () => {
  const repos = new Repositories();
  repos.days = 30;
  const PER_FILE = 3_000;
  store.hold('repos', () => repos.cursor);
  const sizes: number[] = [];
  let forgetting = forgettingWith(repos);
  for (let day = 0; day < 240; day += 8) {
    now = START + day * DAY;
    await store.commit(fileOf(`day ${day}`, now, PER_FILE));
    repos.cursor = store.head();
    await store.trim();
    repos.rows.push({ id: `day ${day}`, time: now });
    repos.drop();
    await forgetting.tick(['s']);
    if (day % 80 === 40) {
      // In the midst of forgetting.
      const round = store.ids.begin();
      void store.ids.forget(now - 41 * DAY, round);
      await store.close();
      store = open();
      store.hold('repos', () => repos.cursor);
      forgetting = forgettingWith(repos);
    }
    if (day >= 96) sizes.push(statSync(join(path, 'data.mdb')).size);
  }
  // The look-back is 40 days: from day 96 on the file does not grow by more than its blocks need.
  expect(store.ids.size).toBeLessThan(9 * PER_FILE);
  expect(sizes.at(-1)!).toBeLessThan(sizes[0]! * 1.2);
}, 120_000);

test('files in the quarantine are forgotten when asked for, or after a year and more, and counted', async () => {
  const trouble = (key: string, since: number) => {
    const ref = { sourceId: 's', bucket: 'b', key, etag: 'x', size: 1, day: 0 };
    const told = { reason: 'damaged', message: 'no gzip', attempts: 1, records: 0, since } as const;
    return { ref, outcome: 'quarantined', trouble: { ...ref, ...told, kind: 'quarantine' } } as const;
  };
  await store.commit(trouble('old', now));
  await store.commit(trouble('asked', now));
  now += 300 * DAY;
  await store.commit(trouble('young', now));
  const keys = () => [...store.book.troubles('s')].map(({ key }) => key);
  expect(await store.forgetTroubles('s', ({ key }) => key === 'asked')).toBe(1);
  expect(keys()).toEqual(['old', 'young']);
  now += 101 * DAY;
  await forgettingWith(new Repositories()).tick(['s']);
  expect(keys()).toEqual(['young']);
  expect(store.counts('s')).toMatchObject({ forgotten: 2, quarantined: { damaged: 3 } });
  await store.commit(trouble('next', now));
  await store.close();
  store = open();
  expect(store.counts('s')).toMatchObject({ forgotten: 2, quarantined: { damaged: 4 } });
});
