import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { type State, updateState } from '../state/index.ts';
import { isAllowedAddress } from './allowed-address.ts';
import { confirmationQuestion, type EnvelopeSigner, notification } from './envelope.ts';
import { createPost, type Post } from './http-post.ts';
import { type OutboxCounters, OutboxFull, type Owed, openOutbox, type StartTimer } from './outbox.ts';
import { openSigningKey, type SigningKey } from './signing-key.ts';
import { type Message, readTopicArn, type Subscription, type Topic, TopicError } from './topic.ts';

/** Topics of all accounts and Regions, and the messages on their way. May be called concurrently. */
export interface Topics {
  /** Answers the topic that is there, or makes it. @throws TopicError TopicLimitExceeded */
  create(topic: Omit<Topic, 'arn' | 'subscriptions' | 'createdAt'>): Promise<Topic>;
  find(arn: string): Promise<Topic | undefined>;
  /** @throws TopicError NotFound */
  get(arn: string): Promise<Topic>;
  /** Topics of an account in a Region, by name. */
  list(account: string, region: string): Promise<Topic[]>;
  /** `change` may run several times. @throws TopicError NotFound */
  update(arn: string, change: (topic: Topic) => Topic): Promise<Topic>;
  /** Deletes the topic with its subscriptions; says nothing if there is none. */
  delete(arn: string): Promise<void>;
  /**
   * Subscribes, or answers the subscription of the same endpoint; one that is not confirmed is asked (again).
   * @throws TopicError NotFound, InvalidParameter for an endpoint that may not be reached, SubscriptionLimitExceeded,
   * Throttled
   */
  subscribe(
    topicArn: string,
    wish: Pick<Subscription, 'protocol' | 'endpoint' | 'owner' | 'rawMessageDelivery'>,
  ): Promise<Subscription>;
  /** @throws TopicError NotFound, InvalidParameter for a token that is wrong or too old. */
  confirm(topicArn: string, token: string, authenticateOnUnsubscribe: boolean): Promise<Subscription>;
  /** Undefined when the topic or the subscription is not there. */
  findSubscription(
    arn: string,
  ): Promise<{ readonly topic: Topic; readonly subscription: Subscription } | undefined>;
  /** @throws TopicError NotFound */
  updateSubscription(arn: string, change: (subscription: Subscription) => Subscription): Promise<void>;
  /** Says nothing if there is none. */
  unsubscribe(arn: string): Promise<void>;
  /** Subscriptions to the topics of an account in a Region. */
  listSubscriptions(account: string, region: string): Promise<{ topic: Topic; subscription: Subscription }[]>;
  /**
   * Takes a message for all confirmed subscribers; on disk on return, delivered at least once after. Answers its id.
   * @throws TopicError NotFound, Throttled when too many messages wait.
   */
  publish(topicArn: string, message: Message): Promise<string>;
  /** PEM of the certificate behind `SigningCertURL`. */
  certificate(): Promise<string>;
  /** Messages that wait for a subscriber. */
  readonly outboxSize: number;
  readonly counters: OutboxCounters;
  close(): Promise<void>;
}

const MAX_TOPICS = 10_000;
const MAX_SUBSCRIPTIONS = 1_000;
/** As on AWS: a question is good for three days. */
const TOKEN_LIFE = 3 * 86_400_000;

/**
 * Opens the room and goes on with messages that the last process left. `publicUrl` is the address in links to us
 * (`<publicUrl>/v1/sns?Action=…`); a function where the port is known only later.
 */
