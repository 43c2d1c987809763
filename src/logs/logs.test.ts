import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileFilterPattern } from './filter-pattern/filter-pattern.ts';
import type { LogPosition } from './log-group.ts';
import { type Logs, openLogs } from './logs.ts';

const PLACE = { account: '123456789012', region: 'eu-central-1' };
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };
const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 10);

let folder: string;
let logs: Logs;
let time: number;
let refusal: string | undefined;

const open = () => openLogs({ path: folder, now: () => time, refusal: () => refusal });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'opentrail-logs-'));
  time = START;
  refusal = undefined;
  logs = open();
  await makeGroup('g');
});
afterEach(async () => {
  await logs.close();
  rmSync(folder, { recursive: true, force: true });
});

async function makeGroup(name: string): Promise<void> {
  await logs.groups.create({ ...PLACE, name, createdAt: time, tags: [], metricFilters: [] });
  await logs.streams.create(logs.groups.get(PLACE, name), 's', time);
}

const put = (messages: readonly string[], options: { at?: number; stream?: string; group?: string } = {}) =>
  logs.append(
    PLACE,
    options.group ?? 'g',
    options.stream ?? 's',
    messages.map((message) => ({ time: options.at ?? time, message })),
  );

function read(options: { direction?: 'forward' | 'backward'; position?: LogPosition; events?: number } = {}) {
  const group = logs.groups.get(PLACE, 'g');
  const { direction = 'forward', position, events = 100 } = options;
  return logs.read(group, logs.streams.get(group, 's'), {
    range: ALL,
    direction,
    ...(position && { position }),
    limits: { events, bytes: 1 << 20 },
  });
}

async function search(pattern = '', options: { limit?: number; after?: LogPosition; group?: string } = {}) {
  const page = await logs.search(logs.groups.get(PLACE, options.group ?? 'g'), {
    range: ALL,
    pattern: compileFilterPattern(pattern),
    limit: options.limit ?? 100,
    ...(options.after && { after: options.after }),
  });
  return { messages: page.events.map(({ message }) => message), next: page.next };
}

describe('events', () => {
  test('come back as they were, by time and then by arrival, after a restart too', async () => {
    await put(['b1', 'b2'], { at: START + 5 });
    await put(['a', 'größe "x"\n'], { at: START });
    await logs.close();
    logs = open();
    expect(read().map(({ message }) => message)).toEqual(['a', 'größe "x"\n', 'b1', 'b2']);
    expect((await search()).messages).toEqual(['a', 'größe "x"\n', 'b1', 'b2']);
    await put(['after'], { at: START });
    expect((await search()).messages).toEqual(['a', 'größe "x"\n', 'after', 'b1', 'b2']);
  });

  test('are paged forward and backward without a gap or a double', async () => {
    await put(Array.from({ length: 25 }, (_, index) => `m${index}`));
    const forward: string[] = [];
    for (let position: LogPosition | undefined; ; ) {
      const page = read({ events: 4, ...(position && { position }) });
      if (page.length === 0) break;
      forward.push(...page.map(({ message }) => message));
      position = page.at(-1)!;
    }
    expect(forward).toEqual(Array.from({ length: 25 }, (_, index) => `m${index}`));
    const backward: string[] = [];
    for (let position: LogPosition | undefined; ; ) {
      const page = read({ direction: 'backward', events: 4, ...(position && { position }) });
      if (page.length === 0) break;
      backward.push(...page.map(({ message }) => message));
      position = page.at(-1)!;
    }
    expect(backward).toEqual(forward.toReversed());
  });

  test('are searched by pattern, page by page', async () => {
    await put(Array.from({ length: 30 }, (_, index) => JSON.stringify({ n: index })));
    const first = await search('{ $.n >= 10 }', { limit: 15 });
    expect(first.messages).toHaveLength(15);
    const second = await search('{ $.n >= 10 }', { limit: 15, after: first.next! });
    expect([...first.messages, ...second.messages].map((text) => JSON.parse(text).n)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 10),
    );
    expect(second.next).toBeUndefined();
  });

  test('of other groups and streams stay apart', async () => {
    await makeGroup('g2');
    await put(['one'], { group: 'g2' });
    await put(['two']);
    expect((await search()).messages).toEqual(['two']);
    expect((await search('', { group: 'g2' })).messages).toEqual(['one']);
  });

  test('are counted by group', async () => {
    await put(['12345', '6']);
    expect(logs.groups.size(logs.groups.get(PLACE, 'g'))).toEqual({ events: 2, bytes: 6 + 2 * 26 });
  });

  test('are refused while the disk is full', async () => {
    refusal = 'the disk is full';
    await expect(put(['x'])).rejects.toMatchObject({ code: 'ServiceUnavailableException' });
    expect(read()).toEqual([]);
  });
});

