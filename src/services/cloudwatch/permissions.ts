import type * as client from '@aws-sdk/client-cloudwatch';
import type { CallContext, Permission, Permissions } from '../../aws/index.ts';
import { alarmArn, readAlarmArn } from '../../cloudwatch/index.ts';

/**
 * Which permissions each operation needs; those that are not named need theirs on `*`.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 */
export const PERMISSIONS: Permissions<typeof client> = {
  PutMetricAlarm: ({ AlarmName }, call) => onAlarms('PutMetricAlarm', [AlarmName], call),
  SetAlarmState: ({ AlarmName }, call) => onAlarms('SetAlarmState', [AlarmName], call),
  DeleteAlarms: ({ AlarmNames }, call) => onAlarms('DeleteAlarms', AlarmNames, call),
  EnableAlarmActions: ({ AlarmNames }, call) => onAlarms('EnableAlarmActions', AlarmNames, call),
  DisableAlarmActions: ({ AlarmNames }, call) => onAlarms('DisableAlarmActions', AlarmNames, call),
  DescribeAlarms: ({ AlarmNames }, call) =>
    onAlarms('DescribeAlarms', AlarmNames?.length ? AlarmNames : ['*'], call),
  DescribeAlarmHistory: ({ AlarmName }, call) => onAlarms('DescribeAlarmHistory', [AlarmName ?? '*'], call),
  PutMetricData: ({ Namespace = '' }) => [
    { action: 'cloudwatch:PutMetricData', context: { 'cloudwatch:namespace': Namespace } },
  ],
  TagResource: onResource('TagResource'),
  UntagResource: onResource('UntagResource'),
  ListTagsForResource: onResource('ListTagsForResource'),
};

function onAlarms(
  operation: string,
  names: readonly (string | undefined)[] | undefined,
  call: CallContext,
): readonly Permission[] {
  const action = `cloudwatch:${operation}`;
  const list = names?.length ? names : [''];
  return list.map((name) => ({
    action,
    resource: alarmArn(call, name ?? ''),
    resourceAccount: call.account,
  }));
}

function onResource(operation: string) {
  return ({ ResourceARN }: { readonly ResourceARN: string | undefined }): readonly Permission[] => {
    const account = readAlarmArn(ResourceARN ?? '')?.account;
    return [
      {
        action: `cloudwatch:${operation}`,
        ...(ResourceARN !== undefined && { resource: ResourceARN }),
        ...(account !== undefined && { resourceAccount: account }),
      },
    ];
  };
}
