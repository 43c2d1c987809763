import { beforeEach, describe, expect, it } from 'vitest';
import type { State } from '../state/index.ts';
import { createDeliver, QueueRefusal } from './couriers.ts';
import { memoryState } from './memory-state.fixture.ts';
import { type Outbox, openOutbox, type Plan } from './outbox.ts';
import type { DeliveryOutcome } from './outcome.ts';
import type { Owed } from './owed.ts';
import { HTTP_PHASES } from './retry-schedule.ts';

const DEAD = 'arn:aws:sqs:eu-west-1:111111111111:dead';
const down: DeliveryOutcome = { kind: 'failed', reason: 'down' };

let state: State;
let clock: number;
let timers: { readonly run: () => void; readonly delay: number }[];
let outcome: (owed: Owed) => DeliveryOutcome;
let tried: Owed[];
let plan: Plan | undefined;
let logged: string[];

beforeEach(() => {
  state = memoryState();
  clock = 1_000_000;
  timers = [];
  tried = [];
  logged = [];
  plan = { phases: { ...HTTP_PHASES, immediate: 1, early: 0, backOff: 0, late: 0 }, deadLetterQueue: DEAD };
  outcome = () => ({ kind: 'delivered' });
});

const open = (
  store = state,
  deliver = async (owed: Owed) => {
    tried.push(owed);
    return outcome(owed);
  },
) =>
  openOutbox({
    state: store,
    now: () => clock,
    planOf: async () => plan,
    deliver,
    startTimer: (run, delay) => {
      timers.push({ run, delay });
      return () => undefined;
    },
    log: (message, details) => logged.push(JSON.stringify([message, details])),
  });

const owed = (id: string, more: Partial<Owed> = {}): Owed => ({
  id,
  topicArn: 'arn:aws:sns:eu-west-1:111111111111:t',
  subscriptionArn: `s-${id[0]}`,
  protocol: 'http',
  endpoint: 'http://user:secret@127.0.0.1/',
  headers: {},
  body: 'm',
  failed: 0,
  nextTryAt: clock,
  ...more,
});

