import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fillDisk } from '../lmdb/full-disk.fixture.ts';
import { BusHouse, busEvent, DEAD, PLACE, QUEUE, trailEvent } from './bus.fixture.ts';
import { LANE_LIMITS } from './deliveries/lanes.ts';

vi.mock('../lmdb/index.ts', async (original) =>
  (await import('../lmdb/full-disk.fixture.ts')).watchedDoor(original),
);

let house: BusHouse;
beforeEach(() => {
  house = new BusHouse();
});
afterEach(() => house.dispose());

const ORDER = { source: ['my.shop'] };
const isDone = () => expect.poll(() => house.bus.owed.events, { interval: 5, timeout: 30_000 }).toBe(0);

describe('an event on the bus', () => {
  it('reaches every target of every rule that takes it, once, as its own text', async () => {
    await house.rule('a', ORDER, [{}, { Arn: `${QUEUE}2` }]);
    await house.rule('b', { detail: { total: [{ numeric: ['>', 5] }] } }, [{}]);
    await house.rule('c', { detail: { total: [{ numeric: ['>', 50] }] } }, [{}]);
    await house.bus.put(PLACE, [busEvent({ total: 6 }, { detailText: '{"total": 6.0}' })]);
    await isDone();
    expect(
      house.targets.sent.map(({ arn, delivery }) => `${delivery.ruleArn.slice(-1)} ${arn}`).sort(),
    ).toEqual([`a ${QUEUE}`, `a ${QUEUE}2`, `b ${QUEUE}`]);
    expect(house.targets.sent[0]!.message).toBe(
      '{"version":"0","id":"11111111-2222-4333-8444-555555555555","detail-type":"Order","source":"my.shop","account":"123456789012","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["arn:aws:x:::y"],"detail":{"total": 6.0}}',
    );
  });

  it('reaches no disabled rule, no rule of another place, and no rule that was deleted', async () => {
    await house.rule('a', ORDER, [{}], { state: 'DISABLED' });
    await house.rule('b', ORDER, [{}]);
    await house.bus.book.change(PLACE, 'b', () => undefined);
    await house.rule('c', ORDER, [{}]);
    await house.bus.put({ ...PLACE, region: 'eu-west-1' }, [busEvent({})]);
    await house.bus.put({ ...PLACE, bus: 'other' }, [busEvent({})]);
    await house.bus.book.change(PLACE, 'c', (rule) => rule && { ...rule, state: 'DISABLED' });
    await house.bus.put(PLACE, [busEvent({})]);
    expect(house.targets.sent).toEqual([]);
    expect(house.bus.owed.events).toBe(0);
  });

  it('keeps its rules and what is owed over a restart, and repeats nothing that was taken', async () => {
    await house.rule('a', ORDER, [{}, { Arn: `${QUEUE}-down` }]);
    house.targets.answers.set(`${QUEUE}-down`, 'failed');
    await house.bus.put(PLACE, [busEvent({ n: 1 })]);
    await expect.poll(() => house.bus.counters.failedTries, { interval: 5, timeout: 30_000 }).toBe(1);
    await expect.poll(() => house.bus.owed.events, { interval: 5, timeout: 30_000 }).toBe(1);
    await house.reopen();
    expect(house.bus.owed.events).toBe(1);
    house.now += 1_000;
    await isDone();
    expect(house.targets.sent.map(({ arn }) => arn)).toEqual([`${QUEUE}-down`]);
    await house.bus.put(PLACE, [busEvent({ n: 2 })]);
    await isDone();
    expect(house.targets.sent).toHaveLength(3);
  });
});

