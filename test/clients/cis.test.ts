import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiClient } from '../../src/cli/api-client.ts';
import { CIS_CONTROLS } from '../../src/cli/cis/controls.ts';
import { ACCOUNT, apiOf, makeTrail } from '../fault/house-keeping.ts';
import { Aws } from './aws.ts';
import { type CisEvents, cisEvents } from './cis-events.ts';
import { Inbox } from './inbox.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { run } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:security`;
const GROUP = `aws-cloudtrail-logs-${ACCOUNT}`;
const PATIENCE = 120_000;
const COMMAND = join(import.meta.dirname, '..', '..', 'bin', 'opentrail.js');

let server: TestServer;
let inbox: Inbox;
/** Not root: root's own calls would set an alarm off. */
let alice: { readonly accessKeyId: string; readonly secretAccessKey: string };
let aws: Aws;

beforeAll(async () => {
  inbox = await Inbox.start();
  server = await TestServer.start({ flags: ['--delivery-interval', '1s', '--history-days', '5000'] });
  await makeTrail(server, 'cis-logs');
  alice = await apiOf(server).call('/v1/admin/users', { op: 'create', userName: 'alice', preset: 'admin' });
  const keys = { AWS_ACCESS_KEY_ID: alice.accessKeyId, AWS_SECRET_ACCESS_KEY: alice.secretAccessKey };
  aws = new Aws({ ...server.plainEnv, ...keys }, server.folder);
});
afterAll(async () => {
  await server?.dispose();
  inbox?.close();
});

const opentrail = (...args: readonly string[]) =>
  run(process.execPath, [COMMAND, ...args], { env: aws.env, cwd: server.folder });

/** Names of the alarms that went off, in order; SNS may repeat a message. */
const alarms = (): string[] => {
  const told = new Map<string, string>();
  for (const { body } of inbox.at('/')) {
    const { Type, MessageId, Message } = JSON.parse(body) as Record<string, string>;
    if (Type !== 'Notification') continue;
    const { AlarmName, NewStateValue } = JSON.parse(Message!) as Record<string, string>;
    if (NewStateValue === 'ALARM') told.set(MessageId!, AlarmName!);
  }
  return [...told.values()];
};

/** Log group, role, trail, 15 filters and 15 alarms, as AWS's pages tell people to do it. */
const setUpByHand = async () => {
  await aws.text('logs', 'create-log-group', '--log-group-name', GROUP);
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const write = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' };
  const policy = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [Statement] });
  const role = ['--role-name', 'trail-logs'];
  await aws.text('iam', 'create-role', ...role, '--assume-role-policy-document', policy(trust));
  const put = ['--policy-name', 'write', '--policy-document', policy(write)];
  await aws.text('iam', 'put-role-policy', ...role, ...put);
  await aws.text(
    ...['cloudtrail', 'update-trail', '--name', 'cis-logs'],
    ...['--cloud-watch-logs-log-group-arn', `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${GROUP}:*`],
    ...['--cloud-watch-logs-role-arn', `arn:aws:iam::${ACCOUNT}:role/trail-logs`],
  );
  for (const { name, pattern } of CIS_CONTROLS) await watch(name, pattern, '--alarm-actions', TOPIC);
};

/** A metric filter, and an alarm on its metric. */
const watch = async (name: string, pattern: string, ...actions: readonly string[]) => {
  const metric = `metricName=${name},metricNamespace=LogMetrics,metricValue=1`;
  await Promise.all([
    aws.text(
      ...['logs', 'put-metric-filter', '--log-group-name', GROUP, '--filter-name', name],
      ...['--filter-pattern', pattern, '--metric-transformations', metric],
    ),
    aws.text(
      ...['cloudwatch', 'put-metric-alarm', '--alarm-name', name, '--namespace', 'LogMetrics'],
      ...['--metric-name', name, '--statistic', 'Sum', '--period', '10', '--evaluation-periods', '1'],
      ...['--threshold', '1', '--comparison-operator', 'GreaterThanOrEqualToThreshold'],
      ...['--treat-missing-data', 'notBreaching', ...actions],
    ),
  ]);
};

const send = async (events: readonly unknown[]) => {
  const identity = { kind: 'keys', credentials: alice } as const;
  const api = createApiClient({ url: server.url, region: 'us-east-1', identity }, Date.now);
  const answer = await api.post('/v1/events', events.map((event) => JSON.stringify(event)).join('\n'));
  expect(await answer.json()).toMatchObject({ accepted: events.length, refused: 0 });
};

/** Waits until the log group holds these events. */
const untilLogged = async (events: readonly { readonly eventID?: unknown }[]) => {
  await until('the events are in the log group', PATIENCE, async () => {
    const text = await aws.text('logs', 'filter-log-events', '--log-group-name', GROUP, '--output', 'text');
    return events.every(({ eventID }) => text.includes(String(eventID)));
  });
};

