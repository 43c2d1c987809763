import type { NoticeTarget, OwedNotice } from '../../../objects/index.ts';

/** For whose sake a message is sent. */
export interface NoticeSource {
  readonly bucketArn: string;
  /** The bucket's owner. */
  readonly account: string;
}

/** Why a destination did not take a message. */
export type DestinationRefusal =
  /** There is none of that name. */
  | 'missing'
  /** Its policy does not let S3 in for this bucket. */
  | 'forbidden'
  /** It cannot take this message, nor ever will. */
  | 'unfit';

/** A destination says no; anything else that is thrown is taken for a passing trouble. */
export class DestinationError extends Error {
  readonly reason: DestinationRefusal;
  constructor(reason: DestinationRefusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DestinationError';
    this.reason = reason;
  }
}

/** Queues, topics and the event bus, as `s3.amazonaws.com` sees them. May be called concurrently. */
export interface NoticeDestinations {
  /** May S3 send there for this bucket? @throws DestinationError */
  check(target: NoticeTarget, source: NoticeSource): Promise<void>;
  /** Sends a message's text to a queue or topic; durable on return. @throws DestinationError */
  send(target: NoticeTarget, body: string, source: NoticeSource): Promise<void>;
  /** Puts the event onto the event bus; durable on return. */
  putEvent(notice: OwedNotice): Promise<void>;
}
