import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { PutMetricFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ask } from '../ask.ts';
import type { CisClients } from './clients.ts';
import { CIS_NAMESPACE, type CisControl } from './controls.ts';

/** Where a control's filter reads, and whom its alarm tells. */
export interface CisPlace {
  readonly logGroup: string;
  readonly topic: string;
  /** Seconds that an alarm sums over; 300 is what AWS's pages say. */
  readonly period: number;
}

/** Sets up one control's filter and alarm; what stands there under these names is replaced. @throws CliError */
export async function enableControl(
  { logs, alarms }: CisClients,
  control: CisControl,
  { logGroup, topic, period }: CisPlace,
): Promise<void> {
  const { name, number, title, pattern, securityHub } = control;
  await ask(
    `PutMetricFilter ${name}`,
    logs.send(
      new PutMetricFilterCommand({
        logGroupName: logGroup,
        filterName: name,
        filterPattern: pattern,
        metricTransformations: [{ metricName: name, metricNamespace: CIS_NAMESPACE, metricValue: '1' }],
      }),
    ),
  );
  await ask(
    `PutMetricAlarm ${name}`,
    alarms.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        AlarmDescription: `CIS ${number}${securityHub ? `, Security Hub ${securityHub}` : ''}: ${title}`,
        ActionsEnabled: true,
        AlarmActions: [topic],
        Namespace: CIS_NAMESPACE,
        MetricName: name,
        Statistic: 'Sum',
        Period: period,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'notBreaching',
      }),
    ),
  );
}
