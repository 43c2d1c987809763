import { doubleText } from '../java-text.ts';
import type { AlarmRule, AlarmState, Comparison } from './alarm.ts';
import { isBreaching } from './comparison.ts';
import type { Datapoint } from './datapoints.ts';

const WORDS: Readonly<Record<Comparison, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

/** Values that a reason shows; AWS shows at most these. */
const MOST_SHOWN = 5;

/** `Threshold Crossed: 1 datapoint [3.0 (21/11/26 05:10:00)] was greater than or equal to the threshold (1.0).` */
export function thresholdReason(
  rule: AlarmRule,
  looked: readonly Datapoint[],
  missing: number,
  state: AlarmState,
  before: AlarmState,
): string {
  const data = looked.length > 0 ? compared(rule, looked, state, before) : undefined;
  if (missing === 0) return `Threshold Crossed: ${data}.`;
  const treated = `${missing} missing ${missing === 1 ? 'datapoint was' : 'datapoints were'} treated as [${
    rule.missingData === 'breaching' ? 'Breaching' : 'NonBreaching'
  }]`;
  const none = `no datapoints were received for ${missing} ${missing === 1 ? 'period' : 'periods'}`;
  return `Threshold Crossed: ${data ?? none} and ${treated}.`;
}

/** `Insufficient Data: 1 datapoint was unknown.` */
export function insufficientReason(unknown: number): string {
  return `Insufficient Data: ${unknown} ${unknown === 1 ? 'datapoint was' : 'datapoints were'} unknown.`;
}

function compared(
  rule: AlarmRule,
  looked: readonly Datapoint[],
  state: AlarmState,
  before: AlarmState,
): string {
  const { comparison, threshold, datapointsToAlarm, evaluationPeriods } = rule;
  const words = `${WORDS[comparison]} the threshold (${doubleText(threshold)})`;
  const not = state === 'ALARM' ? '' : 'not ';
  const matching = looked.filter(
    ({ value }) => isBreaching(value, comparison, threshold) === (state === 'ALARM'),
  );
  const were = matching.length === 1 ? 'was' : 'were';
  if (datapointsToAlarm === undefined) {
    const datapoints = matching.length === 1 ? 'datapoint' : 'datapoints';
    return `${matching.length} ${datapoints} ${shown(matching)} ${were} ${not}${words}`;
  }
  const least = state === 'ALARM' ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  return (
    `${matching.length} out of the last ${looked.length} datapoints ${shown(matching)} ${were} ${not}${words} ` +
    `(minimum ${least} ${least === 1 ? 'datapoint' : 'datapoints'} for ${state === 'ALARM' ? 'OK' : before} -> ${state} transition)`
  );
}

/** Newest first, as AWS shows them: `[1.0 (21/11/26 05:10:00), …]`. */
function shown(data: readonly Datapoint[]): string {
  const parts = data
    .toReversed()
    .slice(0, MOST_SHOWN)
    .map(({ value, time }) => `${doubleText(value)} (${dayText(time)})`);
  return `[${parts.join(', ')}${data.length > MOST_SHOWN ? ', ...' : ''}]`;
}

/** `21/11/26 05:10:00`, in UTC. */
function dayText(time: number): string {
  const [year, month, day, hour] = new Date(time).toISOString().split(/[-T.]/);
  return `${day}/${month}/${year!.slice(2)} ${hour}`;
}
