import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { firstOf, inspectDamaged } from '../lmdb/inspect.fixture.ts';
import { inspectQueues } from './inspect.ts';
import { DEFAULT_SETTINGS } from './queue.ts';
import { openQueues } from './queues.ts';
import { openQueuesEnvironment, type QueuesEnvironment } from './store/environment.ts';

const Q = { account: '111122223333', region: 'eu-west-1', name: 'q' };
const NOW = 1_000_000;

let path: string;

/** A queue with messages that wait, are in flight and are delayed; and one that was deleted with its messages. */
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'opentrail-queues-inspect-'));
  const queues = openQueues({ path, now: () => NOW, maxBytes: 1e6 });
  for (const name of ['q', 'gone'])
    await queues.book.create({ ...DEFAULT_SETTINGS, ...Q, name, tags: [], createdAt: NOW, modifiedAt: NOW });
  const say = (body: string, delay = 0) => ({ body, sender: 'AIDA', delay });
  await queues.send(Q, [say('a'), say('b'), say('c', 60)]);
  await queues.send({ ...Q, name: 'gone' }, [say('x')]);
  await queues.receive(Q, { limit: 1 });
  await queues.book.delete({ ...Q, name: 'gone' }, NOW);
  await queues.close();
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const inspect = (damage?: (env: QueuesEnvironment) => unknown) =>
  inspectDamaged({ path, open: openQueuesEnvironment, inspect: inspectQueues, damage });

test('finds nothing in what a room has left, and tells what is in it', async () => {
  const { told, found } = await inspect();
  expect(told).toEqual([]);
  expect(found.queues.map(({ name }) => name)).toEqual(['q']);
  expect(found.messages).toBeGreaterThanOrEqual(3);
});

test.each<[what: string, expected: string, damage: (env: QueuesEnvironment) => unknown]>([
  [
    'a queue lost its row',
    'owner: 3 messages are of a queue',
    (env) => env.queues.remove(firstOf(env.queues)),
  ],
  [
    'a message cannot be received',
    'index: nobody can receive the message',
    (env) => env.due.remove(firstOf(env.due)),
  ],
  ['a message lost its state', 'index: nobody can receive', (env) => env.states.remove(firstOf(env.states))],
  [
    'a message is gone',
    'rows of the table due are of messages',
    (env) => env.messages.remove(firstOf(env.messages)),
  ],
  [
    'a size is wrong',
    'sum: arn:aws:sqs:eu-west-1:111122223333:q is said',
    (env) => env.sizes.put(2, { bytes: 1, messages: 9 }),
  ],
  ['the sum is wrong', 'sum: all queues are said to hold 5 bytes', (env) => env.root.put('bytes', 5)],
  ['a counter fell back', 'number: the counter message stands at 1', (env) => env.root.put('message', 1)],
  [
    'a message cannot be read',
    'unreadable: the row [2,1] of the table messages',
    (env) => env.messages.put([2, 1], { id: 'x' } as never),
  ],
])('says when %s', async (_, expected, damage) => {
  const { told } = await inspect(damage);
  expect(told.join('\n')).toContain(expected);
});
