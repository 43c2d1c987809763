import type { CallContext, Permission } from '../../aws/index.ts';
import { formatTrailArn, looksLikeArn } from '../../trails/index.ts';
import type { CloudTrailPermissions } from './dependencies.ts';

/**
 * Which permissions each operation needs, and on what: the trail's ARN where an operation names one. Operations that
 * are not here need theirs on `*`.
 *
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
 */
export const PERMISSIONS: CloudTrailPermissions = {
  CreateTrail: ({ Name, TagsList }, call) => [
    onTrail('CreateTrail', Name, call),
    ...(TagsList?.length ? [onTrail('AddTags', Name, call)] : []),
  ],
  UpdateTrail: ({ Name }, call) => [onTrail('UpdateTrail', Name, call)],
  DeleteTrail: ({ Name }, call) => [onTrail('DeleteTrail', Name, call)],
  GetTrail: ({ Name }, call) => [onTrail('GetTrail', Name, call)],
  GetTrailStatus: ({ Name }, call) => [onTrail('GetTrailStatus', Name, call)],
  StartLogging: ({ Name }, call) => [onTrail('StartLogging', Name, call)],
  StopLogging: ({ Name }, call) => [onTrail('StopLogging', Name, call)],
  PutEventSelectors: ({ TrailName }, call) => [onTrail('PutEventSelectors', TrailName, call)],
  GetEventSelectors: ({ TrailName }, call) => [onTrail('GetEventSelectors', TrailName, call)],
  PutInsightSelectors: (input, call) => [
    onTrail('PutInsightSelectors', input.TrailName ?? input.EventDataStore, call),
  ],
  GetInsightSelectors: (input, call) => [
    onTrail('GetInsightSelectors', input.TrailName ?? input.EventDataStore, call),
  ],
  AddTags: ({ ResourceId }, call) => [onTrail('AddTags', ResourceId, call)],
  RemoveTags: ({ ResourceId }, call) => [onTrail('RemoveTags', ResourceId, call)],
  ListTags: ({ ResourceIdList }, call) =>
    ResourceIdList?.length
      ? [...new Set(ResourceIdList)].map((id) => onTrail('ListTags', id, call))
      : [{ action: 'cloudtrail:ListTags' }],
};

/** The ARN that a name parameter means; what makes no ARN is refused later, by the operation. */
function onTrail(operation: string, nameOrArn: string | undefined, call: CallContext): Permission {
  const action = `cloudtrail:${operation}`;
  if (!nameOrArn) return { action };
  const { account, region } = call;
  return {
    action,
    resource: looksLikeArn(nameOrArn) ? nameOrArn : formatTrailArn({ account, region, name: nameOrArn }),
  };
}
