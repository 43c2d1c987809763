import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AcceptedEvent } from '../../event/index.ts';
import { type Journal, openLmdbJournal } from '../../journal/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import { type LoggingSpan, type Trail, type TrailLogGroup, TrailLogGroupError } from '../../trails/index.ts';
import { type LogGroupDelivery, startLogGroupDelivery } from './log-group-delivery.ts';

const ACCOUNT = '111122223333';
const DAY = 86_400_000;

let folder: string;
let state: State;
let journal: Journal;
let time: number;
let trails: Trail[];
let delivery: LogGroupDelivery | undefined;
/** What stands in the log group, and how far it remembers to be filled, as the real one does. */
let group: string[];
let taken: number;
let fail: { refuse?: TrailLogGroupError; afterAppend?: Error };
/** The state fails: before it writes, or after it has written. */
let stateFault: 'not applied' | 'applied' | undefined;

const logGroup: TrailLogGroup = {
  async prepare() {},
  async append(_, { messages, numbers, next }) {
    if (fail.refuse) throw fail.refuse;
    const fresh = messages.filter((__, index) => numbers[index]! >= taken);
    group.push(...fresh.map((message) => JSON.parse(message).n as string));
    taken = Math.max(taken, next);
    if (fail.afterAppend) throw fail.afterAppend;
    return fresh.length;
  },
  async forget() {
    taken = 0;
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'opentrail-log-group-'));
  time = Date.UTC(2026, 0, 10);
  const real = openLmdbState(join(folder, 'state'));
  stateFault = undefined;
  state = {
    ...real,
    async put(key, value, expected) {
      if (stateFault === 'not applied') throw new Error('the disk is full');
      const version = await real.put(key, value, expected);
      if (stateFault === 'applied') throw new Error('nobody knows');
      return version;
    },
  };
  journal = openLmdbJournal({ path: join(folder, 'journal'), now: () => time });
  group = [];
  taken = 0;
  fail = {};
  trails = [trailWith([span(0)])];
});
afterEach(async () => {
  stateFault = undefined;
  await delivery?.close();
  delivery = undefined;
  await journal.close();
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});

function span(from: number, to: number | null = null, readWrite: 'All' | 'ReadOnly' = 'All'): LoggingSpan {
  return {
    from,
    to,
    rule: {
      account: ACCOUNT,
      homeRegion: 'us-east-1',
      multiRegion: true,
      includeGlobalServiceEvents: true,
      recursiveLogging: true,
      insights: false,
      selectors: {
        kind: 'basic',
        selectors: [
          {
            ReadWriteType: readWrite,
            IncludeManagementEvents: true,
            DataResources: [],
            ExcludeManagementEventSources: [],
          },
        ],
      },
    },
  };
}

function trailWith(spans: readonly LoggingSpan[], more: Partial<Trail> = {}): Trail {
  return {
    uid: 'u1',
    name: 't',
    arn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/t`,
    account: ACCOUNT,
    homeRegion: 'us-east-1',
    s3BucketName: 'b',
    includeGlobalServiceEvents: true,
    multiRegion: true,
    organizationTrail: false,
    logFileValidation: false,
    recursiveLogging: true,
    cloudWatchLogsLogGroupArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:g:*`,
    cloudWatchLogsRoleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    logGroupFrom: 0,
    selectors: span(0).rule.selectors,
    hasCustomEventSelectors: false,
    insightSelectors: [],
    tags: [],
    isLogging: true,
    spans,
    createdAt: 0,
    ...more,
  };
}

let count = 0;
function event(n: string, more: { readOnly?: boolean; text?: string } = {}): AcceptedEvent {
  const eventId = `e${count++}`;
  const { readOnly = false, text = '' } = more;
  const raw = Buffer.from(
    JSON.stringify({
      n,
      eventID: eventId,
      readOnly,
      eventCategory: 'Management',
      managementEvent: true,
      text,
    }),
  );
  return { account: ACCOUNT, region: 'us-east-1', eventId, time, category: 'Management', raw };
}

const append = (...names: readonly string[]) => journal.append(names.map((name) => event(name)));

async function start(maxHeldBytes = 1e9): Promise<LogGroupDelivery> {
  delivery = await startLogGroupDelivery({
    state,
    journal,
    logGroup,
    now: () => time,
    maxHeldBytes,
    trails: { all: () => trails },
    onError: () => undefined,
  });
  return delivery;
}

async function restart(): Promise<LogGroupDelivery> {
  await delivery?.close();
  return await start();
}

