import { afterEach, expect, it } from 'vitest';
import type { FoundFile } from '../fetch/index.ts';
import type { LogSource, SourceListener } from '../index.ts';
import { logSource } from '../log-source.fixture.ts';
import type { NoticeQueue, QueuedMessage } from './notice-queue.ts';
import { type Notices, startNotices } from './notices.ts';

const SOURCE = logSource({
  connector: { ...logSource().connector, bucket: 'logs', startDate: 0, queueUrl: 'https://sqs.test/1/q' },
});
const notice = (...keys: string[]) => JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: keys });

/** A queue in memory: what was received and not deleted comes again when it was hidden for nothing. */
class TestQueue implements NoticeQueue {
  readonly waiting: { readonly body: string; receives: number }[] = [];
  readonly received = new Map<string, { readonly body: string; receives: number }>();
  readonly deleted: string[] = [];
  readonly hidden: number[] = [];
  failing = 0;
  closed = 0;
  #next = 0;
  #woken: (() => void) | undefined;

  send(...bodies: string[]): void {
    this.waiting.push(...bodies.map((body) => ({ body, receives: 0 })));
    this.#woken?.();
  }

  async receive(_hiddenFor: number, signal: AbortSignal): Promise<readonly QueuedMessage[]> {
    if (this.failing-- > 0) throw new Error('QueueDoesNotExist');
    if (this.waiting.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#woken = resolve;
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      });
    }
    return this.waiting.splice(0, 10).map((message) => {
      const receipt = `r${this.#next++}`;
      message.receives++;
      this.received.set(receipt, message);
      return { id: receipt, receipt, ...message };
    });
  }

  async delete(messages: readonly QueuedMessage[]): Promise<readonly QueuedMessage[]> {
    for (const { receipt } of messages) this.deleted.push(this.received.get(receipt)!.body);
    return [];
  }

  async hide(messages: readonly QueuedMessage[], seconds: number): Promise<void> {
    this.hidden.push(...messages.map(() => seconds));
  }

  close(): void {
    this.closed++;
  }
}

interface Run {
  readonly queue: TestQueue;
  readonly taken: string[];
  readonly logged: string[];
  readonly notices: Notices;
  change: SourceListener;
}

let running: Run | undefined;
afterEach(async () => {
  await running?.notices.close();
  running = undefined;
});

function start(
  take: (files: readonly FoundFile[]) => Promise<void> = async () => undefined,
  sources: readonly LogSource[] = [SOURCE],
): Run {
  const queue = new TestQueue();
  const taken: string[] = [];
  const logged: string[] = [];
  let change: SourceListener = () => undefined;
  const notices = startNotices({
    sources: {
      list: () => sources,
      onChange(listener) {
        change = listener;
        return () => undefined;
      },
    },
    connect: async () => queue,
    async take(_id, files) {
      taken.push(...files.map(({ key }) => key));
      await take(files);
    },
    now: () => 5,
    random: () => 0,
    log: (message) => logged.push(message),
    limits: { firstWait: 1, underWay: 20 },
  });
  running = { queue, taken, logged, notices, change: (id, source) => change(id, source) };
  return running;
}

const settled = async (isSo: () => boolean) => {
  for (let turn = 0; !isSo(); turn++) {
    if (turn > 10_000) throw new Error('it did not come to pass');
    await new Promise(setImmediate);
  }
};

