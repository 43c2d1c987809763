import type { Alarm, AlarmState } from '../alarms/alarm.ts';
import { regionName } from './region-names.ts';

/** A change of state in a few lines: what, where, why. */
export function chatText(alarm: Alarm, before: AlarmState): string {
  return [
    `${alarm.state}: "${alarm.name}" in ${regionName(alarm.region)} (was ${before})`,
    ...(alarm.description ? [alarm.description] : []),
    alarm.reason,
    `Account ${alarm.account}, metric ${alarm.metric.namespace} ${alarm.metric.name}, ${new Date(alarm.stateUpdatedAt).toISOString()}`,
  ].join('\n');
}
