import type * as sns from '@aws-sdk/client-sns';
import { type CallContext, type Handlers, ServiceError } from '../../aws/index.ts';
import { defaultPolicy, type Topic, type Topics } from '../../topics/index.ts';
import { invalid, mustBeTopicArn, notBuilt, pageOf } from './parameters.ts';
import { areSameTags, withTags } from './tags.ts';
import { attributesOf, DEFAULT_ATTRIBUTES, withAttribute } from './topic-attributes.ts';

/** Topics, their attributes, permissions and tags. */
export function topicOperations(topics: Topics): Handlers<typeof sns> {
  return {
    async CreateTopic(input, call) {
      const name = input.Name ?? '';
      if (name.endsWith('.fifo') || input.Attributes?.FifoTopic === 'true') throw notBuilt('a FIFO topic');
      if (!/^[\w-]{1,256}$/.test(name)) throw invalid('Topic Name');
      if (input.DataProtectionPolicy) throw notBuilt('DataProtectionPolicy');
      const given = Object.entries(input.Attributes ?? {});
      const wish = {
        name,
        account: call.account,
        region: call.region,
        tags: withTags([], input.Tags ?? []),
        ...given.reduce(
          (all, [attribute, value]) => withAttribute(all, attribute, value ?? ''),
          DEFAULT_ATTRIBUTES,
        ),
      };
      const topic = await topics.create(wish);
      checkSame(topic, wish, given);
      return { TopicArn: topic.arn };
    },

    async DeleteTopic(input, call) {
      await topics.delete(mustBeTopicArn(input.TopicArn, call.region));
      return {};
    },

    async ListTopics(input: sns.ListTopicsInput, call: CallContext) {
      const all = await topics.list(call.account, call.region);
      const { page, next } = pageOf(all, ({ name }) => name, input.NextToken);
      // The client's type of a call without required members says nothing of its answer.
      return {
        Topics: page.map(({ arn }) => ({ TopicArn: arn })),
        ...(next && { NextToken: next }),
      } as never;
    },

    async GetTopicAttributes(input, call) {
      return { Attributes: attributesOf(await topics.get(mustBeTopicArn(input.TopicArn, call.region))) };
    },

    async SetTopicAttributes(input, call) {
      const arn = mustBeTopicArn(input.TopicArn, call.region);
      const { AttributeName: name = '', AttributeValue: value = '' } = input;
      await topics.update(arn, (topic) => withAttribute(topic, name, value));
      return {};
    },

    async AddPermission(input, call) {
      const arn = mustBeTopicArn(input.TopicArn, call.region);
      const { Label: label = '', AWSAccountId: accounts = [], ActionName: actions = [] } = input;
      if (!/^[\w-]{1,80}$/.test(label)) throw invalid('Label');
      if (accounts.length === 0 || !accounts.every((id) => /^\d{12}$/.test(id)))
        throw invalid('AWSAccountId');
      if (actions.length === 0 || !actions.every((action) => /^[A-Za-z]+$|^\*$/.test(action)))
        throw invalid('ActionName');
      const statement = {
        Sid: label,
        Effect: 'Allow',
        Principal: { AWS: accounts.map((id) => `arn:aws:iam::${id}:root`) },
        Action: actions.map((action) => `SNS:${action}`),
        Resource: arn,
      };
      await topics.update(arn, (topic) =>
        withStatements(topic, (statements) => {
          if (statements.some(({ Sid }) => Sid === label)) throw invalid('Statement already exists');
          return [...statements, statement];
        }),
      );
      return {};
    },

    async RemovePermission(input, call) {
      const arn = mustBeTopicArn(input.TopicArn, call.region);
      await topics.update(arn, (topic) =>
        withStatements(topic, (statements) => statements.filter(({ Sid }) => Sid !== input.Label)),
      );
      return {};
    },

    async TagResource(input, call) {
      const arn = mustBeTopicArn(input.ResourceArn, call.region, 'ResourceArn');
      await found(
        topics.update(arn, (topic) => ({ ...topic, tags: withTags(topic.tags, input.Tags ?? []) })),
      );
      return {};
    },

    async UntagResource(input, call) {
      const arn = mustBeTopicArn(input.ResourceArn, call.region, 'ResourceArn');
      const gone = new Set(input.TagKeys);
      await found(
        topics.update(arn, (topic) => ({ ...topic, tags: topic.tags.filter(({ Key }) => !gone.has(Key)) })),
      );
      return {};
    },

    async ListTagsForResource(input, call) {
      const arn = mustBeTopicArn(input.ResourceArn, call.region, 'ResourceArn');
      return { Tags: [...(await found(topics.get(arn))).tags] };
    },
  };
}

type Statement = Readonly<Record<string, unknown>>;

function withStatements(
  topic: Topic,
  change: (statements: readonly Statement[]) => readonly Statement[],
): Topic {
  const policy = JSON.parse(topic.policy ?? defaultPolicy(topic)) as {
    Statement: Statement | readonly Statement[];
  };
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement as Statement];
  return { ...topic, policy: JSON.stringify({ ...policy, Statement: change(statements) }) };
}

/** Creating what is there already is fine as long as nothing else is asked for. */
function checkSame(
  topic: Topic,
  wish: Pick<
    Topic,
    'tags' | 'displayName' | 'policy' | 'signatureVersion' | 'tracingConfig' | 'deliveryPolicy'
  >,
  given: readonly (readonly [string, unknown])[],
): void {
  if (wish.tags.length > 0 && !areSameTags(topic.tags, wish.tags)) {
    throw invalid('Tags Reason: Topic already exists with different tags');
  }
  const isSame =
    topic.displayName === wish.displayName &&
    topic.policy === wish.policy &&
    topic.deliveryPolicy === wish.deliveryPolicy &&
    topic.signatureVersion === wish.signatureVersion &&
    topic.tracingConfig === wish.tracingConfig;
  if (given.length > 0 && !isSame)
    throw invalid('Attributes Reason: Topic already exists with different attributes');
}

/** The tagging calls have their own code for a topic that is not there. */
async function found<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'NotFound') throw error;
    throw new ServiceError('ResourceNotFound', 'Resource does not exist', { status: 404, cause: error });
  }
}
