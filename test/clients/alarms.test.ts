import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  PutLogEventsCommand,
  PutMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, clientOf } from '../fault/house-keeping.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { run } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alarms`;
const GROUP = 'CloudTrail/logs';
const PATIENCE = 120_000;

interface Told {
  readonly Subject: string;
  readonly AlarmName: string;
  readonly NewStateValue: string;
  readonly NewStateReason: string;
  readonly Trigger: Readonly<Record<string, unknown>>;
}

let server: TestServer;
let subscriber: Server;
/** What the subscriber got, in order. */
const told: Told[] = [];

const toldOf = (alarm: string, state = 'ALARM') =>
  told.filter(({ AlarmName, NewStateValue }) => AlarmName === alarm && NewStateValue === state);

beforeAll(async () => {
  subscriber = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    req.on('end', () => {
      res.end();
      const envelope = JSON.parse(body);
      if (envelope.Type === 'SubscriptionConfirmation') void fetch(envelope.SubscribeURL);
      else told.push({ Subject: envelope.Subject, ...JSON.parse(envelope.Message) });
    });
  });
  await new Promise<void>((done) => subscriber.listen(0, '127.0.0.1', done));
  server = await TestServer.start();
});
afterAll(async () => {
  await server?.dispose();
  subscriber.closeAllConnections();
  subscriber.close();
});

const watch = () => new CloudWatchClient(clientOf(server));

const summariesOf = async (name: string, type: 'StateUpdate' | 'Action') => {
  const asked = { AlarmName: name, HistoryItemType: type, ScanBy: 'TimestampAscending' as const };
  const { AlarmHistoryItems = [] } = await watch().send(new DescribeAlarmHistoryCommand(asked));
  return AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary);
};

/** An alarm that is looked at every ten seconds. */
const alarmOf = (name: string, metric: string) =>
  new PutMetricAlarmCommand({
    AlarmName: name,
    Namespace: 'LogMetrics',
    MetricName: metric,
    Statistic: 'Sum',
    Period: 10,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [TOPIC],
  });

