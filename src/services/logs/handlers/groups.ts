import type * as client from '@aws-sdk/client-cloudwatch-logs';
import { type LogGroup, logGroupArn } from '../../../logs/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { invalid, notBuilt, unfit } from '../errors.ts';
import { checkGroupName, groupNameOfArn, within } from '../names.ts';
import { withTags } from '../tag-rules.ts';
import { nameToken, readNameToken } from '../tokens.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Log groups and their retention. */
export function groupHandlers({ logs, now }: LogsDependencies): LogsHandlers {
  return {
    async CreateLogGroup({ logGroupName, kmsKeyId, tags, logGroupClass, deletionProtectionEnabled }, call) {
      const name = checkGroupName(logGroupName ?? '');
      if (kmsKeyId !== undefined) throw notBuilt('kmsKeyId');
      if (logGroupClass !== undefined && logGroupClass !== 'STANDARD')
        throw notBuilt(`logGroupClass ${logGroupClass}`);
      if (deletionProtectionEnabled) throw notBuilt('deletionProtectionEnabled');
      const { account, region } = call;
      await logs.groups.create({
        account,
        region,
        name,
        createdAt: now(),
        tags: withTags([], tags ?? {}),
        metricFilters: [],
      });
      return {};
    },

    async DeleteLogGroup({ logGroupName }, call) {
      await logs.groups.delete(call, checkGroupName(logGroupName ?? ''));
      return {};
    },

    async DescribeLogGroups(input: client.DescribeLogGroupsCommandInput, call) {
      const { logGroupNamePrefix: prefix, logGroupNamePattern: part, nextToken } = input;
      const limit = within(input.limit, 'limit', 50, 50);
      if (prefix !== undefined && part !== undefined)
        throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
      if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD') return { logGroups: [] };
      const { logGroupIdentifiers: ids } = input;
      if (ids !== undefined) {
        const named = ids.map((id) =>
          logs.groups.find(call, id.startsWith('arn:') ? groupNameOfArn(id, call) : checkGroupName(id)),
        );
        return { logGroups: named.filter((group) => group !== undefined).map(shown) };
      }
      const after = readNameToken(nextToken);
      const found = logs.groups.list(call, {
        ...(prefix !== undefined && { prefix }),
        ...(part !== undefined && { part }),
        ...(after !== undefined && { after }),
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      return {
        logGroups: page.map(shown),
        ...(found.length > limit && { nextToken: nameToken(page.at(-1)!.name) }),
      };
    },

    async PutRetentionPolicy({ logGroupName, retentionInDays }, call) {
      const name = checkGroupName(logGroupName ?? '');
      if (!RETENTION_DAYS.includes(retentionInDays ?? 0))
        throw unfit(
          retentionInDays,
          'retentionInDays',
          `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
        );
      await logs.groups.update(call, name, (group) => ({ ...group, retentionDays: retentionInDays! }));
      return {};
    },

    async DeleteRetentionPolicy({ logGroupName }, call) {
      const name = checkGroupName(logGroupName ?? '');
      await logs.groups.update(call, name, ({ retentionDays: _gone, ...group }) => group);
      return {};
    },
  };

  function shown(group: LogGroup): client.LogGroup {
    const arn = logGroupArn(group);
    return {
      logGroupName: group.name,
      creationTime: group.createdAt,
      ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
      metricFilterCount: group.metricFilters.length,
      arn: `${arn}:*`,
      storedBytes: logs.groups.size(group).bytes,
      logGroupClass: 'STANDARD',
      logGroupArn: arn,
    };
  }
}
