import { checkCounter, hasMembers, type TellDisagreement, wholeRows } from '../lmdb/index.ts';
import { type LogGroup, logGroupArn } from './log-group.ts';
import { type GroupSize, type LogsEnvironment, openLogsEnvironment } from './store/environment.ts';
import { sizeOf, streamOf } from './store/event-codec.ts';
import { sizeOfBatch } from './subscriptions/owed-batches.ts';

/** What a check of the log groups tells other checks. */
export interface InspectedLogs {
  readonly groups: readonly LogGroup[];
  /** How far each trail has been taken: the journal's number of its next event. */
  readonly marks: ReadonlyMap<string, number>;
  /** The number that the next points for the metrics will have. */
  readonly nextPoints: number;
  readonly events: number;
}

/** Goes through the log groups kept in `path`, which no server uses. Changes nothing. */
export async function inspectLogs(path: string, tell: TellDisagreement): Promise<InspectedLogs> {
  const env = openLogsEnvironment(path);
  try {
    const groups = new Map(
      [...wholeRows('groups', env.groups, isGroup, tell)].map(({ value }) => [value.uid, value] as const),
    );
    const dropped = garbageOf(env, tell);
    const streams = checkStreams(env, groups, tell);
    const events = checkEvents(env, { groups, streams, dropped }, tell);
    checkOwed(env, tell);
    for (const uids of [groups.keys(), streams.keys(), dropped.keys])
      checkCounter('uid', env.root.get('uid'), uids, tell);
    const isPoints = (value: unknown) => Array.isArray(value);
    const waiting = [...wholeRows('metric-points', env.metricPoints, isPoints, tell)].map(({ key }) => key);
    checkCounter('metric-points', env.root.get('metric-points'), waiting, tell);
    const isNumber = (value: unknown) => typeof value === 'number';
    return {
      groups: [...groups.values()],
      marks: new Map(
        [...wholeRows('marks', env.marks, isNumber, tell)].map(({ key, value }) => [key, value]),
      ),
      nextPoints: env.root.get('metric-points') ?? 1,
      events,
    };
  } finally {
    await env.root.close();
  }
}

const isGroup = (value: unknown) =>
  hasMembers(value, {
    uid: 'number',
    account: 'string',
    region: 'string',
    name: 'string',
    metricFilters: 'object',
  });

/** What was deleted and is not cleared away yet. */
function garbageOf({ garbage }: LogsEnvironment, tell: TellDisagreement) {
  const rows = [...wholeRows('garbage', garbage, (value) => hasMembers(value, { group: 'number' }), tell)];
  return {
    keys: rows.map(({ key }) => key),
    groups: new Set(rows.filter(({ value }) => value.stream === undefined).map(({ value }) => value.group)),
    streams: new Set(rows.flatMap(({ value }) => value.stream ?? [])),
  };
}

/** Streams by their uid, with the uid of their group. */
function checkStreams(
  env: LogsEnvironment,
  groups: ReadonlyMap<number, LogGroup>,
  tell: TellDisagreement,
): ReadonlyMap<number, number> {
  const streams = new Map<number, number>();
  const isStream = (value: unknown) => hasMembers(value, { uid: 'number', name: 'string' });
  for (const { key, value } of wholeRows('streams', env.streams, isStream, tell)) {
    const [group] = key;
    streams.set(value.uid, group);
    if (!groups.has(group))
      tell('owner', `the log stream ${value.name} is of a log group that does not exist`);
    if (env.streamNames.get([group, value.uid]) !== value.name)
      tell('index', `the log stream ${value.name} of ${nameOf(groups, group)} is not found by its number`);
  }
  const names = env.streamNames.getKeysCount();
  if (names > streams.size)
    tell('index', `${names - streams.size} names are of log streams that do not exist`);
  return streams;
}

function checkEvents(
  env: LogsEnvironment,
  known: {
    readonly groups: ReadonlyMap<number, LogGroup>;
    readonly streams: ReadonlyMap<number, number>;
    readonly dropped: ReturnType<typeof garbageOf>;
  },
  tell: TellDisagreement,
): number {
  const { groups, streams, dropped } = known;
  const sums = new Map<number, GroupSize>();
  let count = 0;
  let highest = 0;
  const ownerless = new Set<number>();
  for (const { key, value } of wholeRows('events', env.events, (bytes) => bytes.length >= 16, tell)) {
    const [group, time, seq] = key;
    const stream = streamOf(value);
    const sum = sums.get(group) ?? { bytes: 0, events: 0 };
    sums.set(group, { bytes: sum.bytes + sizeOf(value), events: sum.events + 1 });
    count++;
    highest = Math.max(highest, seq);
    if (!env.byStream.doesExist([stream, time, seq]))
      tell('index', `the log event ${seq} of ${nameOf(groups, group)} is not found in its stream`);
    const isOwned = groups.has(group) ? streams.get(stream) === group : dropped.groups.has(group);
    if (!isOwned && !dropped.streams.has(stream)) ownerless.add(group);
  }
  for (const group of ownerless)
    tell('owner', `log events of ${nameOf(groups, group)} are of a stream that does not exist`);
  const inStreams = env.byStream.getKeysCount();
  if (inStreams > count) tell('index', `${inStreams - count} log events of streams are in no log group`);
  checkCounter('event', env.root.get('event'), [highest], tell);
  for (const [uid, { name }] of groups) {
    const size = env.sizes.get(uid) ?? { bytes: 0, events: 0 };
    const sum = sums.get(uid) ?? { bytes: 0, events: 0 };
    if (size.bytes !== sum.bytes || size.events !== sum.events)
      tell(
        'sum',
        `the log group ${name} is said to hold ${size.events} events (${size.bytes} bytes), and holds ${sum.events} (${sum.bytes} bytes)`,
      );
  }
  return count;
}

function checkOwed(env: LogsEnvironment, tell: TellDisagreement): void {
  let bytes = 0;
  let highest = 0;
  const isBatch = (value: unknown) => hasMembers(value, { destination: 'string', events: 'object' });
  for (const { key, value } of wholeRows('owed-batches', env.owedBatches, isBatch, tell)) {
    bytes += sizeOfBatch(value);
    highest = Math.max(highest, key[1]);
  }
  checkCounter('owed-batch', env.root.get('owed-batch'), [highest], tell);
  const kept = env.root.get('owed-bytes') ?? 0;
  if (kept !== bytes) tell('sum', `subscribers are said to be owed ${kept} bytes, and are owed ${bytes}`);
}

function nameOf(groups: ReadonlyMap<number, LogGroup>, uid: number): string {
  const group = groups.get(uid);
  return group ? logGroupArn(group) : `the log group number ${uid}, which does not exist`;
}
