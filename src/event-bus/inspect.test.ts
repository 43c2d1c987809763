import { afterEach, beforeEach, expect, test } from 'vitest';
import { inspectDamaged } from '../lmdb/inspect.fixture.ts';
import { BusHouse, busEvent, PLACE, QUEUE } from './bus.fixture.ts';
import { inspectEventBus } from './inspect.ts';
import { type BusEnvironment, openBusEnvironment } from './store/environment.ts';

let house: BusHouse;

/** A rule on the default bus and one on another, whose target is owed an event. */
beforeEach(async () => {
  house = new BusHouse();
  house.targets.answers.set(QUEUE, 'failed');
  house.head = 5;
  const other = { ...PLACE, bus: 'other' };
  await house.bus.book.changeBus(other, () => ({ ...other, tags: [], createdAt: 0 }));
  await house.rule('a', { source: ['my.shop'] }, [{}]);
  await house.bus.book.change(other, 'b', () => ({
    ...{
      ...other,
      name: 'b',
      pattern: '{"source":["x"]}',
      state: 'ENABLED',
      createdBy: '',
      tags: [],
      targets: [],
    },
  }));
  await house.bus.put(PLACE, [busEvent({ n: 1 })]);
  await house.bus.close();
});
afterEach(() => house.dispose());

const inspect = (damage?: (env: BusEnvironment) => unknown) =>
  inspectDamaged({ path: house.folder, open: openBusEnvironment, inspect: inspectEventBus, damage });

test('finds nothing in what a room has left, and tells what is in it', async () => {
  const { told, found } = await inspect();
  expect(told).toEqual([]);
  expect(found).toMatchObject({ cursor: 5, isListening: true });
  expect(found.rules.map(({ name }) => name)).toEqual(['a', 'b']);
});

const A: [string, string, string, string] = [PLACE.account, PLACE.region, 'default', 'a'];

test.each<[what: string, expected: string, damage: (env: BusEnvironment) => unknown]>([
  [
    'a bus is gone',
    'owner: arn:aws:events:us-east-1:123456789012:rule/other/b is of an event bus',
    (env) => env.buses.remove([PLACE.account, PLACE.region, 'other']),
  ],
  [
    'a pattern cannot be read',
    'unreadable: arn:aws:events:us-east-1:123456789012:rule/a cannot be read, and the server does not start',
    (env) => env.rules.put(A, { ...env.rules.get(A)!, pattern: '{"source":' }),
  ],
  [
    'an owed event lost its text',
    'index: what arn:aws:sqs:us-east-1:123456789012:q is owed',
    (env) => env.messages.remove(1),
  ],
  ['a text is owed to nobody', 'index: 1 texts are owed to nobody', (env) => env.owed.remove(1)],
  ['a counter fell back', 'number: the counter next stands at 1', (env) => env.root.put('next', 1)],
  [
    'a rule is not whole',
    'unreadable: the row ["123456789012"',
    (env) => env.rules.put(A, { name: 'a' } as never),
  ],
])('says when %s', async (_, expected, damage) => {
  const { told } = await inspect(damage);
  expect(told.join('\n')).toContain(expected);
});
