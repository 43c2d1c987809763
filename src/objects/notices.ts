/** What happens to objects, as S3's notifications call it. */
export type ObjectHappening =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectRemoved:Delete';

/** Who did it, as far as a notification tells. */
export interface NoticeOrigin {
  readonly principalId: string;
  /** Account of who did it. */
  readonly account: string;
  readonly sourceIp: string;
  readonly requestId: string;
}

/** Who is told of what happens in a bucket. */
export interface NoticeRule {
  readonly id: string;
  readonly kind: 'queue' | 'topic';
  /** Of the queue or topic. */
  readonly arn: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** A bucket's notification configuration. */
export interface BucketNotices {
  readonly rules: readonly NoticeRule[];
  /** All events to the default event bus of the bucket's account and Region. */
  readonly eventBus: boolean;
}

/** Somebody who is owed a notice: a queue, a topic, or the event bus. */
export interface NoticeTarget {
  readonly kind: 'queue' | 'topic' | 'event-bus';
  readonly arn: string;
}

/** A notice that is owed to one target, kept with the objects themselves until it is dropped. */
export interface OwedNotice {
  readonly target: NoticeTarget;
  /** The rule's; absent for the event bus. */
  readonly configurationId?: string;
  /** Grows from one happening to the next, in all buckets. */
  readonly sequence: number;
  readonly happening: ObjectHappening;
  readonly bucket: string;
  readonly account: string;
  readonly region: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of objects that were written. */
  readonly size?: number;
  readonly etag?: string;
  readonly origin: NoticeOrigin;
}

/** A place in the line of one target. */
export type NoticeKey = readonly [lane: string, number: number];

/** The notices that are owed, each target's in order of writing. */
export interface OwedNotices {
  /** Targets that are owed something. */
  lanes(): string[];
  /** The first notices of a lane. */
  next(lane: string, limit: number): { readonly key: NoticeKey; readonly item: OwedNotice }[];
  /** Lets go of notices; gone from disk on return. */
  drop(keys: readonly NoticeKey[]): Promise<void>;
  /** Owed by all lanes together. */
  readonly size: number;
  /** Happenings that nobody will be told of because too much was owed already, since start. */
  readonly refused: number;
  /** Called after notices have become owed. */
  onOwed(listener: () => void): void;
}

/** Whoever did not say who he is: the house itself. */
export const NO_ORIGIN: NoticeOrigin = { principalId: '', account: '', sourceIp: '', requestId: '' };

/** Does a rule ask for this? */
export function asksFor(
  { events, prefix, suffix }: NoticeRule,
  happening: ObjectHappening,
  key: string,
): boolean {
  const [family] = happening.split(':');
  return (
    events.some((event) => event === `s3:${happening}` || event === `s3:${family}:*`) &&
    key.startsWith(prefix ?? '') &&
    key.endsWith(suffix ?? '')
  );
}
