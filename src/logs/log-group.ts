/** Whose groups, and where: a group's name is unique in there. */
export interface LogsPlace {
  readonly account: string;
  readonly region: string;
}

/** What a metric filter makes of a matching event. Stored for the metrics; `value` is a number or a `$.selector`. */
export interface MetricTransformation {
  readonly metricName: string;
  readonly metricNamespace: string;
  readonly metricValue: string;
  readonly defaultValue?: number;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly unit?: string;
}

/** A metric filter of a group. */
export interface MetricFilter {
  readonly name: string;
  readonly pattern: string;
  readonly transformations: readonly MetricTransformation[];
  /** Milliseconds since the epoch, as all times of this room. */
  readonly createdAt: number;
}

/** Who gets a group's events as they come. */
export interface SubscriptionFilter {
  readonly name: string;
  readonly pattern: string;
  /** ARN of a queue, or of a webhook. */
  readonly destinationArn: string;
  readonly roleArn?: string;
  readonly distribution: 'ByLogStream' | 'Random';
  readonly createdAt: number;
}

/** A log group as it is kept. */
export interface LogGroup extends LogsPlace {
  /** Never reused: a group made again under the same name begins empty. */
  readonly uid: number;
  readonly name: string;
  readonly createdAt: number;
  /** Days; absent: for ever. */
  readonly retentionDays?: number;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly metricFilters: readonly MetricFilter[];
  /** At most two. */
  readonly subscriptionFilters?: readonly SubscriptionFilter[];
}

/** A log stream as it is kept. */
export interface LogStream {
  readonly uid: number;
  readonly name: string;
  readonly createdAt: number;
  readonly firstEventAt?: number;
  readonly lastEventAt?: number;
  readonly lastIngestedAt?: number;
}

/** An event to be kept. */
export interface NewLogEvent {
  readonly time: number;
  readonly message: string;
}

/** A place between events of a group: by time, then by arrival. */
export interface LogPosition {
  readonly time: number;
  readonly seq: number;
}

/** A kept event. */
export interface LogEvent extends NewLogEvent, LogPosition {
  readonly ingestedAt: number;
  readonly streamUid: number;
}

/** The ARN of a group, without the `:*` that most places show behind it. */
export function logGroupArn({ account, region, name }: LogsPlace & { readonly name: string }): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:logs:${region}:${account}:log-group:${name}`;
}

/** Reads a group's ARN, with or without `:*`; undefined for anything else. */
export function readLogGroupArn(arn: string): (LogsPlace & { readonly name: string }) | undefined {
  const found =
    /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:([A-Za-z0-9._/#-]{1,512})(?::\*)?$/.exec(arn);
  return found ? { region: found[1]!, account: found[2]!, name: found[3]! } : undefined;
}
