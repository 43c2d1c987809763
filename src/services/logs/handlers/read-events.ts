import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { CallContext } from '../../../aws/index.ts';
import type { LogGroup, LogPosition } from '../../../logs/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { invalid, unfit } from '../errors.ts';
import { checkStreamName, groupOf, within } from '../names.ts';
import { patternOf } from '../patterns.ts';
import { eventIdOf, readSearchToken, readStreamToken, searchToken, streamToken } from '../tokens.ts';

const MAX_EVENTS = 10_000;
const MAX_BYTES = 1 << 20;
const END = Number.MAX_SAFE_INTEGER;

/** GetLogEvents and FilterLogEvents. */
export function readHandlers({ logs }: LogsDependencies): LogsHandlers {
  return {
    async GetLogEvents(input, call) {
      const { startTime, endTime, nextToken, startFromHead = false } = input;
      const group = groupOf(logs, input, call);
      const stream = logs.streams.get(group, checkStreamName(input.logStreamName ?? ''));
      checkTimes(startTime, endTime);
      const token = nextToken === undefined ? undefined : readStreamToken(nextToken);
      const direction = token?.direction ?? (startFromHead ? 'forward' : 'backward');
      const range = { from: startTime ?? 0, to: endTime ?? END };
      const read = logs.read(group, stream, {
        range,
        direction,
        ...(token && { position: token.position }),
        limits: { events: within(input.limit, 'limit', MAX_EVENTS, MAX_EVENTS), bytes: MAX_BYTES },
      });
      const events = direction === 'forward' ? read : read.toReversed();
      // At an end both tokens stay at the place that was asked for: events that come later are found from there.
      const place: LogPosition = token?.position ?? { time: range.from, seq: 0 };
      return {
        events: events.map(({ time, message, ingestedAt }) => ({
          timestamp: time,
          message,
          ingestionTime: ingestedAt,
        })),
        nextForwardToken: streamToken('f', events.at(-1) ?? place),
        nextBackwardToken: streamToken('b', events[0] ?? place),
      };
    },

    async FilterLogEvents(input: client.FilterLogEventsCommandInput, call: CallContext) {
      const { startTime, endTime, filterPattern = '', nextToken } = input;
      const group = groupOf(logs, input, call);
      checkTimes(startTime, endTime);
      const limit = within(input.limit, 'limit', MAX_EVENTS, MAX_EVENTS);
      const pattern = patternOf(filterPattern, 'filter pattern');
      const streamUids = streamsOf(group, input);
      const after = readSearchToken(nextToken);
      const { events, next } = await logs.search(group, {
        range: { from: startTime ?? 0, to: endTime === undefined ? END : endTime + 1 },
        pattern,
        ...(streamUids && { streamUids }),
        ...(after && { after }),
        limit,
      });
      return {
        events: events.map((event) => ({
          logStreamName: logs.streams.nameOf(group, event.streamUid) ?? '',
          timestamp: event.time,
          message: event.message,
          ingestionTime: event.ingestedAt,
          eventId: eventIdOf(event),
        })),
        searchedLogStreams: [],
        ...(next && { nextToken: searchToken(next) }),
      };
    },
  };

  /** The streams that a search is bound to; undefined for all. */
  function streamsOf(
    group: LogGroup,
    { logStreamNames: names, logStreamNamePrefix: prefix }: client.FilterLogEventsCommandInput,
  ): ReadonlySet<number> | undefined {
    if (names !== undefined && prefix !== undefined)
      throw invalid('LogStreamNamePrefix and LogStreamNames are mutually exclusive parameters.');
    if (names !== undefined) {
      if (names.length === 0 || names.length > 100)
        throw unfit(`[${names.length} names]`, 'logStreamNames', 'Member must have length between 1 and 100');
      return new Set(names.map((name) => logs.streams.get(group, checkStreamName(name)).uid));
    }
    if (prefix === undefined) return undefined;
    checkStreamName(prefix, 'logStreamNamePrefix');
    const listing = { prefix, orderBy: 'name', descending: false } as const;
    return new Set(logs.streams.list(group, listing).map(({ uid }) => uid));
  }
}

function checkTimes(startTime: number | undefined, endTime: number | undefined): void {
  for (const [member, value] of [
    ['startTime', startTime],
    ['endTime', endTime],
  ] as const) {
    if (value !== undefined && value < 0)
      throw unfit(value, member, 'Member must have value greater than or equal to 0');
  }
  if (startTime !== undefined && endTime !== undefined && endTime < startTime)
    throw invalid('End time cannot be less than Start time.');
}
