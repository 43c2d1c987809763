import type { CloudTrailRecord } from '../event/index.ts';
import { type BusEvent, eventIdOf, eventTimeText } from './bus-event.ts';

/** A record that a trail took. */
export interface TrailEvent {
  readonly account: string;
  readonly region: string;
  readonly eventId: string;
  /** ms since the epoch. */
  readonly time: number;
  readonly category: string;
  readonly raw: Buffer;
  /** `raw`, parsed: whoever matched the trail's selectors has done it already. */
  readonly record: CloudTrailRecord;
}

/** Larger records are not sent; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html */
export const MAX_RECORD_BYTES = 256 * 1024;

/** `detail-type` by `eventType`. */
const DETAIL_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['AwsApiCall', 'AWS API Call via CloudTrail'],
  ['AwsServiceEvent', 'AWS Service Event via CloudTrail'],
  ['AwsConsoleSignIn', 'AWS Console Sign In via CloudTrail'],
  ['AwsConsoleAction', 'AWS Console Action via CloudTrail'],
  ['AwsCloudTrailInsight', 'AWS Insight via CloudTrail'],
]);

/**
 * The event that a trail's record becomes; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
export function trailBusEvent(event: TrailEvent): BusEvent {
  const { account, region, eventId, time, category, raw, record } = event;
  const isInsight = category === 'Insight';
  return {
    // Most events match nothing: what only targets need is made when it is asked for.
    get id() {
      return eventIdOf('trail', account, region, eventId);
    },
    detailType: isInsight
      ? 'AWS Insight via CloudTrail'
      : (DETAIL_TYPES.get(record.eventType) ?? 'AWS API Call via CloudTrail'),
    source: isInsight ? 'aws.cloudtrail' : sourceOf(record.eventSource),
    account,
    region,
    time: eventTimeText(time),
    resources: [],
    get detailText() {
      return raw.toString();
    },
    detail: record,
    isReadOnlyManagement:
      category === 'Management' && (record.readOnly === true || record.readOnly === 'true'),
  };
}

/** `s3.amazonaws.com` is `aws.s3`; who is no service of AWS's does not become one. */
function sourceOf(eventSource: unknown): string {
  if (typeof eventSource !== 'string') return 'aws.cloudtrail';
  const service = /^([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(eventSource)?.[1];
  return service === undefined ? eventSource : `aws.${service}`;
}
