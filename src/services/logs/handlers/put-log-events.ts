import type * as client from '@aws-sdk/client-cloudwatch-logs';
import { EVENT_OVERHEAD, type LogGroup } from '../../../logs/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { invalid, unfit } from '../errors.ts';
import { checkStreamName, groupOf } from '../names.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 1_048_576;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAX_AGE = 14 * DAY;
const MAX_AHEAD = 2 * HOUR;

interface TimedEvent {
  readonly time: number;
  readonly message: string;
}

/** PutLogEvents: the batch's rules, then what of it is in time. */
export function putHandlers({ logs, now }: LogsDependencies): LogsHandlers {
  return {
    async PutLogEvents({ logGroupName, logStreamName, logEvents = [] }, call) {
      const group = groupOf(logs, { logGroupName: logGroupName ?? '' }, call);
      const name = checkStreamName(logStreamName ?? '');
      const stream = logs.streams.get(group, name);
      const events = checkBatch(logEvents);
      const { taken, rejected } = sortOut(events, group, now());
      if (taken.length > 0) await logs.append(call, group.name, name, taken);
      return {
        // Nobody need send it back any more, but old clients look for it.
        nextSequenceToken: String(stream.uid).padStart(56, '0'),
        ...(rejected && { rejectedLogEventsInfo: rejected }),
      };
    },
  };
}

function checkBatch(events: readonly client.InputLogEvent[]): readonly TimedEvent[] {
  if (events.length === 0)
    throw unfit('[]', 'logEvents', 'Member must have length greater than or equal to 1');
  if (events.length > MAX_EVENTS)
    throw unfit(
      `[${events.length} events]`,
      'logEvents',
      `Member must have length less than or equal to ${MAX_EVENTS}`,
    );
  let bytes = 0;
  const timed = events.map(({ timestamp = 0, message = '' }, index): TimedEvent => {
    const at = `logEvents.${index + 1}.member`;
    if (message === '')
      throw unfit('', `${at}.message`, 'Member must have length greater than or equal to 1');
    if (timestamp < 0)
      throw unfit(timestamp, `${at}.timestamp`, 'Member must have value greater than or equal to 0');
    const size = Buffer.byteLength(message) + EVENT_OVERHEAD;
    if (size > MAX_BYTES) throw invalid(`Log event too large: ${size} bytes exceeds limit of ${MAX_BYTES}`);
    bytes += size;
    return { time: timestamp, message };
  });
  if (bytes > MAX_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MAX_BYTES}`);
  if (timed.some(({ time }, index) => time < (timed[index - 1]?.time ?? 0)))
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  if (timed.at(-1)!.time - timed[0]!.time > DAY)
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  return timed;
}

/** Events too old, past the retention, or too far ahead are left out and told of by their place in the batch. */
function sortOut(
  events: readonly TimedEvent[],
  { retentionDays }: LogGroup,
  now: number,
): { taken: readonly TimedEvent[]; rejected?: client.RejectedLogEventsInfo } {
  const expired = retentionDays === undefined ? 0 : now - retentionDays * DAY;
  const isEarly = ({ time }: TimedEvent) => time > now + MAX_AHEAD;
  const expiredEnd = events.findLastIndex(({ time }) => time < expired);
  const oldEnd = events.findLastIndex(({ time }) => time < now - MAX_AGE && time >= expired);
  const early = events.findIndex(isEarly);
  const rejected = {
    ...(expiredEnd >= 0 && { expiredLogEventEndIndex: expiredEnd + 1 }),
    ...(oldEnd >= 0 && { tooOldLogEventEndIndex: oldEnd + 1 }),
    ...(early >= 0 && { tooNewLogEventStartIndex: early }),
  };
  const from = Math.max(expired, now - MAX_AGE);
  return {
    taken: events.filter((event) => event.time >= from && !isEarly(event)),
    ...(Object.keys(rejected).length > 0 && { rejected }),
  };
}