it('deletes a message only when its files are dealt with', async () => {
  let finish: (() => void) | undefined;
  const { queue, taken, notices } = start(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  queue.send(notice('a', 'b'));
  await settled(() => taken.length === 2);
  expect(queue.deleted).toEqual([]);
  finish?.();
  await settled(() => queue.deleted.length === 1);
  expect(notices.status(SOURCE.id)).toEqual({
    isListening: true,
    messages: 1,
    files: 2,
    ignored: {},
    failures: 0,
    lastMessageAt: 5,
  });
});

it('lets a message come again whose files could not be handed on', async () => {
  const { queue, notices } = start(() => Promise.reject(new Error('the bucket cannot be reached')));
  queue.send(notice('a'), 'CloudTrail validation message.');
  await settled(() => queue.hidden.length === 1);
  expect(queue.deleted).toEqual(['CloudTrail validation message.']);
  expect(queue.hidden).toEqual([10]);
  expect(notices.counts(SOURCE.id)).toMatchObject({ messages: 1, files: 0, failures: 1 });
});

it('deletes what it understands and does not need; leaves the rest to dead letters, but not for ever', async () => {
  const { queue, taken, notices, logged } = start();
  const other = JSON.stringify({ s3Bucket: 'others', s3ObjectKey: ['x'] });
  queue.send(other, '{"Event":"s3:TestEvent"}', 'rubbish');
  await settled(() => queue.deleted.length === 2);
  expect(taken).toEqual([]);
  // What was received nine times before and more; the fixture counts this time.
  queue.waiting.push(...[1, 8, 9].map((receives) => ({ body: 'rubbish', receives })));
  queue.send('CloudTrail validation message.');
  await settled(() => queue.deleted.length === 3);
  expect(queue.deleted).not.toContain('rubbish');
  queue.waiting.push({ body: 'rubbish', receives: 10 });
  queue.send('CloudTrail validation message.');
  await settled(() => queue.deleted.length === 5);
  expect(queue.deleted).toContain('rubbish');
  expect(notices.counts(SOURCE.id)?.ignored).toEqual(
    new Map([
      ['other bucket', 1],
      ['test message', 3],
      ['not understood', 1],
    ]),
  );
  expect(logged).toHaveLength(1);
});

it('goes on after a queue that failed, with a new client, and says so meanwhile', async () => {
  const { queue, taken, notices, logged } = start();
  queue.failing = 3;
  queue.send(notice('a'));
  await settled(() => (notices.status(SOURCE.id)?.failures ?? 0) > 0);
  expect(notices.status(SOURCE.id)).toMatchObject({ isListening: false, lastError: 'QueueDoesNotExist' });
  await settled(() => taken.length === 1);
  expect(notices.status(SOURCE.id)).toMatchObject({ isListening: true, failures: 3 });
  expect([queue.closed, logged.length]).toEqual([3, 1]);
});

it('takes no more messages than it may have under way', async () => {
  const { queue, taken } = start(
    () => new Promise((_, reject) => queueMicrotask(() => finishers.push(reject))),
  );
  const finishers: ((error: Error) => void)[] = [];
  queue.send(...Array.from({ length: 50 }, (_, at) => notice(`k${at}`)));
  await settled(() => finishers.length === 20);
  expect([taken.length, queue.waiting.length]).toEqual([20, 30]);
  for (const finish of finishers.splice(0)) finish(new Error('stop'));
  await settled(() => finishers.length === 20);
  for (const finish of finishers.splice(0)) finish(new Error('stop'));
  await settled(() => finishers.length === 10);
  for (const finish of finishers.splice(0)) finish(new Error('stop'));
});

it('listens to sources that name a queue and are not paused, and follows their changes', async () => {
  const paused = { ...SOURCE, paused: true };
  const { queue, taken, notices, change } = start(undefined, [paused]);
  expect(notices.status(SOURCE.id)).toBeUndefined();
  change(SOURCE.id, SOURCE);
  queue.send(notice('a'));
  await settled(() => taken.length === 1);
  await settled(() => queue.deleted.length === 1);
  change(SOURCE.id, paused);
  await settled(() => queue.closed === 1);
  expect(notices.status(SOURCE.id)?.isListening).toBe(false);
  change(SOURCE.id, undefined);
  await settled(() => notices.status(SOURCE.id) === undefined);
});

it('takes a notice that is brought to it', async () => {
  const { notices, taken } = start(undefined, []);
  expect(await notices.tell(SOURCE, JSON.parse(notice('a')))).toEqual({ files: 1 });
  expect(await notices.tell(SOURCE, { Event: 's3:TestEvent' })).toEqual({ files: 0 });
  expect(await notices.tell(SOURCE, ['a'])).toEqual({ why: 'it is no JSON object' });
  expect(taken).toEqual(['a']);
});
