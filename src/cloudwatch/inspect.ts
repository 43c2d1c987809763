import { checkCounter, hasMembers, type TellDisagreement, wholeRows } from '../lmdb/index.ts';
import { type Alarm, alarmArn } from './alarms/alarm.ts';
import { type CloudWatchEnvironment, openCloudWatchEnvironment } from './environment.ts';

/** What a check of metrics and alarms tells other checks. */
export interface InspectedCloudWatch {
  readonly alarms: readonly Alarm[];
  /** How far each source of numbered data has been taken. */
  readonly marks: ReadonlyMap<string, number>;
  readonly metrics: number;
}

/** Goes through the metrics and alarms kept in `path`, which no server uses. Changes nothing. */
export async function inspectCloudWatch(path: string, tell: TellDisagreement): Promise<InspectedCloudWatch> {
  const env = openCloudWatchEnvironment(path);
  try {
    const metrics = checkMetrics(env, tell);
    const alarms = checkAlarms(env, tell);
    checkHistory(env, tell);
    const isOwed = (value: unknown) =>
      hasMembers(value, { alarm: 'object', action: 'string', message: 'object' });
    const owed = [...wholeRows('owed', env.owed, isOwed, tell)].map(({ key }) => key);
    checkCounter('owed', env.root.get('owed'), owed, tell);
    const isNumber = (value: unknown) => typeof value === 'number';
    const marks = [...wholeRows('marks', env.marks, isNumber, tell)];
    return { alarms, metrics, marks: new Map(marks.map(({ key, value }) => [key, value])) };
  } finally {
    await env.root.close();
  }
}

function checkMetrics(env: CloudWatchEnvironment, tell: TellDisagreement): number {
  const names = new Map<number, string>();
  const isSeries = (value: unknown) =>
    hasMembers(value, { uid: 'number', dimensions: 'object', lastAt: 'number' });
  let count = 0;
  for (const { key, value } of wholeRows('series', env.series, isSeries, tell)) {
    count++;
    const name = `${key[2]}/${key[3]}`;
    const other = names.get(value.uid);
    if (other !== undefined) tell('owner', `the data of the metric ${name} are those of ${other} too`);
    names.set(value.uid, name);
  }
  const ownerless = new Set<number>();
  const isSet = (value: unknown) =>
    hasMembers(value, { count: 'number', sum: 'number', min: 'number', max: 'number' });
  for (const { key } of wholeRows('points', env.points, isSet, tell))
    if (!names.has(key[0])) ownerless.add(key[0]);
  for (const uid of ownerless) tell('owner', `data are of a metric that does not exist (number ${uid})`);
  checkCounter('series', env.root.get('series'), names.keys(), tell);
  const kept = env.root.get('series-count') ?? 0;
  if (kept !== count) tell('sum', `there are said to be ${kept} metrics, and there are ${count}`);
  return count;
}

function checkAlarms(env: CloudWatchEnvironment, tell: TellDisagreement): readonly Alarm[] {
  const isAlarm = (value: unknown) =>
    hasMembers(value, {
      name: 'string',
      account: 'string',
      region: 'string',
      metric: 'object',
      rule: 'object',
      state: 'string',
    });
  const alarms = [...wholeRows('alarms', env.alarms, isAlarm, tell)].map(({ key, value }) => {
    if (key[2] !== value.name) tell('index', `${alarmArn(value, value.name)} is filed as ${key[2]}`);
    return value;
  });
  const counts = new Map<`alarms/${string}/${string}`, number>();
  for (const { account, region } of alarms) {
    const place = `alarms/${account}/${region}` as const;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  for (const [place, count] of counts) {
    const kept = env.root.get(place) ?? 0;
    if (kept !== count) tell('sum', `${place} are said to be ${kept}, and are ${count}`);
  }
  return alarms;
}

function checkHistory(env: CloudWatchEnvironment, tell: TellDisagreement): void {
  let count = 0;
  let highest = 0;
  const isItem = (value: unknown) => hasMembers(value, { alarm: 'string', time: 'number', type: 'string' });
  for (const { key, value } of wholeRows('history', env.history, isItem, tell)) {
    const [account, region, time, seq] = key;
    count++;
    highest = Math.max(highest, seq);
    if (!env.alarmHistory.doesExist([account, region, value.alarm, time, seq]))
      tell('index', `item ${seq} of the alarms' history is not found by its alarm ${value.alarm}`);
  }
  const byAlarm = env.alarmHistory.getKeysCount();
  if (byAlarm > count) tell('index', `${byAlarm - count} items of alarms are not in the alarms' history`);
  checkCounter('history', env.root.get('history'), [highest], tell);
}
