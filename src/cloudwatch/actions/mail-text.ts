import { type Alarm, type AlarmState, alarmArn } from '../alarms/alarm.ts';
import { doubleText } from '../java-text.ts';
import { regionName } from './region-names.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** A change of state for somebody who reads mail, in the order in which CloudWatch tells it. */
export function mailText(alarm: Alarm, before: AlarmState): string {
  const { metric, rule } = alarm;
  const time = longTime(alarm.stateUpdatedAt);
  const needed = rule.datapointsToAlarm ?? rule.evaluationPeriods;
  const rows = (all: readonly (readonly [string, string])[]) =>
    all.map(([name, value]) => `- ${`${name}:`.padEnd(28)}${value}`);
  return [
    `You are receiving this email because your CloudWatch Alarm "${alarm.name}" in the ${regionName(alarm.region)} ` +
      `region has entered the ${alarm.state} state, because "${alarm.reason}" at "${time}".`,
    '',
    'Alarm Details:',
    ...rows([
      ['Name', alarm.name],
      ['Description', alarm.description ?? ''],
      ['State Change', `${before} -> ${alarm.state}`],
      ['Reason for State Change', alarm.reason],
      ['Timestamp', time],
      ['AWS Account', alarm.account],
      ['Alarm Arn', alarmArn(alarm, alarm.name)],
    ]),
    '',
    'Threshold:',
    `- The alarm is in the ALARM state when the metric is ${rule.comparison} ${doubleText(rule.threshold)} for at ` +
      `least ${needed} of the last ${rule.evaluationPeriods} period(s) of ${rule.period} seconds.`,
    '',
    'Monitored Metric:',
    ...rows([
      ['MetricNamespace', metric.namespace],
      ['MetricName', metric.name],
      ['Dimensions', `[${metric.dimensions.map(({ name, value }) => `${name} = ${value}`).join(', ')}]`],
      ['Period', `${rule.period} seconds`],
      ['Statistic', rule.statistic],
      ['Unit', rule.unit ?? 'not specified'],
      ['TreatMissingData', alarm.treatMissingData ?? 'missing'],
    ]),
    '',
    'State Change Actions:',
    ...rows([
      ['OK', listed(alarm.okActions)],
      ['ALARM', listed(alarm.alarmActions)],
      ['INSUFFICIENT_DATA', listed(alarm.insufficientDataActions)],
    ]),
    '',
  ].join('\n');
}

function listed(actions: readonly string[]): string {
  return actions.length === 0 ? '' : `[${actions.join(', ')}]`;
}

/** `Saturday 21 November, 2026 05:10:00 UTC` */
function longTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  const day = `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}, ${date.getUTCFullYear()}`;
  return `${day} ${date.toISOString().slice(11, 19)} UTC`;
}
