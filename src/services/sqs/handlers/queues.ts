import type * as client from '@aws-sdk/client-sqs';
import { type CallContext, type Handlers, ServiceError } from '../../../aws/index.ts';
import {
  DEFAULT_SETTINGS,
  type Queue,
  type QueueAddress,
  QueueError,
  type QueueSettings,
  queueArn,
  readQueueArn,
} from '../../../queues/index.ts';
import { allowsSource, attributesOf, withAttribute } from '../attributes.ts';
import type { SqsDependencies } from '../dependencies.ts';
import { invalidValue, missing, notBuilt } from '../errors.ts';
import { pageSize, readToken, writeToken } from '../page.ts';
import { queueUrl, readQueueUrl } from '../queue-url.ts';
import { mergeTags } from '../tags.ts';

/** Queues and their attributes. */
export function queueHandlers({ queues, now, publicUrl }: SqsDependencies): Handlers<typeof client> {
  const { book } = queues;

  /** @throws ServiceError InvalidParameterValue */
  function checkRedrive(source: QueueAddress & Pick<QueueSettings, 'redrive'>): void {
    if (!source.redrive) return;
    const refuse = (reason: string) => invalidValue(JSON.stringify(source.redrive), 'RedrivePolicy', reason);
    const target = readQueueArn(source.redrive.deadLetterTargetArn);
    const queue = target && book.find(target);
    if (!queue) throw refuse('Dead letter target does not exist.');
    if (queue.account !== source.account || queue.region !== source.region) {
      throw refuse('Dead letter target must be a queue of the same account and Region.');
    }
    if (!allowsSource(queue, queueArn(source))) {
      throw refuse('The RedriveAllowPolicy of the dead letter target does not allow this queue.');
    }
  }

  return {
    async CreateQueue(input, call) {
      const name = input.QueueName ?? '';
      if (name.endsWith('.fifo')) throw notBuilt('a FIFO queue');
      if (!/^[\w-]{1,80}$/.test(name)) {
        throw new ServiceError(
          'InvalidParameterValue',
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
        );
      }
      const given = Object.entries(input.Attributes ?? {});
      const settings = given.reduce(
        (all, [attribute, value]) => withAttribute(all, attribute, value ?? ''),
        DEFAULT_SETTINGS,
      );
      const address = { account: call.account, region: call.region, name };
      checkRedrive({ ...address, ...settings });
      const tags = mergeTags([], input.tags ?? {});
      const at = now();
      const { queue, isNew } = await book.create({
        ...settings,
        ...address,
        tags,
        createdAt: at,
        modifiedAt: at,
      });
      if (!isNew) checkSame(queue, given);
      return { QueueUrl: queueUrl(queue, call, publicUrl) };
    },

    async DeleteQueue(input, call) {
      await book.delete(readQueueUrl(input.QueueUrl, call), now());
      return {};
    },

    async GetQueueUrl(input, call) {
      const account = input.QueueOwnerAWSAccountId ?? call.account;
      if (!input.QueueName) throw missing('QueueName');
      return {
        QueueUrl: queueUrl(
          book.get({ account, region: call.region, name: input.QueueName }),
          call,
          publicUrl,
        ),
      };
    },

    async ListQueues(input: client.ListQueuesRequest, call: CallContext) {
      const { QueueNamePrefix: prefix = '', NextToken: token, MaxResults: most } = input;
      const limit = pageSize(most);
      const after = readToken(token);
      const found = book.list(call, { prefix, ...(after !== undefined && { after }), limit: limit + 1 });
      const page = found.slice(0, limit);
      // Without MaxResults there is one page of a thousand and no more, as on AWS.
      const isMore = most !== undefined && found.length > limit;
      return {
        ...(page.length > 0 && { QueueUrls: page.map((queue) => queueUrl(queue, call, publicUrl)) }),
        ...(isMore && { NextToken: writeToken(page.at(-1)!.name) }),
        // The client's type of a call without required members says nothing of its answer.
      } as never;
    },

    async ListDeadLetterSourceQueues(input, call) {
      const target = book.get(readQueueUrl(input.QueueUrl, call));
      const arn = queueArn(target);
      const limit = pageSize(input.MaxResults);
      const after = readToken(input.NextToken) ?? '';
      const sources = book
        .all()
        .filter(
          ({ account, region, name, redrive }) =>
            account === target.account &&
            region === target.region &&
            name > after &&
            redrive?.deadLetterTargetArn === arn,
        );
      const page = sources.slice(0, limit);
      return {
        queueUrls: page.map((queue) => queueUrl(queue, call, publicUrl)),
        ...(sources.length > limit && { NextToken: writeToken(page.at(-1)!.name) }),
      };
    },

    async GetQueueAttributes(input, call) {
      const queue = book.get(readQueueUrl(input.QueueUrl, call));
      let counts: ReturnType<typeof queues.count> | undefined;
      const count = () => {
        counts ??= queues.count(queue);
        return counts;
      };
      const found = attributesOf(queue, count, input.AttributeNames ?? []);
      return Object.keys(found).length > 0 ? { Attributes: found } : {};
    },

    async SetQueueAttributes(input, call) {
      const address = readQueueUrl(input.QueueUrl, call);
      const given = Object.entries(input.Attributes ?? {});
      await book.update(address, (queue) => {
        const changed = given.reduce(
          (all, [attribute, value]) => withAttribute(all, attribute, value ?? ''),
          queue,
        );
        checkRedrive(changed);
        return { ...changed, modifiedAt: now() };
      });
      return {};
    },

    async PurgeQueue(input, call) {
      await book.purge(readQueueUrl(input.QueueUrl, call), now());
      return {};
    },
  };
}

/** Creating what is there already is fine as long as every attribute given has the value that it has. */
function checkSame(
  queue: Queue,
  given: readonly (readonly [name: string, value: string | undefined])[],
): void {
  const none = () => ({ visible: 0, inFlight: 0, delayed: 0 });
  for (const [name, value] of given) {
    const wished = attributesOf(withAttribute({ ...queue }, name, value ?? ''), none, ['All']);
    const present = attributesOf(queue, none, ['All']);
    if (JSON.stringify(wished) === JSON.stringify(present)) continue;
    throw new QueueError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${name}`,
    );
  }
}