export async function openTopics(options: {
  readonly state: State;
  readonly now: () => number;
  readonly publicUrl: string | (() => string);
  /** May subscribers live in private networks? */
  readonly allowPrivate: boolean;
  readonly post?: Post;
  readonly startTimer?: StartTimer;
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}): Promise<Topics> {
  const { state, now, publicUrl } = options;
  // Made at the first message to a subscriber: half a second of arithmetic that most servers never need.
  let key: Promise<SigningKey> | undefined;
  const signingKey = () => {
    key ??= openSigningKey(state, now);
    return key;
  };
  const linkTo = (action: string, parameters: Readonly<Record<string, string>>) => {
    const base = typeof publicUrl === 'string' ? publicUrl : publicUrl();
    return `${base.replace(/\/+$/, '')}/v1/sns?${new URLSearchParams({ Action: action, ...parameters })}`;
  };
  const signer = async (): Promise<EnvelopeSigner> => ({
    certificateUrl: linkTo('GetSigningCertificate', {}),
    sign: (await signingKey()).sign,
  });
  const outbox = await openOutbox({
    state,
    now,
    post: options.post ?? createPost({ allowPrivate: options.allowPrivate }),
    startTimer: options.startTimer,
    log: options.log,
    isWanted: async (owed) => (await findSubscription(owed.subscriptionArn)) !== undefined,
  });

  async function find(arn: string): Promise<Topic | undefined> {
    const path = keyOf(arn);
    return path === undefined ? undefined : (await state.get<Topic>(path))?.value;
  }

  async function get(arn: string): Promise<Topic> {
    const topic = await find(arn);
    if (!topic) throw notFound();
    return topic;
  }

  async function update(arn: string, change: (topic: Topic) => Topic): Promise<Topic> {
    const path = keyOf(arn);
    if (path === undefined) throw notFound();
    return (await updateState<Topic>(state, path, (topic) => {
      if (!topic) throw notFound();
      return change(topic);
    }))!;
  }

  async function findSubscription(arn: string) {
    const address = readTopicArn(arn);
    if (!address?.subscriptionId) return undefined;
    const topic = await find(arn.slice(0, arn.lastIndexOf(':')));
    const subscription = topic?.subscriptions.find((one) => one.arn === arn);
    return topic && subscription && { topic, subscription };
  }

  async function add(owed: readonly Owed[]): Promise<void> {
    try {
      await outbox.add(owed);
    } catch (error) {
      if (error instanceof OutboxFull) throw new TopicError('Throttled', `Rate exceeded: ${error.message}`);
      throw error;
    }
  }

  function owe(
    topic: Topic,
    subscription: Subscription,
    messageId: string,
    envelope: Pick<Owed, 'headers' | 'body'>,
  ): Owed {
    return {
      id: `${String(now()).padStart(15, '0')}-${messageId}-${subscription.arn.slice(-36)}`,
      topicArn: topic.arn,
      subscriptionArn: subscription.arn,
      endpoint: subscription.endpoint,
      ...envelope,
      failed: 0,
      nextTryAt: now(),
    };
  }

  async function ask(topic: Topic, subscription: Subscription): Promise<void> {
    const messageId = randomUUID();
    const subscribeUrl = linkTo('ConfirmSubscription', { TopicArn: topic.arn, Token: subscription.token });
    const envelope = confirmationQuestion({
      topic,
      subscription,
      messageId,
      now: now(),
      subscribeUrl,
      signer: await signer(),
    });
    await add([owe(topic, subscription, messageId, envelope)]);
  }

  return {
    find,
    get,
    update,
    findSubscription,
    certificate: async () => (await signingKey()).certificate,
    counters: outbox.counters,
    get outboxSize() {
      return outbox.size;
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

    async subscribe(topicArn, wish) {
      checkEndpoint(wish.endpoint, wish.protocol, options.allowPrivate);
      const made: Subscription = {
        ...wish,
        arn: `${topicArn}:${randomUUID()}`,
        createdAt: now(),
        authenticateOnUnsubscribe: false,
        ...freshToken(now()),
      };
      const same = (one: Subscription) => one.protocol === wish.protocol && one.endpoint === wish.endpoint;
      const topic = await update(topicArn, (current) => {
        const known = current.subscriptions.find(same);
        if (known?.confirmedAt !== undefined) return current;
        if (!known && current.subscriptions.length >= MAX_SUBSCRIPTIONS) {
          const message = `A topic can have at most ${MAX_SUBSCRIPTIONS} subscriptions`;
          throw new TopicError('SubscriptionLimitExceeded', message);
        }
        const others = current.subscriptions.filter((one) => !same(one));
        // A repeated wish keeps its ARN and gets a new token: the old one may be too old.
        return { ...current, subscriptions: [...others, known ? { ...known, ...freshToken(now()) } : made] };
      });
      const subscription = topic.subscriptions.find(same)!;
      if (subscription.confirmedAt === undefined) await ask(topic, subscription);
      return subscription;
    },

    async confirm(topicArn, token, authenticateOnUnsubscribe) {
      const matches = (one: Subscription) => isSameToken(one.token, token);
      const topic = await update(topicArn, (current) => {
        const subscription = current.subscriptions.find(matches);
        if (!subscription || subscription.tokenExpiresAt <= now()) {
          throw new TopicError('InvalidParameter', 'Invalid parameter: Token');
        }
        if (subscription.confirmedAt !== undefined) return current;
        const confirmed = { ...subscription, confirmedAt: now(), authenticateOnUnsubscribe };
        return {
          ...current,
          subscriptions: current.subscriptions.map((one) => (matches(one) ? confirmed : one)),
        };
      });
      return topic.subscriptions.find(matches)!;
    },

    async updateSubscription(arn, change) {
      await update(arn.slice(0, arn.lastIndexOf(':')), (topic) => {
        if (!topic.subscriptions.some((one) => one.arn === arn)) {
          throw new TopicError('NotFound', 'Subscription does not exist');
        }
        return {
          ...topic,
          subscriptions: topic.subscriptions.map((one) => (one.arn === arn ? change(one) : one)),
        };
      });
    },

    async unsubscribe(arn) {
      const path = keyOf(arn.slice(0, arn.lastIndexOf(':')));
      if (path === undefined) return;
      await updateState<Topic>(
        state,
        path,
        (topic) => topic && { ...topic, subscriptions: topic.subscriptions.filter((one) => one.arn !== arn) },
      );
    },

    async listSubscriptions(account, region) {
      const topics = await state.list<Topic>(folderOf({ account, region }));
      return topics.flatMap(({ value: topic }) =>
        topic.subscriptions.map((subscription) => ({ topic, subscription })),
      );
    },

    async publish(topicArn, message) {
      const topic = await get(topicArn);
      const messageId = randomUUID();
      const listening = topic.subscriptions.filter(({ confirmedAt }) => confirmedAt !== undefined);
      if (listening.length === 0) return messageId;
      const sign = await signer();
      const owed = listening.map((subscription) => {
        const unsubscribeUrl = linkTo('Unsubscribe', { SubscriptionArn: subscription.arn });
        const parts = {
          topic,
          subscription,
          message,
          messageId,
          now: now(),
          unsubscribeUrl,
          signer: sign,
        };
        return owe(topic, subscription, messageId, notification(parts));
      });
      await add(owed);
      return messageId;
    },

    close: () => outbox.close(),
  };
}

/** Names are checked again at each connection, by the address they lead to. */
function checkEndpoint(endpoint: string, protocol: string, allowPrivate: boolean): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url?.protocol !== `${protocol}:` || endpoint.length > 2_048) {
    throw new TopicError('InvalidParameter', `Invalid parameter: Endpoint must match the specified protocol`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowedAddress(host, allowPrivate)) {
    const reason = 'private and link-local addresses are not sent to';
    throw new TopicError('InvalidParameter', `Invalid parameter: Endpoint Reason: ${reason}`);
  }
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

function freshToken(now: number) {
  return { token: randomBytes(64).toString('hex'), tokenExpiresAt: now + TOKEN_LIFE };
}

function isSameToken(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
