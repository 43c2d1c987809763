import { gzipSync } from 'node:zlib';
import type { OwedLogBatch } from './subscription.ts';

/** Digits of an event's id, and of the number within it. */
const DIGITS = 56;
const SEQ_DIGITS = 36;

/** An event's id: digits that grow with time and arrival, as AWS's do. */
export function eventIdOf({ time, seq }: { readonly time: number; readonly seq: number }): string {
  return `${time}${String(seq).padStart(SEQ_DIGITS, '0')}`.padStart(DIGITS, '0');
}

/**
 * The message with a batch's events, in the form that a Lambda function gets them:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export function dataMessage({ account, group, stream, filter, events }: OwedLogBatch): string {
  return packed({
    messageType: 'DATA_MESSAGE',
    owner: account,
    logGroup: group,
    logStream: stream,
    subscriptionFilters: [filter],
    logEvents: events.map((event) => ({
      id: eventIdOf(event),
      timestamp: event.time,
      message: event.message,
    })),
  });
}

/** The message that a new subscription sends, to see whether its destination takes it. */
export function controlMessage(now: number): string {
  return packed({
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [{ id: '', timestamp: now, message: 'CWL CONTROL MESSAGE: Checking health of destination.' }],
  });
}

function packed(payload: object): string {
  return JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } });
}
