import { type State, updateState } from '../state/index.ts';
import { readTopicArn, type Subscription, type Topic, TopicError, topicArnOf } from './topic.ts';

/** Topics with their subscriptions, as they stand in `state`. May be called concurrently. */
export interface TopicBook {
  /** Answers the topic that is there, or makes it. @throws TopicError TopicLimitExceeded */
  create(topic: Omit<Topic, 'arn' | 'subscriptions' | 'ended' | 'createdAt'>): Promise<Topic>;
  find(arn: string): Promise<Topic | undefined>;
  /** @throws TopicError NotFound */
  get(arn: string): Promise<Topic>;
  /** Topics of an account in a Region, by name. */
  list(account: string, region: string): Promise<Topic[]>;
  /** `change` may run several times. @throws TopicError NotFound */
  update(arn: string, change: (topic: Topic) => Topic): Promise<Topic>;
  /** Deletes the topic with its subscriptions; says nothing if there is none. */
  delete(arn: string): Promise<void>;
  /** Undefined when the topic or the subscription is not there. */
  findSubscription(
    arn: string,
  ): Promise<{ readonly topic: Topic; readonly subscription: Subscription } | undefined>;
  /** Subscriptions that an account owns, to topics of a Region, whoever owns those. */
  listSubscriptions(owner: string, region: string): Promise<{ topic: Topic; subscription: Subscription }[]>;
}

const MAX_TOPICS = 10_000;

/** Opens the book: one entry of `state` for each topic. */
export function openTopicBook({
  state,
  now,
}: {
  readonly state: State;
  readonly now: () => number;
}): TopicBook {
  async function find(arn: string): Promise<Topic | undefined> {
    const path = keyOf(arn);
    return path === undefined ? undefined : (await state.get<Topic>(path))?.value;
  }

  return {
    find,

    async get(arn) {
      const topic = await find(arn);
      if (!topic) throw notFound();
      return topic;
    },

    async update(arn, change) {
      const path = keyOf(arn);
      if (path === undefined) throw notFound();
      return (await updateState<Topic>(state, path, (topic) => {
        if (!topic) throw notFound();
        return change(topic);
      }))!;
    },

    async create(wish) {
      const arn = `arn:aws:sns:${wish.region}:${wish.account}:${wish.name}`;
      const path = keyOf(arn);
      if (path === undefined) throw new TopicError('InvalidParameter', 'Invalid parameter: Topic Name');
      const known = await state.get<Topic>(path);
      if (known) return known.value;
      if ((await state.list(folderOf(wish))).length >= MAX_TOPICS) {
        throw new TopicError(
          'TopicLimitExceeded',
          `An account can have at most ${MAX_TOPICS} topics in a Region`,
        );
      }
      const made: Topic = { ...wish, arn, subscriptions: [], createdAt: now() };
      return (await updateState<Topic>(state, path, (current) => current ?? made))!;
    },

    async list(account, region) {
      return (await state.list<Topic>(folderOf({ account, region }))).map(({ value }) => value);
    },

    async delete(arn) {
      const path = keyOf(arn);
      if (path !== undefined) await updateState<Topic>(state, path, () => undefined);
    },

    async findSubscription(arn) {
      if (!readTopicArn(arn)?.subscriptionId) return undefined;
      const topic = await find(topicArnOf(arn));
      const subscription = topic?.subscriptions.find((one) => one.arn === arn);
      return topic && subscription && { topic, subscription };
    },

    async listSubscriptions(owner, region) {
      const topics = await state.list<Topic>('topics/');
      return topics
        .filter(({ value }) => value.region === region)
        .flatMap(({ value: topic }) =>
          topic.subscriptions
            .filter((subscription) => subscription.owner === owner)
            .map((subscription) => ({ topic, subscription })),
        );
    },
  };
}

function notFound(): TopicError {
  return new TopicError('NotFound', 'Topic does not exist');
}

function folderOf({ account, region }: { readonly account: string; readonly region: string }): string {
  return `topics/${account}/${region}/`;
}

/** Undefined for anything but a topic's ARN. */
function keyOf(arn: string): string | undefined {
  const address = readTopicArn(arn);
  return address && address.subscriptionId === undefined ? `${folderOf(address)}${address.name}` : undefined;
}
