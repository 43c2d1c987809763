import type { CloudTrailRecord, EventCategory } from './record.ts';

const CATEGORIES: ReadonlySet<string> = new Set(['Management', 'Data', 'NetworkActivity', 'Insight']);

/**
 * Object and item operations that records of before eventVersion 1.07 name without a category: data events, by
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html.
 */
const DATA_EVENTS: ReadonlyMap<string, RegExp> = new Map([
  [
    's3.amazonaws.com',
    /^(?:(?:Get|Put|Head|Delete|Copy|Select|Restore)Object\w*|DeleteObjects|ListObjects|ListObjectVersions|ListParts|ListMultipartUploads|\w+MultipartUpload|UploadPart\w*)$/,
  ],
  ['lambda.amazonaws.com', /^Invoke/],
  [
    'dynamodb.amazonaws.com',
    /^(?:(?:Get|Put|Delete|Update)Item|Batch\w+Item|Transact\w+Items|Query|Scan|\w+Statement\w*)$/,
  ],
]);

/** Those whose name begins like an object operation's, but which configure the bucket. */
const BUCKET_CONFIGURATION = /^(?:Get|Put)ObjectLockConfiguration$/;

/**
 * The category of a record: what it says itself, or, in records of before eventVersion 1.07 and in those of
 * applications that leave it out, what its type, `managementEvent` and name tell. Undefined when the record names
 * a category that does not exist.
 */
export function categoryOf(record: CloudTrailRecord): EventCategory | undefined {
  if (record.eventCategory !== undefined && record.eventCategory !== null) {
    return CATEGORIES.has(record.eventCategory) ? (record.eventCategory as EventCategory) : undefined;
  }
  if (record.eventType === 'AwsVpceEvent') return 'NetworkActivity';
  if (record.eventType === 'AwsCloudTrailInsight') return 'Insight';
  if (record.managementEvent === true) return 'Management';
  if (record.managementEvent === false) return 'Data';
  const { eventSource, eventName } = record;
  if (typeof eventSource !== 'string' || typeof eventName !== 'string') return 'Management';
  if (BUCKET_CONFIGURATION.test(eventName)) return 'Management';
  return DATA_EVENTS.get(eventSource)?.test(eventName) ? 'Data' : 'Management';
}

const READS = /^(?:Get|List|Describe|Lookup|Head|Search|Check|View|Batch(?:Get|Describe)|Query|Scan|Select)/;

/** Whether an operation of this name only reads, judged by its first word as AWS's services do. */
export function isReadOnlyName(eventName: string): boolean {
  return READS.test(eventName);
}
