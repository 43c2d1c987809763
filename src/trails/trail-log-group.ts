import type { TrailSource } from './trail-bucket.ts';

/** Where a trail's events go, and under which role; ARNs, the group's with `:*`. */
export interface LogGroupTarget {
  readonly logGroupArn: string;
  readonly roleArn: string;
  readonly stream: string;
}

/** Why a log group did not take what CloudTrail brought. */
export type TrailLogGroupErrorCode =
  /** There is no such role, or its trust policy does not name CloudTrail. */
  | 'RoleNotTrusted'
  /** The role's policies do not allow it. */
  | 'AccessDenied'
  | 'ResourceNotFoundException'
  /** Nothing can be written now; later perhaps. */
  | 'ServiceUnavailableException';

/** Refusal or failure of a trail's log group; nothing was written. */
export class TrailLogGroupError extends Error {
  readonly code: TrailLogGroupErrorCode;
  constructor(code: TrailLogGroupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TrailLogGroupError';
    this.code = code;
  }
}

/** CloudWatch Logs as CloudTrail uses it, under the trail's role: its trust policy and its permissions decide each time. */
export interface TrailLogGroup {
  /** Makes the stream if it is not there, and checks that events may be put. @throws TrailLogGroupError */
  prepare(target: LogGroupTarget, source: TrailSource): Promise<void>;
  /**
   * Appends records, one event each, all or none; durable on return. Records whose number is below the `next` of an
   * earlier append for the same `trail` are left out, so that it may be repeated after a crash. Answers how many were
   * new. @throws TrailLogGroupError
   */
  append(
    target: LogGroupTarget,
    records: {
      readonly trail: string;
      readonly messages: readonly string[];
      /** The journal's number of each record. */
      readonly numbers: readonly number[];
      readonly next: number;
    },
    source: TrailSource,
  ): Promise<number>;
  /** Lets go of what is remembered of a trail that is no more. */
  forget(trail: string): Promise<void>;
}
