import { type CloudTrailRecord, isReadOnlyName } from '../../event/index.ts';

/** A resource of a data event: its type, and its ARN or the prefix that a listing names. */
export interface TypedResource {
  readonly type?: string;
  readonly arn?: string;
}

/** What data events of the three oldest services are about, for records that do not say it. */
const TYPE_OF_SOURCE: ReadonlyMap<unknown, string> = new Map([
  ['s3.amazonaws.com', 'AWS::S3::Object'],
  ['lambda.amazonaws.com', 'AWS::Lambda::Function'],
  ['dynamodb.amazonaws.com', 'AWS::DynamoDB::Table'],
]);

/** Whether a record's call only read: what it says, in whatever spelling, or else what its name tells. */
export function isRead(record: CloudTrailRecord): boolean {
  const { readOnly, eventName } = record;
  if (typeof readOnly === 'boolean') return readOnly;
  if (typeof readOnly === 'string') return readOnly.toLowerCase() === 'true';
  return typeof eventName === 'string' && isReadOnlyName(eventName);
}

/**
 * The resources that `resources.type` and `resources.ARN` look at. Old and hand-made records leave out types, or
 * all of them: then the event's source tells the type, and for S3 the parameters tell the object.
 */
export function resourcesOf(record: CloudTrailRecord): readonly TypedResource[] {
  const listed = Array.isArray(record.resources) ? record.resources.flatMap(readResource) : [];
  const type = TYPE_OF_SOURCE.get(record.eventSource);
  if (type === undefined) return listed;
  const typed = listed.map((resource) =>
    resource.type === undefined ? guessType(resource, type) : resource,
  );
  return typed.some((resource) => resource.type === type) ? typed : [...typed, { type, ...objectOf(record) }];
}

function readResource(entry: unknown): TypedResource[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { type, ARN, ARNPrefix, arn } = entry as Record<string, unknown>;
  const place = [ARN, ARNPrefix, arn].find((text) => typeof text === 'string') as string | undefined;
  return [{ ...(typeof type === 'string' ? { type } : {}), ...(place === undefined ? {} : { arn: place }) }];
}

/** A bucket beside its object is not an object. */
function guessType(resource: TypedResource, type: string): TypedResource {
  return type === 'AWS::S3::Object' && !resource.arn?.includes('/') ? resource : { ...resource, type };
}

function objectOf({ eventSource, requestParameters }: CloudTrailRecord): { arn?: string } {
  if (
    eventSource !== 's3.amazonaws.com' ||
    typeof requestParameters !== 'object' ||
    requestParameters === null
  ) {
    return {};
  }
  const { bucketName, key } = requestParameters as Record<string, unknown>;
  if (typeof bucketName !== 'string') return {};
  return { arn: `arn:aws:s3:::${bucketName}/${typeof key === 'string' ? key : ''}` };
}
