import type * as client from '@aws-sdk/client-eventbridge';
import type { CallContext, Permission, Permissions } from '../../aws/index.ts';
import { busArn, DEFAULT_BUS, readBusArn, ruleArn } from '../../event-bus/index.ts';

/**
 * Which permissions each operation needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
 */
export const PERMISSIONS: Permissions<typeof client> = {
  PutRule: onRule('PutRule'),
  DescribeRule: onRule('DescribeRule'),
  DeleteRule: onRule('DeleteRule'),
  EnableRule: onRule('EnableRule'),
  DisableRule: onRule('DisableRule'),
  PutTargets: onRule('PutTargets'),
  RemoveTargets: onRule('RemoveTargets'),
  ListTargetsByRule: onRule('ListTargetsByRule'),
  CreateEventBus: onBus('CreateEventBus'),
  DeleteEventBus: onBus('DeleteEventBus'),
  DescribeEventBus: onBus('DescribeEventBus'),
  PutEvents: ({ Entries = [] }, call) => {
    const buses = new Set(Entries.map(({ EventBusName }) => addressOf(EventBusName, call)).map(busArn));
    return [...buses].map((resource) => ({ action: 'events:PutEvents', resource }));
  },
  TagResource: onArn('TagResource'),
  UntagResource: onArn('UntagResource'),
  ListTagsForResource: onArn('ListTagsForResource'),
};

function addressOf(name: string | undefined, { account, region }: CallContext) {
  return readBusArn(name ?? '') ?? { account, region, bus: name || DEFAULT_BUS };
}

function onRule(operation: string) {
  return (
    input: {
      readonly Name?: string | undefined;
      readonly Rule?: string | undefined;
      readonly EventBusName?: string | undefined;
    },
    call: CallContext,
  ): readonly Permission[] => {
    const address = addressOf(input.EventBusName, call);
    const resource = ruleArn({ ...address, name: input.Name ?? input.Rule ?? '' });
    return [{ action: `events:${operation}`, resource, resourceAccount: address.account }];
  };
}

function onBus(operation: string) {
  return (input: { readonly Name?: string | undefined }, call: CallContext): readonly Permission[] => {
    const address = addressOf(input.Name, call);
    return [{ action: `events:${operation}`, resource: busArn(address), resourceAccount: address.account }];
  };
}

function onArn(operation: string) {
  return (input: { readonly ResourceARN: string | undefined }): readonly Permission[] => [
    {
      action: `events:${operation}`,
      ...(input.ResourceARN !== undefined && { resource: input.ResourceARN }),
    },
  ];
}
