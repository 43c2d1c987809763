import { type CloudTrailRecord, isReadOnlyName } from '../../event/index.ts';

/** A resource of a data event: its type, and its ARN or the prefix that a listing names. */
export interface TypedResource {
  readonly type: string | undefined;
  readonly arn: string | undefined;
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
 *
 * Every data event goes through here, for every trail: plain loops, one list.
 */
export function resourcesOf(record: CloudTrailRecord): readonly TypedResource[] {
  const sourceType = TYPE_OF_SOURCE.get(record.eventSource);
  const found: TypedResource[] = [];
  let named = sourceType === undefined;
  if (Array.isArray(record.resources)) {
    for (const entry of record.resources as readonly unknown[]) {
      if (typeof entry !== 'object' || entry === null) continue;
      const resource = readResource(entry as Readonly<Record<string, unknown>>, sourceType);
      if (resource.type === sourceType) named = true;
      found.push(resource);
    }
  }
  if (!named) found.push({ type: sourceType, arn: objectOf(record) });
  return found;
}

function readResource(
  { type, ARN, ARNPrefix, arn: lower }: Readonly<Record<string, unknown>>,
  sourceType: string | undefined,
): TypedResource {
  const arn = text(ARN) ?? text(ARNPrefix) ?? text(lower);
  return { type: text(type) ?? guessType(arn, sourceType), arn };
}

/** A bucket beside its object is not an object. */
function guessType(arn: string | undefined, sourceType: string | undefined): string | undefined {
  return sourceType === 'AWS::S3::Object' && !arn?.includes('/') ? undefined : sourceType;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function objectOf({ eventSource, requestParameters }: CloudTrailRecord): string | undefined {
  if (eventSource !== 's3.amazonaws.com') return undefined;
  if (typeof requestParameters !== 'object' || requestParameters === null) return undefined;
  const { bucketName, key } = requestParameters as Record<string, unknown>;
  return typeof bucketName === 'string' ? `arn:aws:s3:::${bucketName}/${text(key) ?? ''}` : undefined;
}
