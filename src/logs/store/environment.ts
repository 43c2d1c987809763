import type { Database, RootDatabase } from 'lmdb';
import { openEnvironment } from '../../lmdb/index.ts';
import type { LogGroup, LogStream } from '../log-group.ts';
import type { FilterPoint } from '../metric-filters/filter-point.ts';
import type { OwedBatchKey } from '../subscriptions/owed-batches.ts';
import type { OwedLogBatch } from '../subscriptions/subscription.ts';

/** By account, Region, name. */
export type GroupKey = [account: string, region: string, name: string];
/** By the group's uid and the stream's name. */
export type StreamKey = [group: number, name: string];
/** By the group's or stream's uid, the event's time (ms), and its number. */
export type EventKey = [owner: number, time: number, seq: number];

/** Bytes and number of a group's events. */
export interface GroupSize {
  readonly bytes: number;
  readonly events: number;
}

/** What was deleted and whose events have not been cleared away yet: a group, or one stream of it. */
export interface Garbage {
  readonly group: number;
  readonly stream?: number;
}

/** The databases of the logs room, in one LMDB environment: a transaction spans them all. */
export interface LogsEnvironment {
  /** Counters of which the next number is kept, and `owed-bytes`: the text that is owed. */
  readonly root: RootDatabase<number, 'uid' | 'event' | 'metric-points' | 'owed-batch' | 'owed-bytes'>;
  readonly groups: Database<LogGroup, GroupKey>;
  readonly streams: Database<LogStream, StreamKey>;
  /** A stream's name by the group's and its own uid; a stream that is not here has been deleted. */
  readonly streamNames: Database<string, [group: number, stream: number]>;
  /** All events of a group in order of time; see event-codec.ts. */
  readonly events: Database<Buffer, EventKey>;
  /** The same keys by stream, without the events. */
  readonly byStream: Database<Buffer, EventKey>;
  readonly sizes: Database<GroupSize, number>;
  readonly garbage: Database<Garbage, number>;
  /** How far each source that must not repeat itself has been taken: its own number of the next event. */
  readonly marks: Database<number, string>;
  /** What metric filters made of appends and the metrics have not taken yet, in order. */
  readonly metricPoints: Database<readonly FilterPoint[], number>;
  /** What destinations of subscriptions are owed. */
  readonly owedBatches: Database<OwedLogBatch, OwedBatchKey>;
}

/** Opens (and makes) the environment in `path`, a folder of its own. A write is on disk when its promise resolves. */
export function openLogsEnvironment(path: string): LogsEnvironment {
  const root: LogsEnvironment['root'] = openEnvironment(path);
  return {
    root,
    groups: root.openDB({ name: 'groups', encoding: 'json' }),
    streams: root.openDB({ name: 'streams', encoding: 'json' }),
    streamNames: root.openDB({ name: 'stream-names', encoding: 'json' }),
    // Records are much alike inside: compressed they take about a third.
    events: root.openDB({ name: 'events', encoding: 'binary', compression: true }),
    byStream: root.openDB({ name: 'by-stream', encoding: 'binary' }),
    sizes: root.openDB({ name: 'sizes', encoding: 'json' }),
    garbage: root.openDB({ name: 'garbage', encoding: 'json' }),
    marks: root.openDB({ name: 'marks', encoding: 'json' }),
    metricPoints: root.openDB({ name: 'metric-points', encoding: 'json' }),
    owedBatches: root.openDB({ name: 'owed-batches', encoding: 'json', compression: true }),
  };
}
