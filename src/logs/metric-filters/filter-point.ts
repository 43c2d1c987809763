import type { LogsPlace } from '../log-group.ts';

/** What a metric filter made of the events of one second. Stored with the events until the metrics have it. */
export interface FilterPoint extends LogsPlace {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly unit?: string;
  /** The second's beginning, ms since the epoch. */
  readonly time: number;
  /** Values and how often each came. */
  readonly values: readonly (readonly [value: number, count: number])[];
  /** A default value: for a minute in which events came and none matched. */
  readonly isDefault?: true;
}

/** The points of one append. */
export interface FilterPoints {
  /** Grows; never used twice. */
  readonly number: number;
  readonly points: readonly FilterPoint[];
}

/** Where the points of metric filters go; `server` makes it of CloudWatch. */
export interface MetricSink {
  /** Takes points in the order of their numbers, durable on return; numbers that it has taken before are passed over. */
  take(batch: readonly FilterPoints[]): Promise<void>;
}