describe('a target that does not take an event', () => {
  const tries = async (count: number, waits: readonly number[]) => {
    for (const wait of waits) {
      await expect.poll(() => house.targets.sent.length, { interval: 5, timeout: 30_000 }).toBe(count++);
      house.now += wait;
    }
  };

  it('is tried again with growing pauses, as often as its policy says, then the dead letter queue gets it', async () => {
    const policy = { MaximumRetryAttempts: 2 };
    await house.rule('a', ORDER, [{ RetryPolicy: policy, DeadLetterConfig: { Arn: DEAD } }]);
    house.targets.answers.set(QUEUE, 'failed');
    await house.bus.put(PLACE, [busEvent({})]);
    await tries(1, [1_000, 2_000]);
    await isDone();
    expect(house.targets.sent).toHaveLength(3);
    expect(house.targets.dead).toHaveLength(1);
    expect(Object.fromEntries(house.targets.dead[0]!.attributes)).toEqual({
      RULE_ARN: 'arn:aws:events:us-east-1:123456789012:rule/a',
      TARGET_ARN: QUEUE,
      ERROR_CODE: 'CODE',
      ERROR_MESSAGE: 'said no',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '2',
    });
    expect(house.bus.counters.dropped.get('retries-exhausted')).toBe(1);
  });

  it('is given up when the event would be too old', async () => {
    await house.rule('a', ORDER, [{ RetryPolicy: { MaximumEventAgeInSeconds: 60 } }]);
    house.targets.answers.set(QUEUE, 'failed');
    await house.bus.put(PLACE, [busEvent({})]);
    await tries(1, [1_000, 2_000, 4_000, 8_000, 16_000]);
    await isDone();
    // The next try would come after 63 seconds.
    expect(house.targets.sent).toHaveLength(6);
    expect(house.bus.counters.dropped.get('too-old')).toBe(1);
  });

  it('is not tried again when it says never; the dead letter queue is, also after a restart', async () => {
    await house.rule('a', ORDER, [{ DeadLetterConfig: { Arn: DEAD } }]);
    house.targets.answers.set(QUEUE, 'refused').set(DEAD, 'failed');
    await house.bus.put(PLACE, [busEvent({})]);
    await expect
      .poll(() => house.bus.counters.dropped.get('refused'), { interval: 5, timeout: 30_000 })
      .toBe(1);
    await house.reopen();
    house.now += 1_000;
    await isDone();
    expect(house.targets.sent).toEqual([]);
    expect(house.targets.dead).toHaveLength(1);
  });

  it('loses the dead letter, counted, when that queue takes nothing ten times', async () => {
    await house.rule('a', ORDER, [{ DeadLetterConfig: { Arn: DEAD } }]);
    house.targets.answers.set(QUEUE, 'refused').set(DEAD, 'failed');
    await house.bus.put(PLACE, [busEvent({})]);
    await expect
      .poll(
        () => {
          house.now += 600_000;
          return house.bus.counters.deadLettersLost;
        },
        { interval: 20, timeout: 30_000 },
      )
      .toBe(1);
    expect(house.bus.owed.events).toBe(0);
  });

  it('holds up no other target, and loses the newest when too many wait, counted', async () => {
    await house.dispose();
    house = new BusHouse({ ...LANE_LIMITS, owedToOne: 3, runningToOne: 1 });
    await house.rule('a', ORDER, [{}, { Arn: `${QUEUE}-hangs` }]);
    house.targets.answers.set(`${QUEUE}-hangs`, 'failed');
    for (let n = 0; n < 5; n++) await house.bus.put(PLACE, [busEvent({ n })]);
    await expect
      .poll(() => house.targets.sent.filter(({ arn }) => arn === QUEUE).length, {
        interval: 5,
        timeout: 30_000,
      })
      .toBe(5);
    expect(house.bus.counters.dropped.get('full')).toBe(2);
    // What was sent is owed until that is written down.
    await expect.poll(() => house.bus.owed.events, { interval: 5, timeout: 30_000 }).toBe(3);
  });
});

describe("trails' events", () => {
  const RECORD = {
    eventType: 'AwsApiCall',
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    readOnly: false,
  };

  it('move the cursor in the same commit, and are not taken twice', async () => {
    await house.rule('a', { source: ['aws.iam'] }, [{}]);
    await house.bus.take([trailEvent(RECORD)], 5);
    await house.bus.take([trailEvent(RECORD)], 5);
    await isDone();
    expect(house.targets.sent).toHaveLength(1);
    expect(house.bus.cursor).toBe(5);
    await house.reopen();
    expect(house.bus.cursor).toBe(5);
    await house.bus.take([trailEvent(RECORD)], 5);
    expect(house.bus.owed.events).toBe(0);
  });

  it('leave reading out, but for rules that want it too', async () => {
    await house.rule('a', { source: ['aws.iam'] }, [{}]);
    await house.rule('b', { source: ['aws.iam'] }, [{ Arn: `${QUEUE}-all` }], {
      state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    });
    await house.bus.take([trailEvent({ ...RECORD, readOnly: true })], 1);
    await house.bus.take([trailEvent({ ...RECORD, readOnly: true }, { category: 'Data' })], 2);
    await isDone();
    expect(house.targets.sent.map(({ arn }) => arn).sort()).toEqual([QUEUE, `${QUEUE}-all`, `${QUEUE}-all`]);
  });

  it('that are too large are left out, counted', async () => {
    await house.rule('a', { source: ['aws.iam'] }, [{}]);
    await house.bus.take([trailEvent({ ...RECORD, x: 'x'.repeat(256 * 1024) })], 1);
    expect(house.bus.counters.dropped.get('too-large')).toBe(1);
    expect(house.targets.sent).toEqual([]);
  });

  it('begin where the journal stood when the first rule began to listen', async () => {
    house.head = 40;
    expect(house.bus.isListening).toBe(false);
    await house.rule('a', { source: ['aws.iam'] }, []);
    expect(house.bus.isListening).toBe(false);
    house.head = 50;
    await house.rule('a', { source: ['aws.iam'] }, [{}]);
    expect(house.bus.isListening).toBe(true);
    expect(house.bus.cursor).toBe(50);
    house.head = 60;
    await house.rule('b', { source: ['aws.iam'] }, [{}]);
    expect(house.bus.cursor).toBe(50);
    expect(house.bus.wants(PLACE.account, 'us-east-1')).toBe(true);
    expect(house.bus.wants(PLACE.account, 'eu-west-1')).toBe(false);
  });
});

it('neither repeats a delivery nor leaves it lying when the disk is full for a while', async () => {
  await house.rule('a', ORDER, [{}]);
  let calls = 0;
  // The first write takes it; those after it would write down that its target has taken it.
  fillDisk(house.folder, 'transaction', () => ++calls > 1 && calls < 4);
  await house.bus.put(PLACE, [busEvent({ n: 1 })]);
  await isDone();
  expect(calls).toBe(4);
  expect(house.targets.sent).toHaveLength(1);
  await house.reopen();
  expect(house.bus.owed.events).toBe(0);
});