const statesOf = async () => {
  const { MetricAlarms } = (await aws.json('cloudwatch', 'describe-alarms')) as {
    MetricAlarms: { AlarmName: string; StateValue: string }[];
  };
  return new Map(MetricAlarms.map(({ AlarmName, StateValue }) => [AlarmName, StateValue]));
};

test('15 alarms that the AWS CLI sets up fire on their events and on no others', {
  timeout: 400_000,
}, async () => {
  await aws.text('sns', 'create-topic', '--name', 'security');
  const endpoint = ['--protocol', 'http', '--notification-endpoint', inbox.url('/')];
  await aws.text('sns', 'subscribe', '--topic-arn', TOPIC, ...endpoint);
  const { body } = await inbox.wait('/');
  await fetch(JSON.parse(body).SubscribeURL);

  const before = await opentrail('cis', 'status');
  expect(before.status).toBe(1);
  expect(before.stdout).toContain('trail cis-logs is not watched: it has no log group');
  await setUpByHand();
  const after = await opentrail('cis', 'status', '--output', 'json');
  expect(after, after.stdout + after.stderr).toMatchObject({ status: 0 });
  const { controls } = JSON.parse(after.stdout) as { controls: { passes: boolean }[] };
  expect(controls.map(({ passes }) => passes)).toEqual(CIS_CONTROLS.map(() => true));

  const names = CIS_CONTROLS.map(({ name }) => name).toSorted();
  // Setting all this up was itself worth an alarm or two.
  await until('all is quiet', PATIENCE, async () => {
    const states = await statesOf();
    return names.every((name) => states.get(name) === 'OK');
  });
  const loud = alarms().length;

  const events: readonly CisEvents[] = cisEvents();
  console.log(`real events: ${events.filter(({ isReal }) => isReal).length} of ${events.length}`);
  await send(events.map(({ harmless }) => harmless));
  await untilLogged(events.map(({ harmless }) => harmless));
  // Metrics take what log groups count in its order, and all alarms are evaluated at once: when one more alarm, which
  // tells nobody, has seen an event that came later, the others have seen these.
  await watch('Witness', '{ $.eventName = "Witnessed" }');
  await send([{ ...events[0]!.harmless, eventID: randomUUID(), eventName: 'Witnessed' }]);
  let states = await statesOf();
  await until('a later event sets its alarm off', PATIENCE, async () => {
    states = await statesOf();
    return states.get('Witness') === 'ALARM';
  });
  expect([...states].filter(([, state]) => state !== 'OK')).toEqual([['Witness', 'ALARM']]);
  expect(alarms().slice(loud)).toEqual([]);

  await send(events.map(({ firing }) => firing));
  await untilLogged(events.map(({ firing }) => firing));
  await until('every alarm has told the subscriber', PATIENCE, () => {
    const told = new Set(alarms().slice(loud));
    return names.every((name) => told.has(name));
  });
  expect(alarms().slice(loud).toSorted(), 'each once').toEqual(names);

  const rehearsed = await opentrail('alarms', 'rehearse', '--alarm', 'VPCChanges', '--days', '4000');
  expect(rehearsed.stdout, rehearsed.stderr).toMatch(
    /^VPCChanges: would have fired once; 1 of \d+ events match/,
  );
  const filtered = await opentrail('filters', 'rehearse', '--cis', '4.7', '--days', '1', '--output', 'json');
  expect(JSON.parse(filtered.stdout)).toMatchObject({
    matches: 1,
    top: { events: [['ScheduleKeyDeletion', 1]] },
  });

  for (const name of names) {
    const question = ['--alarm-name', name, '--history-item-type', 'StateUpdate'];
    const { AlarmHistoryItems } = (await aws.json('cloudwatch', 'describe-alarm-history', ...question)) as {
      AlarmHistoryItems: { HistorySummary: string }[];
    };
    expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toContain(
      'Alarm updated from OK to ALARM',
    );
  }
});

test('one command sets them up too: the guide, typed as it stands there, on the same server', async () => {
  const session = await typeCommands(commandsOf('docs/guides/cis.md', 'run'), server);
  expect(session.status, transcript(session, server)).toBe(0);
  expect(session.stdout).toMatch(/4\.15 +OrganizationsChanges +passes/);
  // A rehearsal goes as far as the last minute that is over, and the events may be younger.
  const fired = /^RootAccountUsage: would have fired (once|\d+ times)/m;
  await until('the minute of the events is over and the alarm fires in a rehearsal', 90_000, async () => {
    if (fired.test(session.stdout)) return true;
    const again = await run(
      'npx',
      ['opentrail', 'alarms', 'rehearse', '--alarm', 'RootAccountUsage', '--days', '30'],
      {
        cwd: server.folder,
        env: { ...server.plainEnv, OPENTRAIL_DATA_DIR: server.dataDir },
        milliseconds: 60_000,
      },
    );
    return fired.test(again.stdout);
  });
});
