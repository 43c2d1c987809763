import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type QueueSettings, queueArn } from './queue.ts';
import { openQueues, type Queues } from './queues.ts';
import { openQueuesEnvironment, type QueuesEnvironment } from './store/environment.ts';

const HOME = { account: '111122223333', region: 'eu-west-1' };
const Q = { ...HOME, name: 'q' };
const DEAD = { ...HOME, name: 'dead' };

/** Timers that a test lets run out. */
class Timers {
  readonly running = new Set<{ run: () => void; milliseconds: number }>();
  start = (run: () => void, milliseconds: number) => {
    const timer = { run, milliseconds };
    this.running.add(timer);
    return () => this.running.delete(timer);
  };
  fire(): void {
    for (const timer of [...this.running]) {
      this.running.delete(timer);
      timer.run();
    }
  }
}

let path: string;
let queues: Queues;
let now: number;
let timers: Timers;
let full: string | undefined;

function open(maxBytes = 1_000_000): Queues {
  return openQueues({ path, now: () => now, maxBytes, refusal: () => full, startTimer: timers.start });
}

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'queues-'));
  now = 1_000_000;
  timers = new Timers();
  full = undefined;
  queues = open();
});

afterEach(async () => {
  await queues.close();
  await rm(path, { recursive: true, force: true });
});

async function make(address = Q, settings: Partial<QueueSettings> = {}) {
  const wish = { ...DEFAULT_SETTINGS, ...settings, ...address, tags: [], createdAt: now, modifiedAt: now };
  return (await queues.book.create(wish)).queue;
}

const say = (body: string, delay?: number) => ({
  body,
  sender: 'AIDA',
  ...(delay !== undefined && { delay }),
});
const bodies = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);
const take = async (address = Q, limit = 10) => await queues.receive(address, { limit, wait: 0 });

