import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../lmdb/index.ts';
import type { OwedAction } from './actions/owed-action.ts';
import type { Alarm, AlarmKey } from './alarms/alarm.ts';
import type { HistoryItem } from './alarms/history-item.ts';
import type { Dimension, SeriesKey } from './metrics/metric.ts';
import type { StatisticSet } from './metrics/statistic-set.ts';

/** A metric that has data. */
export interface Series {
  /** Never used twice. */
  readonly uid: number;
  readonly dimensions: readonly Dimension[];
  /** When it last got data, to the minute; ms since the epoch. */
  readonly lastAt: number;
}

/** By the series' uid, the tier's step, the step's beginning (ms), and the unit. */
export type PointKey = [series: number, step: number, time: number, unit: string];
/** By time of the item, then by its number. */
export type HistoryKey = [account: string, region: string, time: number, seq: number];
/** The same for one alarm. */
export type AlarmHistoryKey = [account: string, region: string, alarm: string, time: number, seq: number];

/** What is counted. */
export type CloudWatchCounter = 'series' | 'history' | 'owed' | 'series-count' | `alarms/${string}/${string}`;

/** The databases of the CloudWatch room, in one LMDB environment: a transaction spans them all. */
export interface CloudWatchEnvironment {
  /** The next numbers, how many metrics there are, and how many alarms in each place. */
  readonly root: RootDatabase<number, CloudWatchCounter>;
  readonly series: Database<Series, SeriesKey>;
  readonly points: Database<StatisticSet, PointKey>;
  /** How far each source of data that must not repeat itself has been taken. */
  readonly marks: Database<number, string>;
  readonly alarms: Database<Alarm, AlarmKey>;
  readonly history: Database<HistoryItem, HistoryKey>;
  readonly alarmHistory: Database<number, AlarmHistoryKey>;
  /** Actions of state changes that have not been carried out yet, in order. */
  readonly owed: Database<OwedAction, number>;
}

/** Opens (and makes) the environment in `path`, a folder of its own. A write is on disk when its promise resolves. */
export function openCloudWatchEnvironment(path: string): CloudWatchEnvironment {
  const root: CloudWatchEnvironment['root'] = openEnvironment(path);
  return {
    root,
    series: root.openDB({ name: 'series', encoding: 'json' }),
    points: root.openDB({ name: 'points', encoding: 'json' }),
    marks: root.openDB({ name: 'marks', encoding: 'json' }),
    alarms: root.openDB({ name: 'alarms', encoding: 'json' }),
    history: root.openDB({ name: 'history', encoding: 'json' }),
    alarmHistory: root.openDB({ name: 'alarm-history', encoding: 'json' }),
    owed: root.openDB({ name: 'owed', encoding: 'json' }),
  };
}
