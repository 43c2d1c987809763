import type * as client from '@aws-sdk/client-sqs';
import type { CallContext, Permission, Permissions } from '../../aws/index.ts';
import { type QueueAddress, type Queues, queueArn } from '../../queues/index.ts';
import { readQueueUrl } from './queue-url.ts';

/**
 * Which permissions each operation needs: a batch the one of its single form. The queue's policy has a say.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
 */
export function permissionsOf(queues: Queues): Permissions<typeof client> {
  const question = (action: string, address: QueueAddress): readonly Permission[] => {
    const policy = queues.book.find(address)?.policy;
    return [
      {
        action: `sqs:${action}`,
        resource: queueArn(address),
        resourceAccount: address.account,
        ...(policy !== undefined && { resourcePolicy: policy }),
      },
    ];
  };
  const onQueue =
    (action: string) =>
    (input: { readonly QueueUrl?: string | undefined }, call: CallContext): readonly Permission[] =>
      question(action, readQueueUrl(input.QueueUrl, call));

  return {
    CreateQueue: ({ QueueName }, { account, region }) =>
      question('CreateQueue', { account, region, name: QueueName ?? '' }),
    GetQueueUrl: ({ QueueName, QueueOwnerAWSAccountId }, { account, region }) =>
      question('GetQueueUrl', { account: QueueOwnerAWSAccountId ?? account, region, name: QueueName ?? '' }),
    DeleteQueue: onQueue('DeleteQueue'),
    PurgeQueue: onQueue('PurgeQueue'),
    GetQueueAttributes: onQueue('GetQueueAttributes'),
    SetQueueAttributes: onQueue('SetQueueAttributes'),
    ListDeadLetterSourceQueues: onQueue('ListDeadLetterSourceQueues'),
    AddPermission: onQueue('AddPermission'),
    RemovePermission: onQueue('RemovePermission'),
    TagQueue: onQueue('TagQueue'),
    UntagQueue: onQueue('UntagQueue'),
    ListQueueTags: onQueue('ListQueueTags'),
    SendMessage: onQueue('SendMessage'),
    SendMessageBatch: onQueue('SendMessage'),
    ReceiveMessage: onQueue('ReceiveMessage'),
    DeleteMessage: onQueue('DeleteMessage'),
    DeleteMessageBatch: onQueue('DeleteMessage'),
    ChangeMessageVisibility: onQueue('ChangeMessageVisibility'),
    ChangeMessageVisibilityBatch: onQueue('ChangeMessageVisibility'),
  };
}
