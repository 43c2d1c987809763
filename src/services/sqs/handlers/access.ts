import type * as client from '@aws-sdk/client-sqs';
import { type Handlers, ServiceError } from '../../../aws/index.ts';
import { type Queue, queueArn } from '../../../queues/index.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { invalidValue } from '../errors.ts';
import { readQueueUrl } from '../queue-url.ts';
import { mergeTags } from '../tags.ts';

/** What AddPermission may grant, beside `*`. */
const GRANTABLE = [
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
];
const MOST_ACTIONS = 7;

/** A queue's policy, statement by statement, and its tags. */
export function accessHandlers({ queues, now }: SqsDependencies): Handlers<typeof client> {
  const { book } = queues;
  return {
    async AddPermission(input, call) {
      const { Label: label = '', AWSAccountIds: accounts = [], Actions: actions = [] } = input;
      if (!/^[\w-]{1,80}$/.test(label)) throw invalidValue(label, 'Label', 'Invalid label.');
      if (accounts.length === 0 || !accounts.every((id) => /^\d{12}$/.test(id))) {
        throw invalidValue(`[${accounts.join(', ')}]`, 'PrincipalId', 'Unable to verify.');
      }
      const odd = actions.find((action) => action !== '*' && !GRANTABLE.includes(action));
      if (odd !== undefined || actions.length === 0) {
        throw invalidValue(
          odd ?? '',
          'ActionName',
          `Please refer to the appropriate WSDL for a list of valid actions.`,
        );
      }
      if (actions.length > MOST_ACTIONS) {
        throw new ServiceError(
          'OverLimit',
          `${actions.length} Actions were found, maximum allowed is ${MOST_ACTIONS}.`,
        );
      }
      await book.update(readQueueUrl(input.QueueUrl, call), (queue) =>
        withStatements(queue, now(), (statements) => {
          if (statements.some(({ Sid }) => Sid === label)) {
            throw invalidValue(label, 'Label', 'Already exists.');
          }
          const statement = {
            Sid: label,
            Effect: 'Allow',
            Principal: { AWS: accounts.map((id) => `arn:aws:iam::${id}:root`) },
            Action: actions.map((action) => `SQS:${action}`),
            Resource: queueArn(queue),
          };
          return [...statements, statement];
        }),
      );
      return {};
    },

    async RemovePermission(input, call) {
      await book.update(readQueueUrl(input.QueueUrl, call), (queue) =>
        withStatements(queue, now(), (statements) => {
          const rest = statements.filter(({ Sid }) => Sid !== input.Label);
          if (rest.length < statements.length) return rest;
          throw invalidValue(input.Label, 'Label', "Can't find label on existing policy.");
        }),
      );
      return {};
    },

    async TagQueue(input, call) {
      await book.update(readQueueUrl(input.QueueUrl, call), (queue) => ({
        ...queue,
        tags: mergeTags(queue.tags, input.Tags ?? {}),
      }));
      return {};
    },

    async UntagQueue(input, call) {
      const gone = new Set(input.TagKeys);
      await book.update(readQueueUrl(input.QueueUrl, call), (queue) => ({
        ...queue,
        tags: queue.tags.filter(([key]) => !gone.has(key)),
      }));
      return {};
    },

    async ListQueueTags(input, call) {
      const { tags } = book.get(readQueueUrl(input.QueueUrl, call));
      return tags.length > 0 ? { Tags: Object.fromEntries(tags) } : {};
    },
  };
}

type Statement = Readonly<Record<string, unknown>>;

function withStatements(
  queue: Queue,
  now: number,
  change: (statements: readonly Statement[]) => readonly Statement[],
): Queue {
  const policy = (
    queue.policy === undefined
      ? { Version: '2012-10-17', Id: `${queueArn(queue)}/SQSDefaultPolicy` }
      : JSON.parse(queue.policy)
  ) as { Statement?: Statement | readonly Statement[] };
  const statements = change([policy.Statement ?? []].flat() as Statement[]);
  const text = statements.length > 0 ? JSON.stringify({ ...policy, Statement: statements }) : undefined;
  return { ...queue, policy: text, modifiedAt: now };
}
