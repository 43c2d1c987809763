import type * as client from '@aws-sdk/client-cloudwatch-logs';
import type { CallContext, Permission, Permissions } from '../../aws/index.ts';
import { logGroupArn, readLogGroupArn } from '../../logs/index.ts';
import type { NamedGroup } from './names.ts';

/**
 * Which permissions each operation needs: on the group as `…:log-group:NAME:log-stream:` with the stream's name, if one
 * is meant, behind it, which is how AWS asks, so that policies on `…:log-group:NAME:*` hold.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
 */
export const PERMISSIONS: Permissions<typeof client> = {
  CreateLogGroup: onGroup('CreateLogGroup'),
  DeleteLogGroup: onGroup('DeleteLogGroup'),
  DescribeLogGroups: onGroup('DescribeLogGroups'),
  PutRetentionPolicy: onGroup('PutRetentionPolicy'),
  DeleteRetentionPolicy: onGroup('DeleteRetentionPolicy'),
  CreateLogStream: onStream('CreateLogStream'),
  DeleteLogStream: onStream('DeleteLogStream'),
  DescribeLogStreams: onGroup('DescribeLogStreams'),
  PutLogEvents: onStream('PutLogEvents'),
  GetLogEvents: onStream('GetLogEvents'),
  FilterLogEvents: onGroup('FilterLogEvents'),
  PutMetricFilter: onGroup('PutMetricFilter'),
  DescribeMetricFilters: onGroup('DescribeMetricFilters'),
  DeleteMetricFilter: onGroup('DeleteMetricFilter'),
  PutSubscriptionFilter: onGroup('PutSubscriptionFilter'),
  DescribeSubscriptionFilters: onGroup('DescribeSubscriptionFilters'),
  DeleteSubscriptionFilter: onGroup('DeleteSubscriptionFilter'),
  TagLogGroup: onGroup('TagLogGroup'),
  UntagLogGroup: onGroup('UntagLogGroup'),
  ListTagsLogGroup: onGroup('ListTagsLogGroup'),
  TagResource: onResource('TagResource'),
  UntagResource: onResource('UntagResource'),
  ListTagsForResource: onResource('ListTagsForResource'),
};

/** The ARN that policies are asked about for a stream of a group; without one for the group. */
export function streamArn(group: Parameters<typeof logGroupArn>[0], stream = ''): string {
  return `${logGroupArn(group)}:log-stream:${stream}`;
}

function placeOf({ logGroupName, logGroupIdentifier }: NamedGroup, { account, region }: CallContext) {
  const named = logGroupIdentifier === undefined ? undefined : readLogGroupArn(logGroupIdentifier);
  return named ?? { account, region, name: logGroupName ?? logGroupIdentifier ?? '' };
}

function onGroup(operation: string) {
  return (input: NamedGroup | object, call: CallContext): readonly Permission[] => {
    const place = placeOf(input, call);
    return [{ action: `logs:${operation}`, resource: streamArn(place), resourceAccount: place.account }];
  };
}

function onStream(operation: string) {
  return (
    input: NamedGroup & { readonly logStreamName?: string | undefined },
    call: CallContext,
  ): readonly Permission[] => {
    const place = placeOf(input, call);
    const resource = streamArn(place, input.logStreamName);
    return [{ action: `logs:${operation}`, resource, resourceAccount: place.account }];
  };
}

function onResource(operation: string) {
  return ({ resourceArn }: { readonly resourceArn: string | undefined }): readonly Permission[] => {
    const account = readLogGroupArn(resourceArn ?? '')?.account;
    return [
      {
        action: `logs:${operation}`,
        ...(resourceArn !== undefined && { resource: resourceArn }),
        ...(account !== undefined && { resourceAccount: account }),
      },
    ];
  };
}
