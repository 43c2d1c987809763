import { logGroupArn } from '../../../logs/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { invalid } from '../errors.ts';
import { checkStreamName, groupOf, within } from '../names.ts';
import { nameToken, readNameToken } from '../tokens.ts';

/** Log streams. */
export function streamHandlers({ logs, now }: LogsDependencies): LogsHandlers {
  return {
    async CreateLogStream({ logGroupName, logStreamName }, call) {
      const group = groupOf(logs, { logGroupName: logGroupName ?? '' }, call);
      await logs.streams.create(group, checkStreamName(logStreamName ?? ''), now());
      return {};
    },

    async DeleteLogStream({ logGroupName, logStreamName }, call) {
      const group = groupOf(logs, { logGroupName: logGroupName ?? '' }, call);
      await logs.streams.delete(group, checkStreamName(logStreamName ?? ''));
      return {};
    },

    async DescribeLogStreams(input, call) {
      const { logStreamNamePrefix: prefix, orderBy = 'LogStreamName', descending = false } = input;
      const group = groupOf(logs, input, call);
      const limit = within(input.limit, 'limit', 50, 50);
      if (orderBy === 'LastEventTime' && prefix !== undefined)
        throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
      const all = logs.streams.list(group, {
        ...(prefix !== undefined && { prefix }),
        orderBy: orderBy === 'LastEventTime' ? 'last-event' : 'name',
        descending,
      });
      const after = readNameToken(input.nextToken);
      const begin = after === undefined ? 0 : all.findIndex(({ name }) => name === after) + 1;
      const page = all.slice(begin, begin + limit);
      const last = page.at(-1);
      return {
        logStreams: page.map((stream) => ({
          logStreamName: stream.name,
          creationTime: stream.createdAt,
          ...(stream.firstEventAt !== undefined && { firstEventTimestamp: stream.firstEventAt }),
          ...(stream.lastEventAt !== undefined && { lastEventTimestamp: stream.lastEventAt }),
          ...(stream.lastIngestedAt !== undefined && { lastIngestionTime: stream.lastIngestedAt }),
          uploadSequenceToken: String(stream.uid).padStart(56, '0'),
          arn: `${logGroupArn(group)}:log-stream:${stream.name}`,
          // AWS reports no stream's size any more.
          storedBytes: 0,
        })),
        ...(last && begin + limit < all.length && { nextToken: nameToken(last.name) }),
      };
    },
  };
}