describe('the path that security guides describe, by the AWS CLI', () => {
  test('as the guide prints it: from the log event over filter, alarm and topic to the subscriber', async () => {
    const { port } = subscriber.address() as AddressInfo;
    const commands = commandsOf('docs/guides/alarms.md', 'run').replace(
      '127.0.0.1:9000',
      `127.0.0.1:${port}`,
    );
    const session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
    expect(session.status, transcript(session, server)).toBe(0);
    await until('the subscriber is told', PATIENCE, () => toldOf('RootUse').length > 0);

    const [message] = toldOf('RootUse');
    const { aws } = server;
    expect(message).toMatchObject({
      Subject: 'ALARM: "RootUse" in US East (N. Virginia)',
      AlarmDescription: 'Root was used',
      AWSAccountId: ACCOUNT,
      AlarmArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:RootUse`,
      Trigger: { MetricName: 'RootUse', Namespace: 'LogMetrics', Statistic: 'SUM', Period: 10, Threshold: 1 },
    });
    expect(message?.NewStateReason).toMatch(
      /^Threshold Crossed: 1 datapoint \[1\.0 \(.*\)\] was greater than or equal/,
    );
    const { MetricAlarms } = (await aws.json('cloudwatch', 'describe-alarms', '--state-value', 'ALARM')) as {
      MetricAlarms?: readonly { AlarmName: string; StateReason: string }[];
    };
    expect(MetricAlarms).toMatchObject([{ AlarmName: 'RootUse', StateReason: message?.NewStateReason }]);
  }, 200_000);

  test('counts what matched, and shows it as any metric', async () => {
    const { aws } = server;
    const hour = (offset: number) => new Date(Date.now() + offset * 3_600_000).toISOString();
    const read = (await aws.json(
      ...['cloudwatch', 'get-metric-statistics', '--namespace', 'LogMetrics', '--metric-name', 'RootUse'],
      ...[
        '--start-time',
        hour(-1),
        '--end-time',
        hour(1),
        '--period',
        '7200',
        '--statistics',
        'Sum',
        'SampleCount',
      ],
    )) as { Datapoints?: readonly object[] };
    expect(read.Datapoints).toMatchObject([{ Sum: 1, SampleCount: 1, Unit: 'None' }]);
    const listed = await aws.json('cloudwatch', 'list-metrics', '--namespace', 'LogMetrics');
    expect(listed.Metrics).toEqual([{ Namespace: 'LogMetrics', MetricName: 'RootUse', Dimensions: [] }]);
  });

  test('writes it down in the history', async () => {
    const updates = await summariesOf('RootUse', 'StateUpdate');
    expect(updates.filter((summary) => summary?.endsWith(' to ALARM'))).toHaveLength(1);
    await until(
      'the message is written down',
      PATIENCE,
      async () => (await summariesOf('RootUse', 'Action')).length > 0,
    );
    expect(await summariesOf('RootUse', 'Action')).toEqual([`Successfully executed action ${TOPIC}`]);
    expect(toldOf('RootUse')).toHaveLength(1);
  });

  test('is tried out with set-alarm-state, and says no in the words of AWS', async () => {
    const { aws } = server;
    const set = ['cloudwatch', 'set-alarm-state', '--state-value', 'ALARM', '--state-reason', 'a drill'];
    await watch().send(alarmOf('Drill', 'Nothing'));
    await aws.text(...set, '--alarm-name', 'Drill');
    await until('the subscriber is told of the drill', PATIENCE, () => toldOf('Drill').length > 0);
    expect(toldOf('Drill')[0]?.NewStateReason).toBe('a drill');
    expect(await aws.refusal(...set, '--alarm-name', 'nope')).toContain(
      'An error occurred (ResourceNotFound) when calling the SetAlarmState operation',
    );
    expect(
      await aws.refusal(
        'cloudwatch',
        'put-metric-alarm',
        '--alarm-name',
        'x',
        '--namespace',
        'N',
        '--metric-name',
        'm',
      ),
    ).toContain('An error occurred (MissingParameter)');
  });
});

describe('a power cut', () => {
  const NAMES = ['one', 'two', 'three'];

  test('right after the events loses no alarm and repeats no message more than once', async () => {
    const logs = new CloudWatchLogsClient(clientOf(server));
    // A metric of its own: what happened a minute ago would set off an alarm, too.
    const transformation = { metricNamespace: 'LogMetrics', metricName: 'Cut', metricValue: '1' };
    await logs.send(
      new PutMetricFilterCommand({
        ...{ logGroupName: GROUP, filterName: 'Cut', filterPattern: '{ $.drill = "cut" }' },
        metricTransformations: [transformation],
      }),
    );
    for (const name of NAMES) await watch().send(alarmOf(name, 'Cut'));
    const root = { userIdentity: { type: 'Root' }, eventType: 'AwsApiCall' };
    const message = JSON.stringify({ ...root, drill: 'cut' });
    const place = { logGroupName: GROUP, logStreamName: 'drill' };
    await logs.send(new PutLogEventsCommand({ ...place, logEvents: [{ timestamp: Date.now(), message }] }));
    await server.kill9();
    await server.restart();
    await until('one has been told', PATIENCE, () => NAMES.some((name) => toldOf(name).length > 0));
    // Between a message and its place in the history, as likely as not.
    await server.kill9();
    await server.restart();
    await until('all have been told', PATIENCE, () => NAMES.every((name) => toldOf(name).length > 0));
    for (const name of NAMES) {
      expect(toldOf(name).length).toBeLessThanOrEqual(2);
      const updates = await summariesOf(name, 'StateUpdate');
      expect(updates.filter((summary) => summary?.endsWith('to ALARM'))).toHaveLength(1);
    }
  }, 200_000);

  test('counts no event twice', async () => {
    await watch().send(
      new PutMetricDataCommand({
        Namespace: 'Own',
        MetricData: [{ MetricName: 'm', Values: [1, 2], Counts: [3, 1] }],
      }),
    );
    const code = [
      'import boto3, datetime as d',
      "c = boto3.client('cloudwatch')",
      'now = d.datetime.now(d.timezone.utc)',
      'def total(ns, name):',
      "    q = [{'Id': 'a', 'MetricStat': {'Metric': {'Namespace': ns, 'MetricName': name}, 'Period': 86400, 'Stat': 'Sum'}}]",
      '    r = c.get_metric_data(MetricDataQueries=q, StartTime=now - d.timedelta(days=1), EndTime=now + d.timedelta(hours=1))',
      "    return sum(r['MetricDataResults'][0]['Values'])",
      "print(float(total('LogMetrics', 'RootUse')), float(total('Own', 'm')))",
      "try: c.delete_alarms(AlarmNames=['nope'])",
      'except c.exceptions.ResourceNotFound as e: print(e.response["Error"]["Code"])',
    ].join('\n');
    const outcome = await run('python3', ['-c', code], { env: server.env });
    expect(outcome).toMatchObject({ status: 0, stdout: '2.0 5.0\nResourceNotFound\n' });
  });
});
