import * as sns from '@aws-sdk/client-sns';
import {
  type CallContext,
  defineService,
  type Handlers,
  type Permission,
  type RecordShape,
  type Service,
} from '../../aws/index.ts';
import { defaultPolicy, readTopicArn, type Topics, topicArnOf } from '../../topics/index.ts';
import { inServiceWords } from './parameters.ts';
import { publishOperations } from './publish-operations.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { topicOperations } from './topic-operations.ts';

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Code to status (https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html and the pages of the operations). */
export const SNS_ERRORS: ReadonlyMap<string, number> = new Map([
  ['NotFound', 404],
  ['ResourceNotFound', 404],
  ['InvalidParameter', 400],
  ['ParameterValueInvalid', 400],
  ['AuthorizationError', 403],
  ['SubscriptionLimitExceeded', 403],
  ['FilterPolicyLimitExceeded', 403],
  ['TopicLimitExceeded', 403],
  ['TagLimitExceeded', 400],
  ['Throttled', 429],
  ['BatchRequestTooLong', 400],
  ['TooManyEntriesInBatchRequest', 400],
  ['EmptyBatchRequest', 400],
  ['BatchEntryIdsNotDistinct', 400],
  ['InvalidBatchEntryId', 400],
]);

/** What other services are also made with; SNS needs none of it: its policies are asked by the front door. */
interface Unused {
  readonly authorizer?: unknown;
  readonly now?: () => number;
}

/** SNS, as far as trails, alarms and their users need it: standard topics, without mobile push, SMS and data protection. */
export function createSnsService({ topics }: { readonly topics: Topics } & Unused): Service {
  const onTopic =
    (operation: string, member: 'TopicArn' | 'ResourceArn' = 'TopicArn') =>
    (input: object, call: CallContext) =>
      topicPermission(topics, operation, (input as Record<string, unknown>)[member], call);
  const onSubscription =
    (operation: string) => (input: { SubscriptionArn?: string | undefined }, call: CallContext) =>
      topicPermission(topics, operation, topicArnOf(input.SubscriptionArn ?? ''), call);

  return defineService({
    client: sns,
    signingNames: ['sns'],
    protocol: 'awsQuery',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    apiVersion: '2010-03-31',
    iamPrefix: 'sns',
    eventSource: 'sns.amazonaws.com',
    errors: SNS_ERRORS,
    handlers: translated({
      ...topicOperations(topics),
      ...subscriptionOperations(topics),
      ...publishOperations(topics),
    }),
    permissions: {
      CreateTopic: ({ Name }, call) => [
        { action: 'sns:CreateTopic', resource: `arn:aws:sns:${call.region}:${call.account}:${Name ?? ''}` },
      ],
      DeleteTopic: onTopic('DeleteTopic'),
      GetTopicAttributes: onTopic('GetTopicAttributes'),
      SetTopicAttributes: onTopic('SetTopicAttributes'),
      AddPermission: onTopic('AddPermission'),
      RemovePermission: onTopic('RemovePermission'),
      Subscribe: onTopic('Subscribe'),
      ConfirmSubscription: onTopic('ConfirmSubscription'),
      ListSubscriptionsByTopic: onTopic('ListSubscriptionsByTopic'),
      GetSubscriptionAttributes: onSubscription('GetSubscriptionAttributes'),
      SetSubscriptionAttributes: onSubscription('SetSubscriptionAttributes'),
      Publish: ({ TopicArn, TargetArn }, call) =>
        topicPermission(topics, 'Publish', TopicArn ?? TargetArn, call),
      // AWS has no action of its own for batches.
      PublishBatch: onTopic('Publish'),
      TagResource: onTopic('TagResource', 'ResourceArn'),
      UntagResource: onTopic('UntagResource', 'ResourceArn'),
      ListTagsForResource: onTopic('ListTagsForResource', 'ResourceArn'),
    },
    records: {
      Publish: dataRecord<sns.PublishInput>(
        ({ Message, Subject, MessageAttributes, TopicArn, TargetArn, MessageStructure }) => ({
          topicArn: TopicArn ?? TargetArn,
          ...(Message !== undefined && { message: HIDDEN }),
          ...(Subject !== undefined && { subject: HIDDEN }),
          ...(MessageStructure !== undefined && { messageStructure: MessageStructure }),
          ...(MessageAttributes !== undefined && { messageAttributes: HIDDEN }),
        }),
      ),
      PublishBatch: dataRecord<sns.PublishBatchInput>(
        ({ TopicArn, PublishBatchRequestEntries: entries = [] }) => ({
          topicArn: TopicArn,
          publishBatchRequestEntries: entries.map(({ Id }) => ({ id: Id, message: HIDDEN })),
        }),
      ),
      ConfirmSubscription: {
        // Not a read, and the token is what proves the endpoint.
        requestParameters: ({ TopicArn, AuthenticateOnUnsubscribe }: sns.ConfirmSubscriptionInput) => ({
          topicArn: TopicArn,
          token: HIDDEN,
          ...(AuthenticateOnUnsubscribe !== undefined && {
            authenticateOnUnsubscribe: AuthenticateOnUnsubscribe,
          }),
        }),
      },
      Subscribe: {
        requestParameters: ({
          TopicArn,
          Protocol,
          Attributes,
          ReturnSubscriptionArn,
        }: sns.SubscribeInput) => ({
          topicArn: TopicArn,
          protocol: Protocol,
          // Endpoints carry passwords and keys in their user part, path or query.
          endpoint: HIDDEN,
          ...(Attributes !== undefined && { attributes: Attributes }),
          ...(ReturnSubscriptionArn !== undefined && { returnSubscriptionArn: ReturnSubscriptionArn }),
        }),
      },
    },
  });
}

/** The question for a call on a topic; its policy has a say, and its owner. */
async function topicPermission(
  topics: Topics,
  operation: string,
  arn: unknown,
  call: CallContext,
): Promise<readonly Permission[]> {
  const action = `sns:${operation}`;
  const address = typeof arn === 'string' ? readTopicArn(arn) : undefined;
  // Not an ARN: the handler says so, to those who may call it at all.
  if (!address) return [{ action }];
  const topic = await topics.find(arn as string);
  return [
    {
      action,
      resource: arn as string,
      resourceAccount: address.account,
      ...(topic && { resourcePolicy: topic.policy ?? defaultPolicy(topic) }),
      context: { 'aws:SourceOwner': call.account, 'aws:SourceAccount': call.account },
    },
  ];
}

/** Publishing is a data event of the topic. */
function dataRecord<Input extends sns.PublishInput | sns.PublishBatchInput>(
  requestParameters: (input: Input) => unknown,
): RecordShape {
  return {
    category: 'Data',
    readOnly: false,
    requestParameters,
    resources: (input: Input) => {
      const arn = input.TopicArn ?? ('TargetArn' in input ? input.TargetArn : undefined);
      const account = arn === undefined ? undefined : readTopicArn(arn)?.account;
      return arn === undefined || account === undefined
        ? []
        : [{ ARN: arn, type: 'AWS::SNS::Topic', accountId: account }];
    },
  };
}

function translated(handlers: Handlers<typeof sns>): Handlers<typeof sns> {
  const entries = Object.entries(handlers) as [
    string,
    (input: never, call: CallContext) => Promise<unknown>,
  ][];
  const wrapped = entries.map(([name, handler]) => [
    name,
    (input: never, call: CallContext) => inServiceWords(() => handler(input, call)),
  ]);
  return Object.fromEntries(wrapped) as Handlers<typeof sns>;
}
