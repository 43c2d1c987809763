import type { LookupFields } from './lookup-fields.ts';

/**
 * The CloudTrail record as the rest of opentrail sees it.
 *
 * A record travels as the bytes that came in; these types are for looking at it, never for writing it again
 * (`JSON.stringify(JSON.parse(line))` bends half of the real records: `0.0` becomes `0`).
 * Field meanings: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */

/** `eventCategory` of a record (record contents, since eventVersion 1.07). */
export type EventCategory = 'Management' | 'Data' | 'NetworkActivity' | 'Insight';

/** One entry of a record's `resources`; real records spell the ARN in three ways, and some have no type. */
export interface RecordResource {
  readonly accountId?: string;
  readonly type?: string;
  readonly ARN?: string;
  readonly ARNPrefix?: string;
  readonly arn?: string;
}

/** `userIdentity` of a record. Every member may be missing in real records, `type` too. */
export interface UserIdentity {
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  readonly sessionContext?: {
    readonly sessionIssuer?: {
      readonly type?: string;
      readonly principalId?: string;
      readonly arn?: string;
      readonly accountId?: string;
      readonly userName?: string;
    };
    readonly attributes?: { readonly creationDate?: string; readonly mfaAuthenticated?: string };
  };
  readonly [field: string]: unknown;
}

/** A parsed record, for reading only. Members hold what the sender wrote: check before use. */
export interface CloudTrailRecord {
  readonly eventVersion?: string;
  readonly userIdentity?: UserIdentity;
  readonly eventTime?: string;
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly awsRegion?: string;
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters?: unknown;
  readonly responseElements?: unknown;
  readonly eventID?: string;
  readonly eventType?: string;
  readonly readOnly?: boolean | string;
  readonly managementEvent?: boolean;
  readonly recipientAccountId?: string;
  readonly eventCategory?: string;
  readonly sharedEventID?: string;
  readonly resources?: readonly RecordResource[];
  readonly [field: string]: unknown;
}

/**
 * An event that passed the checks of `ingest`: its bytes, and what every later stage must know of it without
 * parsing. Immutable; `raw` is one line of UTF-8 JSON, exactly as it will stand in a log file.
 */
export interface AcceptedEvent {
  /** The account whose trails and history the event belongs to: `recipientAccountId`. */
  readonly account: string;
  /** `awsRegion`. */
  readonly region: string;
  readonly eventId: string;
  /** `eventTime`, milliseconds since the epoch. */
  readonly time: number;
  readonly category: EventCategory;
  /**
   * What the history is asked by, if somebody who parsed the record filled it in; the record's `eventID` is then
   * `eventId`.
   */
  readonly fields?: LookupFields | undefined;
  readonly raw: Buffer;
}
