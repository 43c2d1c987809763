import type { MetricId } from '../metrics/metric.ts';
import { type CloudWatchPlace, partitionOf } from '../place.ts';

/** An alarm's state. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** How a value is held against a static threshold. */
export const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;

/** A comparison's name. */
export type Comparison = (typeof COMPARISONS)[number];

/** What stands in for data that did not come. */
export const MISSING_DATA = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;

/** A treatment's name. */
export type MissingData = (typeof MISSING_DATA)[number];

/** When an alarm is in ALARM: all that an evaluation needs. */
export interface AlarmRule {
  /** A plain statistic, or a percentile (`p99`). */
  readonly statistic: string;
  /** Seconds: 10, 30, or a multiple of 60. */
  readonly period: number;
  readonly evaluationPeriods: number;
  /** Absent: all of the evaluation periods. */
  readonly datapointsToAlarm?: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly missingData: MissingData;
  /** `ignore`: a percentile of too few values changes nothing. */
  readonly lowSampleCount?: 'evaluate' | 'ignore';
  /** Only data in this unit. */
  readonly unit?: string;
}

/** What PutMetricAlarm sets. */
export interface AlarmSettings {
  readonly name: string;
  readonly description?: string;
  readonly metric: MetricId;
  readonly rule: AlarmRule;
  /** As it was given; absent: it was left out, and counts as `missing`. */
  readonly treatMissingData?: MissingData;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
}

/** An alarm as it is kept. All times are milliseconds since the epoch. */
export interface Alarm extends CloudWatchPlace, AlarmSettings {
  /** Another one for an alarm made again under the same name. */
  readonly createdAt: number;
  readonly configuredAt: number;
  readonly state: AlarmState;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData?: string;
  readonly stateUpdatedAt: number;
  /** When the state last became another one. */
  readonly transitionedAt: number;
  /** The end of the last stretch of time that has been evaluated. */
  readonly evaluatedTo: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** By account, Region, name. */
export type AlarmKey = [account: string, region: string, name: string];

/** An alarm's key. */
export function alarmKey({ account, region }: CloudWatchPlace, name: string): AlarmKey {
  return [account, region, name];
}

/** An alarm's ARN. */
export function alarmArn({ account, region }: CloudWatchPlace, name: string): string {
  return `arn:${partitionOf(region)}:cloudwatch:${region}:${account}:alarm:${name}`;
}

/** Reads an alarm's ARN; undefined for anything else. */
export function readAlarmArn(arn: string): (CloudWatchPlace & { readonly name: string }) | undefined {
  const found = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]{1,40}):(\d{12}):alarm:(.{1,255})$/s.exec(arn);
  return found ? { region: found[1]!, account: found[2]!, name: found[3]! } : undefined;
}

/** The actions of a state. */
export function actionsOf(alarm: AlarmSettings, state: AlarmState): readonly string[] {
  if (state === 'OK') return alarm.okActions;
  return state === 'ALARM' ? alarm.alarmActions : alarm.insufficientDataActions;
}
