import type * as client from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../../aws/index.ts';
import {
  controlMessage,
  type LogGroup,
  logGroupArn,
  type SubscriptionFilter,
  SubscriptionRefusal,
} from '../../../logs/index.ts';
import type { LogsDependencies, LogsHandlers } from '../dependencies.ts';
import { invalid, notBuilt, unfit } from '../errors.ts';
import { checkFilterName, checkGroupName, within } from '../names.ts';
import { patternOf } from '../patterns.ts';
import { nameToken, readNameToken } from '../tokens.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MAX_FILTERS = 2;
const QUEUE = /^arn:aws[a-z-]{0,20}:sqs:[a-z0-9-]{1,40}:\d{12}:[\w-]{1,80}$/;
/** A webhook by the name that the operator gave it; the form of the event bus. */
const WEBHOOK = /^arn:aws[a-z-]{0,20}:events:[a-z0-9-]{1,40}:\d{12}:api-destination\/[\w.-]{1,64}$/;
/** Destinations that AWS has and we have not, by the service in their ARN. */
const OTHERS = new Map([
  ['lambda', 'a Lambda function'],
  ['kinesis', 'a Kinesis stream'],
  ['firehose', 'a Firehose stream'],
  ['logs', 'a logical destination'],
]);

/** Subscription filters: a group's events to a queue or a webhook, as they come. */
export function subscriptionFilterHandlers({ logs, now, destinations }: LogsDependencies): LogsHandlers {
  return {
    async PutSubscriptionFilter(input, call) {
      const groupName = checkGroupName(input.logGroupName ?? '');
      const name = checkFilterName(input.filterName ?? '');
      if (input.applyOnTransformedLogs) throw notBuilt('applyOnTransformedLogs');
      if (input.fieldSelectionCriteria) throw notBuilt('fieldSelectionCriteria');
      if (input.emitSystemFields?.length) throw notBuilt('emitSystemFields');
      const pattern = input.filterPattern ?? '';
      patternOf(pattern, 'filter pattern');
      const destinationArn = checkDestination(input.destinationArn ?? '');
      const distribution = input.distribution ?? 'ByLogStream';
      if (distribution !== 'ByLogStream' && distribution !== 'Random')
        throw unfit(
          distribution,
          'distribution',
          'Member must satisfy enum value set: [Random, ByLogStream]',
        );
      const group = logs.groups.get(call, groupName);
      checkRoom(group, name);
      if (!destinations) throw notBuilt('delivering to a destination');
      try {
        const sourceArn = `${logGroupArn(group)}:*`;
        await destinations.send(destinationArn, controlMessage(now()), { sourceArn, account: group.account });
      } catch (error) {
        const reason = error instanceof SubscriptionRefusal ? error.message : 'it did not answer well';
        throw invalid(
          `Could not deliver test message to specified destination. Check if the destination is valid: ${reason}`,
        );
      }
      const filter: SubscriptionFilter = {
        name,
        pattern,
        destinationArn,
        ...(input.roleArn !== undefined && { roleArn: input.roleArn }),
        distribution,
        createdAt: now(),
      };
      await logs.groups.update(call, groupName, (current) => {
        checkRoom(current, name);
        return { ...current, subscriptionFilters: [...others(current, name), filter] };
      });
      return {};
    },

    async DescribeSubscriptionFilters(input, call) {
      const group = logs.groups.get(call, checkGroupName(input.logGroupName ?? ''));
      const { filterNamePrefix: prefix = '' } = input;
      const limit = within(input.limit, 'limit', 50, 50);
      const after = readNameToken(input.nextToken);
      const found = (group.subscriptionFilters ?? [])
        .filter(({ name }) => name.startsWith(prefix) && (after === undefined || name > after))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = found.slice(0, limit);
      return {
        subscriptionFilters: page.map((filter) => shown(group, filter)),
        ...(found.length > limit && { nextToken: nameToken(page.at(-1)!.name) }),
      };
    },

    async DeleteSubscriptionFilter({ logGroupName, filterName }, call) {
      const name = checkFilterName(filterName ?? '');
      await logs.groups.update(call, checkGroupName(logGroupName ?? ''), (group) => {
        const rest = others(group, name);
        if (rest.length === (group.subscriptionFilters ?? []).length)
          throw new ServiceError(
            'ResourceNotFoundException',
            'The specified subscription filter does not exist.',
          );
        return { ...group, subscriptionFilters: rest };
      });
      return {};
    },
  };
}

/** @throws ServiceError LimitExceededException */
function checkRoom(group: LogGroup, name: string): void {
  if (others(group, name).length >= MAX_FILTERS)
    throw new ServiceError('LimitExceededException', 'Resource limit exceeded.');
}

function others({ subscriptionFilters = [] }: LogGroup, name: string): SubscriptionFilter[] {
  return subscriptionFilters.filter((filter) => filter.name !== name);
}

/** The ARN of a queue or of a webhook; whether the operator lists the latter is for who sends. */
function checkDestination(destination: string): string {
  if (QUEUE.test(destination) || WEBHOOK.test(destination)) return destination;
  const other = OTHERS.get(/^arn:[^:]{1,20}:([^:]{1,20}):/.exec(destination)?.[1] ?? '');
  if (other !== undefined) throw notBuilt(`${other} as a destination`);
  throw unfit(
    destination,
    'destinationArn',
    'Member must be the ARN of a queue, or of a webhook that --event-webhooks lists (api-destination/NAME)',
  );
}

function shown(group: LogGroup, filter: SubscriptionFilter): client.SubscriptionFilter {
  return {
    filterName: filter.name,
    logGroupName: group.name,
    filterPattern: filter.pattern,
    destinationArn: filter.destinationArn,
    ...(filter.roleArn !== undefined && { roleArn: filter.roleArn }),
    distribution: filter.distribution,
    applyOnTransformedLogs: false,
    creationTime: filter.createdAt,
  };
}