async function empty(outbox: Outbox): Promise<void> {
  for (let turn = 0; outbox.size > 0; turn++) {
    if (turn === 5_000) throw new Error('it is not empty');
    const timer = timers.shift();
    if (timer) {
      clock += timer.delay;
      timer.run();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a message that cannot be delivered', () => {
  it('goes to the dead-letter queue after its last try', async () => {
    const outbox = await open();
    outcome = ({ deadLetterQueue }) => (deadLetterQueue ? { kind: 'delivered' } : down);
    await outbox.add([owed('a')]);
    await empty(outbox);
    expect(tried.map(({ deadLetterQueue }) => deadLetterQueue)).toEqual([undefined, undefined, DEAD]);
    expect(outbox.counters).toMatchObject({ deadLettered: 1, dropped: new Map(), delivered: new Map() });
    expect(outbox.counters.failedTries).toEqual(new Map([['http', 2]]));
  });

  it('goes there at once when the endpoint refuses it', async () => {
    const outbox = await open();
    outcome = ({ deadLetterQueue }) =>
      deadLetterQueue ? { kind: 'delivered' } : { kind: 'refused', reason: '410' };
    await outbox.add([owed('a')]);
    await empty(outbox);
    expect(tried).toHaveLength(2);
  });

  it('is tried again there, also by the next process, and given up in the end', async () => {
    const outbox = await open();
    outcome = () => down;
    await outbox.add([owed('a')]);
    for (let turn = 0; timers.length === 0 && turn < 1_000; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await outbox.close();
    expect(tried.at(-1)?.deadLetterQueue).toBe(DEAD);
    tried = [];
    timers = [];
    clock += 60_000;
    outcome = () => ({ kind: 'refused', reason: 'gone' });
    const next = await open();
    await empty(next);
    expect(tried.map(({ deadLetterQueue }) => deadLetterQueue)).toEqual([DEAD]);
    expect(next.counters.dropped).toEqual(new Map([['dead-letter-queue', 1]]));
  });

  it('is dropped, counted and told without its endpoint where there is no such queue', async () => {
    plan = { phases: plan!.phases };
    const outbox = await open();
    outcome = () => down;
    await outbox.add([owed('a')]);
    await empty(outbox);
    expect(outbox.counters.dropped).toEqual(new Map([['exhausted', 1]]));
    expect(logged.join()).toContain('exhausted');
    expect(logged.join()).not.toContain('secret');
  });

  it('is bounded by its size too', async () => {
    const outbox = await open(state, () => new Promise(() => undefined));
    const large = 'x'.repeat(20_000_000);
    await outbox.add([owed('a1', { body: large }), owed('a2', { body: large }), owed('a3', { body: large })]);
    await outbox.add([owed('a4', { body: large })]);
    expect(outbox.counters.dropped).toEqual(new Map([['full', 1]]));
    for (const lane of 'bcd') {
      await outbox.add([1, 2, 3].map((n) => owed(`${lane}${n}`, { body: large })));
    }
    await expect(outbox.add([owed('e', { body: large })])).rejects.toThrow(/256 MB/);
  });
});

describe('a crash', () => {
  /** A store whose process dies at its nth write: from then on nothing is written, and nothing answers. */
  function dyingState(writes: number): State {
    let left = writes;
    const die = () => new Promise<never>(() => undefined);
    return {
      ...state,
      put: (key, value, expected) => (left-- > 0 ? state.put(key, value, expected) : die()),
      delete: (key, expected) => (left-- > 0 ? state.delete(key, expected) : die()),
    };
  }

  it.each(Array.from({ length: 8 }, (_, n) => [n]))(
    'after %i writes loses nothing that was taken, and repeats nothing more than once',
    async (writes) => {
      const first = await open(dyingState(writes));
      // One fails once and then arrives, one is for the dead-letter queue, one arrives.
      outcome = ({ id, failed, deadLetterQueue }) =>
        (id === 'a' && failed === 0) || (id === 'b' && !deadLetterQueue) ? down : { kind: 'delivered' };
      const acknowledged = new Set<string>();
      for (const id of ['a', 'b', 'c']) {
        void first.add([owed(id)]).then(() => acknowledged.add(id));
      }
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      timers = [];
      clock += 60_000;
      const next = await open();
      await empty(next);
      const arrived = (id: string) =>
        tried.filter((one) => one.id === id && outcome(one).kind === 'delivered').length;
      for (const id of acknowledged) expect(arrived(id), id).toBeGreaterThan(0);
      for (const id of ['a', 'b', 'c']) expect(arrived(id), id).toBeLessThanOrEqual(2);
      expect(await state.list('')).toEqual([]);
    },
  );
});

describe('queues', () => {
  const sent: unknown[] = [];
  const deliver = (error?: Error) =>
    createDeliver({
      post: async () => down,
      postListed: async () => down,
      queues: {
        async send(queueArn, message) {
          if (error) throw error;
          sent.push({ queueArn, ...message });
        },
      },
    });
  const message = owed('q', {
    protocol: 'sqs',
    endpoint: 'arn:q',
    attributes: [['a', { type: 'Number', value: '1' }]],
  });

  it('get body, attributes and whose message it is', async () => {
    expect(await deliver()(message)).toEqual({ kind: 'delivered' });
    expect(sent).toEqual([
      {
        queueArn: 'arn:q',
        body: 'm',
        attributes: new Map([['a', { type: 'Number', value: '1' }]]),
        sourceArn: message.topicArn,
      },
    ]);
  });

  it('refuse for good what they refuse, and are tried again when they fail', async () => {
    expect(await deliver(new QueueRefusal('no such queue'))(message)).toMatchObject({ kind: 'refused' });
    expect(await deliver(new Error('disk full'))(message)).toMatchObject({ kind: 'failed' });
    const many = Array.from({ length: 11 }, (_, n) => [`a${n}`, { type: 'String', value: 'x' }] as const);
    expect(await deliver()({ ...message, attributes: many })).toMatchObject({ kind: 'refused' });
  });
});

it('has no mail server: a mail waits for one', async () => {
  const deliver = createDeliver({ post: async () => down, postListed: async () => down });
  expect(await deliver(owed('m', { protocol: 'email' }))).toMatchObject({ kind: 'failed' });
  expect(await deliver(owed('m', { protocol: 'sqs' }))).toMatchObject({ kind: 'refused' });
});

it('neither repeats a message nor leaves it lying when the state cannot be written for a while', async () => {
  let failures = 3;
  const outbox = await open({
    ...state,
    async delete(key, version) {
      if (failures-- > 0) throw new Error('ENOSPC');
      await state.delete(key, version);
    },
  });
  await outbox.add([owed('a')]);
  await empty(outbox);
  expect(tried).toHaveLength(1);
  expect(await state.list('topic-outbox/')).toEqual([]);
});
