import { afterEach, beforeEach, expect, test } from 'vitest';
import type { State } from '../state/index.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Destination } from './destination.ts';
import { type Cursors, Forwarder } from './forwarder.ts';
import type { Feed, Outgoing } from './outgoing.ts';
import { ALL_IN, type Target } from './target.ts';

let stored: Cursors;
let isFull: boolean;
/** What was on disk at the time of each batch. */
let sent: Cursors[];
let forwarder: Forwarder;

const state = {
  get: async () => ({ key: 'c', value: stored, version: 1 }),
  async put(_key: string, value: Cursors) {
    if (isFull) throw new Error('ENOSPC');
    stored = value;
    return 2;
  },
} as unknown as State;

const feed: Feed = {
  name: 'recorded',
  head: () => 3,
  tail: () => 0,
  onAppend: () => () => undefined,
  read: async (from, { to = 3 }) => ({ from, next: to, events: [{ repo: '', raw: '{}' } as Outgoing] }),
};

function open(isStaged: boolean): Forwarder {
  const target: Target = {
    ...{ maxItems: 10, maxBytes: 1e6, maxItemBytes: 1e6, isStaged },
    encode: ({ raw }) => Buffer.from(raw),
    async send() {
      sent.push(stored);
      isFull = !isStaged;
      return ALL_IN;
    },
    close: () => undefined,
  };
  return new Forwarder({
    destination: { name: 'd', paused: false, giveUpAfter: 1e9 } as Destination,
    deadLetters: { count: async () => ({ events: 0 }) } as unknown as DeadLetters,
    ...{ target, feeds: [feed], cursors: stored, state, cursorKey: 'c', now: () => 0, random: () => 0 },
  });
}

beforeEach(() => {
  stored = { recorded: 0 };
  isFull = false;
  sent = [];
});
afterEach(() => forwarder.close());

test('holds in its feed what it has sent, until that is on disk', async () => {
  forwarder = open(false);
  forwarder.start();
  await expect.poll(async () => (await forwarder.status()).lastError, { timeout: 30_000 }).toBe('ENOSPC');
  expect(sent).toHaveLength(1);
  expect(stored).toEqual({ recorded: 0 });
  expect(forwarder.heldFrom('recorded')).toBe(0);
  expect((await forwarder.status()).behind).toBe(0);
});

test('sends no range that must come again as it is before its end is on disk', async () => {
  isFull = true;
  forwarder = open(true);
  forwarder.start();
  await expect.poll(async () => (await forwarder.status()).lastError, { timeout: 30_000 }).toBe('ENOSPC');
  expect(sent).toEqual([]);
});