describe('a marked append', () => {
  const append = (from: number, to: number) => {
    const numbers = Array.from({ length: to - from }, (_, index) => from + index);
    const events = numbers.map((number) => ({ time, message: `n${number}` }));
    return logs.append(PLACE, 'g', 's', events, { source: 'trail', numbers, next: to });
  };

  test('that is repeated takes only what is new, after a restart too', async () => {
    expect(await append(10, 15)).toBe(5);
    expect(await append(10, 15)).toBe(0);
    await logs.close();
    logs = open();
    expect(await append(12, 17)).toBe(2);
    expect(read().map(({ message }) => message)).toEqual(['n10', 'n11', 'n12', 'n13', 'n14', 'n15', 'n16']);
  });

  test('of a source that was forgotten begins anew', async () => {
    await append(0, 2);
    await logs.forget('trail');
    expect(await append(0, 2)).toBe(2);
  });
});

describe('retention', () => {
  const retain = (days: number) =>
    logs.groups.update(PLACE, 'g', (group) => ({ ...group, retentionDays: days }));

  test('hides old events at once and clears them away', async () => {
    await put(Array.from({ length: 2_500 }, (_, index) => `old${index}`));
    await retain(1);
    time += DAY + 1;
    await put(['new']);
    expect((await search()).messages).toEqual(['new']);
    await logs.sweep();
    expect(logs.groups.size(logs.groups.get(PLACE, 'g'))).toEqual({ events: 1, bytes: 29 });
    await logs.groups.update(PLACE, 'g', ({ retentionDays: _gone, ...group }) => group);
    expect((await search()).messages).toEqual(['new']);
    expect(read().map(({ message }) => message)).toEqual(['new']);
  });
});

describe('deleting', () => {
  test('a group takes its events, and one of the same name begins empty', async () => {
    await put(Array.from({ length: 1_500 }, (_, index) => `${index}`));
    await logs.groups.delete(PLACE, 'g');
    expect(() => logs.groups.get(PLACE, 'g')).toThrow('The specified log group does not exist.');
    await makeGroup('g');
    expect((await search()).messages).toEqual([]);
    await logs.sweep();
    await put(['x']);
    expect((await search()).messages).toEqual(['x']);
  });

  test('a stream takes its events out of searches and sizes', async () => {
    const group = logs.groups.get(PLACE, 'g');
    await logs.streams.create(group, 'other', time);
    await put(['kept']);
    await put(['gone'], { stream: 'other' });
    await logs.streams.delete(group, 'other');
    expect((await search()).messages).toEqual(['kept']);
    await logs.sweep();
    expect(logs.groups.size(group)).toEqual({ events: 1, bytes: 30 });
    await expect(put(['x'], { stream: 'other' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  test('what is not there is refused', async () => {
    await expect(logs.groups.delete(PLACE, 'no')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    const group = logs.groups.get(PLACE, 'g');
    await expect(logs.streams.delete(group, 'no')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('names', () => {
  test('are taken once', async () => {
    await expect(makeGroup('g')).rejects.toMatchObject({ code: 'ResourceAlreadyExistsException' });
    await expect(logs.streams.create(logs.groups.get(PLACE, 'g'), 's', time)).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
  });

  test('are listed by prefix, part, and page, of the own account and Region', async () => {
    for (const name of ['a/1', 'a/2', 'b/1']) await makeGroup(name);
    await logs.groups.create({
      ...PLACE,
      region: 'us-east-1',
      name: 'a/3',
      createdAt: 0,
      tags: [],
      metricFilters: [],
    });
    const names = (listing: object) =>
      logs.groups.list(PLACE, { limit: 50, ...listing }).map(({ name }) => name);
    expect(names({})).toEqual(['a/1', 'a/2', 'b/1', 'g']);
    expect(names({ prefix: 'a/' })).toEqual(['a/1', 'a/2']);
    expect(names({ part: '/1' })).toEqual(['a/1', 'b/1']);
    expect(names({ limit: 2 })).toEqual(['a/1', 'a/2']);
    expect(names({ after: 'a/2' })).toEqual(['b/1', 'g']);
  });

  test('of streams are listed by name and by last event', async () => {
    const group = logs.groups.get(PLACE, 'g');
    for (const name of ['t1', 't2']) await logs.streams.create(group, name, time);
    await put(['x'], { stream: 't1', at: START + 10 });
    await put(['x'], { stream: 't2', at: START + 5 });
    const names = (listing: object) =>
      logs.streams.list(group, { orderBy: 'name', descending: false, ...listing }).map(({ name }) => name);
    expect(names({})).toEqual(['s', 't1', 't2']);
    expect(names({ prefix: 't', descending: true })).toEqual(['t2', 't1']);
    expect(names({ orderBy: 'last-event', descending: true })).toEqual(['t1', 't2', 's']);
  });
});
