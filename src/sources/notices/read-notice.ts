/** An object of which a notice says that it was made. */
export interface NoticedObject {
  readonly bucket: string;
  readonly key: string;
  /** Bytes; -1: the notice does not say. */
  readonly size: number;
  /** Without quotes; empty: the notice does not say. */
  readonly etag: string;
}

/** What a notice tells. */
export type Notice =
  | {
      readonly kind: 'objects';
      readonly objects: readonly NoticedObject[];
      /** Records that tell of something else than a new object. */
      readonly others: number;
    }
  /** What S3 and CloudTrail send to see whether somebody listens. */
  | { readonly kind: 'test' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** CloudTrail's own test of a topic, word for word. */
const VALIDATION = 'CloudTrail validation message.';
/** SNS in a bus in SNS is nobody's, but a stranger's text must not lead us on for ever. */
const MAX_ENVELOPES = 3;
/** S3 puts one record into a message, CloudTrail some keys; more is nobody's. */
const MAX_OBJECTS = 1_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1_024;

/**
 * Reads what tells of new log files, in any of these forms, plain or in the envelope of SNS:
 *
 * - S3's event messages, `{"Records":[{"s3":{"bucket":{"name"},"object":{"key","size","eTag"}}}]}`, keys form-encoded
 *   (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html);
 * - EventBridge's `Object Created`, keys as they are (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html);
 * - CloudTrail's own notice, `{"s3Bucket","s3ObjectKey":[…]}`, keys as they are
 *   (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html);
 * - the tests of S3 (`s3:TestEvent`) and of CloudTrail.
 */
export function readNotice(text: string): Notice {
  return readText(text, 0);
}

/** The same of JSON that was read already. */
export function readNoticeJson(value: unknown): Notice {
  return readValue(value, 0);
}

type Members = ReadonlyMap<string, unknown>;

function readText(text: string, depth: number): Notice {
  if (text.trim() === VALIDATION) return { kind: 'test' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable('it is not JSON');
  }
  return readValue(value, depth);
}

function readValue(value: unknown, depth: number): Notice {
  const members = membersOf(value);
  if (!members) return unreadable('it is no JSON object');
  const message = members.get('Message');
  if (members.has('Type') && typeof message === 'string') {
    if (members.get('Type') !== 'Notification')
      return unreadable(`SNS message of type ${wordOf(members.get('Type'))}`);
    return depth < MAX_ENVELOPES ? readText(message, depth + 1) : unreadable('too many envelopes');
  }
  if (members.get('Event') === 's3:TestEvent') return { kind: 'test' };
  if (members.has('Records')) return readRecords(members.get('Records'));
  if (members.has('s3Bucket')) return readCloudTrail(members);
  if (members.has('detail-type')) return readEventBridge(members);
  return unreadable('it has no form that is known');
}

function readRecords(records: unknown): Notice {
  if (!Array.isArray(records)) return unreadable('Records is no list');
  if (records.length > MAX_OBJECTS) return unreadable(`more than ${MAX_OBJECTS} records`);
  const objects: NoticedObject[] = [];
  let others = 0;
  for (const record of records) {
    const members = membersOf(record);
    const s3 = membersOf(members?.get('s3'));
    if (!members || !s3) return unreadable('a record without s3');
    const name = members.get('eventName');
    if (typeof name === 'string' && !/^(s3:)?ObjectCreated:/.test(name)) {
      others++;
      continue;
    }
    const object = readObject(membersOf(s3.get('bucket'))?.get('name'), s3.get('object'), decodeKey);
    if (!object) return unreadable('a record without bucket and key');
    objects.push(object);
  }
  return { kind: 'objects', objects, others };
}

function readEventBridge(members: Members): Notice {
  if (members.get('source') !== 'aws.s3') return unreadable(`event of ${wordOf(members.get('source'))}`);
  if (members.get('detail-type') !== 'Object Created') return { kind: 'objects', objects: [], others: 1 };
  const detail = membersOf(members.get('detail'));
  const object = readObject(
    membersOf(detail?.get('bucket'))?.get('name'),
    detail?.get('object'),
    (key) => key,
  );
  return object
    ? { kind: 'objects', objects: [object], others: 0 }
    : unreadable('an event without bucket and key');
}

function readCloudTrail(members: Members): Notice {
  const given = members.get('s3ObjectKey');
  const keys: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (keys.length > MAX_OBJECTS) return unreadable(`more than ${MAX_OBJECTS} keys`);
  const objects = keys.flatMap((key) => readObject(members.get('s3Bucket'), { key }, (text) => text) ?? []);
  if (objects.length !== keys.length) return unreadable('no bucket or no keys');
  return { kind: 'objects', objects, others: 0 };
}

/** `key`, `size` and `eTag` (EventBridge: `etag`). */
function readObject(
  bucket: unknown,
  object: unknown,
  decode: (key: string) => string | undefined,
): NoticedObject | undefined {
  const members = membersOf(object);
  const given = members?.get('key');
  if (typeof bucket !== 'string' || bucket === '' || typeof given !== 'string') return undefined;
  const key = decode(given);
  if (key === undefined || key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES) return undefined;
  const size = members?.get('size');
  const etag = members?.get('eTag') ?? members?.get('etag');
  return {
    bucket,
    key,
    size: Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : -1,
    etag: typeof etag === 'string' ? etag.replaceAll('"', '').slice(0, 128) : '',
  };
}

/** Form encoding, as S3 does it in its messages: a blank is a `+`. */
function decodeKey(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): Members | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 64) : 'an unknown kind';
}

function unreadable(why: string): Notice {
  return { kind: 'unreadable', why };
}
