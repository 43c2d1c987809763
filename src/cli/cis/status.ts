import { type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { type MetricFilter, paginateDescribeMetricFilters } from '@aws-sdk/client-cloudwatch-logs';
import { ListSubscriptionsByTopicCommand } from '@aws-sdk/client-sns';
import { ask, askFor } from '../ask.ts';
import type { CisClients } from './clients.ts';
import { CIS_CONTROLS, type CisControl, comparablePattern } from './controls.ts';
import { type CisTrail, readTrails } from './trail.ts';

/** How one control stands. */
export interface ControlStatus {
  readonly control: CisControl;
  /** `OK`, `ALARM`, `INSUFFICIENT_DATA`; absent without an alarm. */
  readonly state?: string;
  /** When the alarm came into that state, ms since the epoch. */
  readonly since?: number;
  /** What is missing; empty: the control passes as Security Hub judges it. */
  readonly faults: readonly string[];
}

/** How the account stands. */
export interface CisStatus {
  readonly trails: readonly CisTrail[];
  readonly controls: readonly ControlStatus[];
}

/**
 * Judges each control as Security Hub does: a trail of all Regions that logs all management events into a group; there a
 * filter of the control's pattern; on its metric an alarm that acts; and a topic with a confirmed subscriber.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
 * @throws CliError
 */
export async function readStatus(clients: CisClients): Promise<CisStatus> {
  const trails = await readTrails(clients);
  const groups = trails.flatMap(({ faults, logGroup }) =>
    faults.length === 0 && logGroup !== undefined ? [logGroup] : [],
  );
  const filters: MetricFilter[] = [];
  for (const logGroupName of new Set(groups)) {
    await ask(
      'DescribeMetricFilters',
      collect(paginateDescribeMetricFilters({ client: clients.logs }, { logGroupName }), (page) =>
        filters.push(...(page.metricFilters ?? [])),
      ),
    );
  }
  const alarms: MetricAlarm[] = [];
  await ask(
    'DescribeAlarms',
    collect(paginateDescribeAlarms({ client: clients.alarms }, { AlarmTypes: ['MetricAlarm'] }), (page) =>
      alarms.push(...(page.MetricAlarms ?? [])),
    ),
  );
  const heard = new Map<string, Promise<boolean>>();
  const isHeard = (topic: string) => {
    const known = heard.get(topic) ?? hasSubscriber(clients, topic);
    heard.set(topic, known);
    return known;
  };
  const controls: ControlStatus[] = [];
  for (const control of CIS_CONTROLS) {
    if (groups.length === 0) controls.push({ control, faults: ['no trail to watch'] });
    else controls.push(await judge(control, filters, alarms, isHeard));
  }
  return { trails, controls };
}

async function judge(
  control: CisControl,
  filters: readonly MetricFilter[],
  alarms: readonly MetricAlarm[],
  isHeard: (topic: string) => Promise<boolean>,
): Promise<ControlStatus> {
  const wanted = comparablePattern(control.pattern);
  const fitting = filters.filter(({ filterPattern = '' }) => comparablePattern(filterPattern) === wanted);
  if (fitting.length === 0) {
    const named = filters.some(({ filterName }) => filterName === control.name);
    return { control, faults: [named ? 'its filter has another pattern' : 'no filter of its pattern'] };
  }
  const metrics = new Set(
    fitting.flatMap(({ metricTransformations = [] }) =>
      metricTransformations.map((one) => `${one.metricNamespace} ${one.metricName}`),
    ),
  );
  const watching = alarms.filter((alarm) => metrics.has(`${alarm.Namespace} ${alarm.MetricName}`));
  if (watching.length === 0) return { control, faults: ['no alarm on its metric'] };
  let best: ControlStatus | undefined;
  for (const alarm of watching) {
    const judged = { control, ...stateOf(alarm), faults: await faultsOf(alarm, isHeard) };
    if (!best || judged.faults.length < best.faults.length) best = judged;
  }
  return best!;
}

function stateOf({ StateValue: state, StateUpdatedTimestamp: since }: MetricAlarm) {
  return { ...(state && { state }), ...(since && { since: since.getTime() }) };
}

async function faultsOf(
  alarm: MetricAlarm,
  isHeard: (topic: string) => Promise<boolean>,
): Promise<readonly string[]> {
  if (!alarm.ActionsEnabled) return ['its alarm does nothing: actions are off'];
  const topics = (alarm.AlarmActions ?? []).filter((action) => action.split(':')[2] === 'sns');
  if (topics.length === 0) return ['its alarm tells no topic'];
  for (const topic of topics) if (await isHeard(topic)) return [];
  return ['nobody is subscribed to its topic'];
}

/** Has the topic a confirmed subscriber? @throws CliError */
export async function hasSubscriber({ topics }: CisClients, topic: string): Promise<boolean> {
  let token: string | undefined;
  do {
    const question = new ListSubscriptionsByTopicCommand({ TopicArn: topic, NextToken: token });
    const page = await askFor('ListSubscriptionsByTopic', topics.send(question), ['NotFoundException']);
    if (page?.Subscriptions?.some(({ SubscriptionArn }) => SubscriptionArn?.startsWith('arn:'))) return true;
    token = page?.NextToken;
  } while (token !== undefined);
  return false;
}

async function collect<Page>(pages: AsyncIterable<Page>, take: (page: Page) => void): Promise<void> {
  for await (const page of pages) take(page);
}