/** Lets what was started come to its next wait. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
}

describe('messages', () => {
  test('are received in the order of sending, ten at most, and then hidden from others', async () => {
    await make();
    await queues.send(
      Q,
      ['a', 'b', 'c'].map((body) => say(body)),
    );
    expect(bodies(await take(Q, 2))).toEqual(['a', 'b']);
    expect(bodies(await take())).toEqual(['c']);
    expect(await take()).toEqual([]);
    expect(queues.count(queues.book.get(Q))).toEqual({ visible: 0, inFlight: 3, delayed: 0 });
  });

  test('come again after the visibility timeout, with their receipts counted', async () => {
    await make();
    await queues.send(Q, [say('a')]);
    const [first] = await take();
    now += 29_999;
    expect(await take()).toEqual([]);
    now += 1;
    const [second] = await take();
    expect(second).toMatchObject({ id: first!.id, receiveCount: 2, firstReceivedAt: 1_000_000 });
    expect(second!.receiptHandle).not.toBe(first!.receiptHandle);
  });

  test('are gone for good once deleted, over a restart too', async () => {
    await make();
    await queues.send(
      Q,
      ['a', 'b'].map((body) => say(body)),
    );
    const [first] = await take(Q, 1);
    expect(await queues.remove(Q, [first!.receiptHandle])).toEqual(['done']);
    await queues.close();
    queues = open();
    now += 60_000;
    expect(bodies(await take())).toEqual(['b']);
  });

  test('are deleted by the latest receipt only: an older one is taken and does nothing', async () => {
    await make();
    await queues.send(Q, [say('a')]);
    const [first] = await take();
    now += 30_000;
    const [second] = await take();
    expect(await queues.remove(Q, [first!.receiptHandle])).toEqual(['done']);
    now += 30_000;
    expect(bodies(await take())).toEqual(['a']);
    expect(await queues.remove(Q, [second!.receiptHandle, 'rubbish'])).toEqual(['done', 'invalid']);
  });

  test('of another queue are not deleted by this one', async () => {
    await make();
    await make(DEAD);
    await queues.send(Q, [say('a')]);
    const [message] = await take();
    expect(await queues.remove(DEAD, [message!.receiptHandle])).toEqual(['invalid']);
  });

  test('with a delay wait for it, their own before the queue’s', async () => {
    await make(Q, { delay: 10 });
    await queues.send(Q, [say('queue'), say('own', 5), say('none', 0)]);
    expect(bodies(await take())).toEqual(['none']);
    now += 5_000;
    expect(bodies(await take())).toEqual(['own']);
    expect(queues.count(queues.book.get(Q))).toEqual({ visible: 0, inFlight: 2, delayed: 1 });
    now += 5_000;
    expect(bodies(await take())).toEqual(['queue']);
  });

  test('can be hidden longer, or given back at once', async () => {
    await make();
    await queues.send(Q, [say('a')]);
    const [message] = await take();
    const handle = message!.receiptHandle;
    expect(await queues.hide(Q, [{ handle, seconds: 100 }])).toEqual(['done']);
    now += 99_000;
    expect(await take()).toEqual([]);
    expect(await queues.hide(Q, [{ handle, seconds: 0 }])).toEqual(['done']);
    expect(await queues.hide(Q, [{ handle, seconds: 0 }])).toEqual(['not in flight']);
    expect(bodies(await take())).toEqual(['a']);
    await queues.remove(Q, [
      (
        await (async () => {
          now += 30_000;
          return take();
        })()
      )[0]!.receiptHandle,
    ]);
    expect(await queues.hide(Q, [{ handle, seconds: 0 }])).toEqual(['gone']);
  });

  test('past the retention are not received, and cleared away', async () => {
    await make(Q, { retention: 60 });
    await queues.send(Q, [say('old'), say('old too')]);
    now += 60_001;
    await queues.send(Q, [say('new')]);
    expect(bodies(await take())).toEqual(['new']);
    expect(queues.counters.dropped.get('expired')).toBe(2);
    now += 60_001;
    await queues.sweep();
    expect(queues.counters.dropped.get('expired')).toBe(3);
    expect(queues.bytes).toBe(0);
  });

  test('that were received too often go to the dead-letter queue, with where they came from', async () => {
    await make(DEAD);
    await make(Q, { redrive: { deadLetterTargetArn: queueArn(DEAD), maxReceiveCount: 2 } });
    await queues.send(Q, [say('bad')]);
    for (let round = 0; round < 2; round++) {
      expect(bodies(await take())).toEqual(['bad']);
      now += 30_000;
    }
    expect(await take()).toEqual([]);
    const [dead] = await take(DEAD);
    expect(dead).toMatchObject({
      body: 'bad',
      deadLetterSource: queueArn(Q),
      sentAt: 1_000_000,
      receiveCount: 1,
    });
    expect(queues.counters.deadLettered).toBe(1);
  });

  test('stay where they are when the dead-letter queue is gone', async () => {
    await make(Q, { redrive: { deadLetterTargetArn: queueArn(DEAD), maxReceiveCount: 1 } });
    await queues.send(Q, [say('bad')]);
    for (let round = 0; round < 3; round++) {
      expect(bodies(await take())).toEqual(['bad']);
      now += 30_000;
    }
  });
});

describe('a receiver that waits', () => {
  test('is woken by a message', async () => {
    await make();
    const waiting = queues.receive(Q, { limit: 1, wait: 20 });
    await settle();
    expect([...timers.running].map(({ milliseconds }) => milliseconds)).toEqual([20_000]);
    await queues.send(Q, [say('a')]);
    expect(bodies(await waiting)).toEqual(['a']);
    expect(timers.running.size).toBe(0);
  });

  test('looks again when a hidden message comes back, not before', async () => {
    await make();
    await queues.send(Q, [say('a')]);
    await take();
    const waiting = queues.receive(Q, { limit: 1, wait: 40 });
    await settle();
    expect([...timers.running].map(({ milliseconds }) => milliseconds)).toEqual([30_000]);
    now += 30_000;
    timers.fire();
    expect(bodies(await waiting)).toEqual(['a']);
  });

  test('goes home with nothing when the time is over, and at once when it hangs up', async () => {
    await make();
    const patient = queues.receive(Q, { limit: 1, wait: 20 });
    await settle();
    now += 20_000;
    timers.fire();
    expect(await patient).toEqual([]);

    let hangUp = () => {};
    const gone = queues.receive(Q, {
      limit: 1,
      wait: 20,
      onGone: (run) => {
        hangUp = run;
        return () => undefined;
      },
    });
    await settle();
    hangUp();
    expect(await gone).toEqual([]);
    // A message that comes later is nobody's but the next receiver's.
    await queues.send(Q, [say('a')]);
    expect(bodies(await take())).toEqual(['a']);
  });

  test('of many gets each message once', async () => {
    await make();
    const waiting = Array.from({ length: 20 }, () => queues.receive(Q, { limit: 1, wait: 20 }));
    await settle();
    await queues.send(
      Q,
      Array.from({ length: 10 }, (_, index) => say(`m${index}`)),
    );
    await settle();
    now += 20_000;
    timers.fire();
    const got = (await Promise.all(waiting)).flatMap(bodies);
    expect(got.sort()).toEqual(Array.from({ length: 10 }, (_, index) => `m${index}`).sort());
  });

  test('is told when the queue is deleted under it', async () => {
    await make();
    const waiting = queues.receive(Q, { limit: 1, wait: 20 });
    await settle();
    await queues.book.delete(Q, now);
    timers.fire();
    await expect(waiting).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
  });
});

describe('queues', () => {
  test('of one name are made once', async () => {
    const first = await make();
    const again = await queues.book.create({ ...first, delay: 7 });
    expect(again).toEqual({ queue: first, isNew: false });
  });

  test('are listed by prefix, of their own account and Region only', async () => {
    for (const name of ['a', 'b1', 'b2', 'c']) await make({ ...HOME, name });
    await make({ ...HOME, region: 'us-east-1', name: 'b3' });
    await make({ account: '444455556666', region: 'eu-west-1', name: 'b4' });
    const names = (listing: Parameters<Queues['book']['list']>[1]) =>
      queues.book.list(HOME, listing).map(({ name }) => name);
    expect(names({ limit: 10 })).toEqual(['a', 'b1', 'b2', 'c']);
    expect(names({ prefix: 'b', limit: 10 })).toEqual(['b1', 'b2']);
    expect(names({ prefix: 'b', after: 'b1', limit: 10 })).toEqual(['b2']);
    expect(names({ limit: 2 })).toEqual(['a', 'b1']);
  });

  test('made again under their name begin empty, and old receipts are none of theirs', async () => {
    await make();
    await queues.send(Q, [say('a')]);
    const [message] = await take();
    await queues.book.delete(Q, now);
    await expect(take()).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
    await make();
    expect(await queues.remove(Q, [message!.receiptHandle])).toEqual(['invalid']);
    await queues.sweep();
    expect(queues.bytes).toBe(0);
  });

  test('are purged once a minute; a receipt from before does no harm', async () => {
    await make();
    await queues.send(
      Q,
      ['a', 'b'].map((body) => say(body)),
    );
    const [message] = await take(Q, 1);
    await queues.book.purge(Q, now);
    expect(queues.count(queues.book.get(Q))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await expect(queues.book.purge(Q, now + 59_999)).rejects.toMatchObject({ code: 'PurgeQueueInProgress' });
    expect(await queues.remove(Q, [message!.receiptHandle])).toEqual(['done']);
    await queues.sweep();
    expect(queues.bytes).toBe(0);
    await queues.book.purge(Q, now + 60_000);
  });

  test('refuse what has no room, and take it again when somebody made room', async () => {
    await queues.close();
    queues = open(2_000);
    await make();
    await queues.send(Q, [say('x'.repeat(1_500))]);
    await expect(queues.send(Q, [say('y'.repeat(500))])).rejects.toMatchObject({
      code: 'ServiceUnavailable',
    });
    const [message] = await take();
    await queues.remove(Q, [message!.receiptHandle]);
    await queues.send(Q, [say('y'.repeat(500))]);
    full = 'the disk is full';
    await expect(queues.send(Q, [say('z')])).rejects.toThrow('the disk is full');
    expect([...queues.counters.dropped]).toEqual([
      ['full', 1],
      ['disk', 1],
    ]);
  });

  test('hold 5,000 messages that twenty receivers share without losing or doubling one', async () => {
    await queues.close();
    queues = open(100_000_000);
    await make();
    for (let batch = 0; batch < 50; batch++) {
      await queues.send(
        Q,
        Array.from({ length: 100 }, (_, index) => say(String(batch * 100 + index))),
      );
    }
    const seen = new Map<string, number>();
    const worker = async () => {
      for (;;) {
        const messages = await take();
        if (messages.length === 0) return;
        for (const { body } of messages) seen.set(body, (seen.get(body) ?? 0) + 1);
        await queues.remove(
          Q,
          messages.map(({ receiptHandle }) => receiptHandle),
        );
      }
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect(seen.size).toBe(5_000);
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(queues.bytes).toBe(0);
  });
});

describe('half of a message, as a damaged disk leaves it', () => {
  const damage = async (change: (env: QueuesEnvironment) => unknown) => {
    await queues.close();
    const env = openQueuesEnvironment(path);
    await env.root.transaction(() => void change(env));
    await env.root.close();
    queues = open();
  };

  test('is passed over once, and not looked at for ever', async () => {
    const { box } = await make();
    await queues.send(Q, [say('lost'), say('kept')]);
    await damage((env) => env.messages.remove([box, 1]));
    const [received] = await queues.receive(Q, { limit: 1, wait: 0 });
    expect(received?.body).toBe('kept');
    expect(await queues.receive(Q, { limit: 1, wait: 0 })).toEqual([]);
  });

  test('goes with its queue, and with its time', async () => {
    const { box } = await make();
    await make(DEAD);
    await queues.send(Q, [say('one')]);
    await queues.send(DEAD, [say('other')]);
    await damage((env) => {
      for (const key of [...env.states.getKeys({})]) void env.states.remove(key);
    });
    await queues.book.delete(DEAD, now);
    now += DEFAULT_SETTINGS.retention * 1000 + 1;
    // One that was under way may have passed them.
    await queues.sweep();
    await queues.sweep();
    await damage((env) => expect([...env.messages.getKeys({})]).toEqual([]));
    expect(box).toBeGreaterThan(0);
  });
});
