import { type CloudTrailRecord, categoryOf, readCallFields } from '../../event/index.ts';
import type { CollectedFields } from './collected.ts';

/** Members of which a CloudTrail record, however old or odd, has at least two. */
const MARKS = [
  'eventVersion',
  'eventTime',
  'eventSource',
  'eventName',
  'eventID',
  'awsRegion',
  'userIdentity',
];

/** Whether a parsed value looks like a record of CloudTrail; real ones lack almost any single member. */
export function isCloudTrailRecord(value: unknown): value is CloudTrailRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let marks = 0;
  const members = value as Readonly<Record<string, unknown>>;
  for (const mark of MARKS) if (members[mark] !== undefined && ++marks === 2) return true;
  return false;
}

/** Reads what repositories hold in columns. `keyAccount`: the account that the file's key names. Never throws. */
export function readCollectedFields(record: CloudTrailRecord, keyAccount: string): CollectedFields {
  const identity: Readonly<Record<string, unknown>> = isObject(record.userIdentity)
    ? record.userIdentity
    : {};
  const call = readCallFields(record);
  return {
    account:
      text(record.recipientAccountId) || text(identity.accountId) || text(record.accountId) || keyAccount,
    region: text(record.awsRegion),
    source: call.eventSource ?? '',
    name: call.eventName ?? '',
    user: call.username ?? text(identity.invokedBy),
    arn: text(identity.arn),
    accessKeyId: call.accessKeyId ?? '',
    sourceIp: text(record.sourceIPAddress),
    errorCode: text(record.errorCode),
    readOnly: call.readOnly ?? '',
    category: categoryOf(record) ?? text(record.eventCategory),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
