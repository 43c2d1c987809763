import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { eventLine } from '../../fault/load.ts';
import { anyJson, bentText, nested } from '../shapes.ts';

const record = anyJson([
  'eventID',
  'eventTime',
  'eventName',
  'eventSource',
  'eventVersion',
  'awsRegion',
  'recipientAccountId',
  'userIdentity',
  'type',
  'userName',
  'accountId',
  'resources',
  'ARN',
  'requestParameters',
  'bucketName',
  'eventCategory',
  'readOnly',
  'managementEvent',
  'Records',
  'eventType',
  'sharedEventID',
]);
const whole = record.map((value) => {
  const known = JSON.parse(
    eventLine(
      createHash('md5')
        .update(JSON.stringify(value) ?? '')
        .digest('hex'),
    ),
  );
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...known, ...value }
    : value;
});
const text = fc.oneof(
  fc.array(whole, { maxLength: 5 }).map((records) => records.map((one) => JSON.stringify(one)).join('\n')),
  fc.array(whole, { maxLength: 5 }).map((Records) => JSON.stringify({ Records })),
  record.map((Records) => JSON.stringify({ Records })),
  nested('{"Records":[', ']}'),
);

/** Bodies for `POST /v1/events`, and how they are compressed or said to be. */
export const eventsBody = fc.record({
  body: fc.oneof(
    { weight: 5, arbitrary: bentText(text) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)) },
  ),
  gzip: fc.constantFrom('no', 'yes', 'cut', 'twice', 'said', 'br'),
});