describe('delivery into a log group', () => {
  test('brings what the spans take, from where the group was set', async () => {
    await append('a', 'b', 'c');
    await journal.append([event('read', { readOnly: true }), event('write')]);
    trails = [trailWith([span(0, 3), span(3, null, 'ReadOnly')], { logGroupFrom: 1 })];
    const { flush, status } = await start();
    await flush();
    expect(group).toEqual(['b', 'c', 'read']);
    expect(status('u1')).toEqual({ latestCloudWatchLogsDeliveryTime: time });
  });

  test('goes on where it stood, after a restart too', async () => {
    await append('a');
    await (await start()).flush();
    await append('b');
    await (await restart()).flush();
    expect(group).toEqual(['a', 'b']);
  });

  test('leaves out records of over 256 KB, counted', async () => {
    await journal.append([event('a'), event('big', { text: 'x'.repeat(256 * 1024) }), event('b')]);
    const { flush, progress } = await start();
    await flush();
    expect(group).toEqual(['a', 'b']);
    expect(progress()[0]?.state).toMatchObject({ delivered: 2, dropped: { 'too-large': 1 } });
  });

  test.each(['not applied', 'applied'] as const)(
    'doubles nothing when its own state fails (%s)',
    async (fault) => {
      await append('a', 'b');
      const { flush } = await start();
      stateFault = fault;
      await flush();
      expect(group).toEqual(['a', 'b']);
      stateFault = undefined;
      await append('c');
      await flush();
      await (await restart()).flush();
      expect(group).toEqual(['a', 'b', 'c']);
      expect(delivery!.status('u1').latestCloudWatchLogsDeliveryError).toBeUndefined();
    },
  );

  test('doubles nothing when an append succeeded and nobody knew', async () => {
    await append('a', 'b');
    const { flush, status } = await start();
    fail = { afterAppend: new Error('connection lost') };
    await flush();
    expect(status('u1')).toEqual({ latestCloudWatchLogsDeliveryError: 'InternalError' });
    fail = {};
    await append('c');
    await flush();
    expect(group).toEqual(['a', 'b', 'c']);
  });

  test('waits for a group that refuses, keeps the journal for it, and says why', async () => {
    await append('a', 'b');
    fail = { refuse: new TrailLogGroupError('AccessDenied', 'no') };
    const { flush, status, holdJournal } = await start();
    await flush();
    expect(status('u1')).toEqual({ latestCloudWatchLogsDeliveryError: 'AccessDenied' });
    await holdJournal(journal).trim(2);
    expect(journal.tail().seq).toBe(0);
    fail = {};
    await flush();
    expect(group).toEqual(['a', 'b']);
    await holdJournal(journal).trim(2);
    expect(journal.tail().seq).toBe(2);
  });

  test('gives up after a day, or when it holds back too much, counted', async () => {
    await append('a', 'b');
    fail = { refuse: new TrailLogGroupError('ResourceNotFoundException', 'no') };
    const first = await start();
    await first.flush();
    time += DAY + 1;
    await append('c');
    await first.flush();
    // One range, and its last event may wait.
    expect(first.progress()[0]?.state).toMatchObject({ cursor: 0, dropped: {} });
    time += DAY + 1;
    await first.flush();
    expect(first.progress()[0]?.state).toMatchObject({ cursor: 3, dropped: { expired: 3 } });
    await first.close();
    await append('d');
    const second = await start(10);
    await second.flush();
    expect(second.progress()[0]?.state).toMatchObject({ cursor: 4, dropped: { expired: 3, overflow: 1 } });
    fail = {};
    await append('e');
    await second.flush();
    expect(group).toEqual(['e']);
  });

  test('remembers spans that the delivery of log files lets go of before it has read them', async () => {
    fail = { refuse: new TrailLogGroupError('AccessDenied', 'no') };
    await append('a', 'b');
    const { flush, keepSpans } = await start();
    await flush();
    trails = [trailWith([span(0, 1), span(1)])];
    await keepSpans('u1');
    trails = [trailWith([span(1)])];
    await restart();
    fail = {};
    await delivery!.flush();
    expect(group).toEqual(['a', 'b']);
  });

  test('starts anew where the group was set again', async () => {
    await append('a');
    const { flush } = await start();
    await flush();
    trails = [
      trailWith([span(0)], { cloudWatchLogsLogGroupArn: undefined, logGroupFrom: undefined } as never),
    ];
    await append('b');
    await flush();
    trails = [trailWith([span(0)], { logGroupFrom: 2 })];
    await append('c');
    await flush();
    expect(group).toEqual(['a', 'c']);
  });

  test('of a deleted trail brings the rest and forgets it', async () => {
    await append('a');
    const { flush, retire } = await start();
    await flush();
    await append('b');
    const [trail] = trails;
    trails = [];
    await retire(trail!);
    expect(group).toEqual(['a', 'b']);
    expect(await state.list('delivery/log-group/')).toEqual([]);
    expect(taken).toBe(0);
  });

  test('of a deleted trail that lost its group before leaves nothing behind', async () => {
    await append('a');
    const { flush, retire } = await start();
    await flush();
    expect(await state.list('delivery/log-group/')).toHaveLength(1);
    const without = trailWith([span(0)], { cloudWatchLogsLogGroupArn: undefined } as never);
    trails = [without];
    await flush();
    trails = [];
    await retire(without);
    expect(await state.list('delivery/log-group/')).toEqual([]);
  });
});
