import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { MailQuota } from './mail-quota.ts';
import { checkEndpoint, type EndpointRules, readQueueArn } from './protocol.ts';
import { areSameSettings, checkSettings, checkSize } from './settings.ts';
import { type Subscription, type Topic, TopicError, topicArnOf } from './topic.ts';
import type { TopicBook } from './topic-book.ts';

/** What somebody who subscribes asks for. */
export type SubscriptionWish = Omit<
  Subscription,
  'arn' | 'createdAt' | 'askedAt' | 'confirmedAt' | 'authenticateOnUnsubscribe' | 'token' | 'tokenExpiresAt'
> & {
  /** Were settings named at all? One that is there already is else answered whatever its settings. */
  readonly namesSettings?: boolean;
};

/** How subscriptions begin, change and end. */
export interface Subscribing {
  /**
   * Subscribes, or answers the subscription of the same endpoint; one that is not confirmed is asked (again). Queues of
   * the caller's own account and addresses of the operator's list need no question.
   * @throws TopicError NotFound, InvalidParameter for an endpoint that may not be reached or for bad settings,
   * SubscriptionLimitExceeded, FilterPolicyLimitExceeded, Throttled
   */
  subscribe(topicArn: string, wish: SubscriptionWish): Promise<Subscription>;
  /** @throws TopicError NotFound, InvalidParameter for a token that is wrong or too old. */
  confirm(topicArn: string, token: string, authenticateOnUnsubscribe: boolean): Promise<Subscription>;
  /** Whose token this is, without confirming; undefined when it is nobody's. @throws TopicError NotFound */
  findByToken(topicArn: string, token: string): Promise<Subscription | undefined>;
  /** @throws TopicError NotFound, InvalidParameter, FilterPolicyLimitExceeded */
  updateSubscription(arn: string, change: (subscription: Subscription) => Subscription): Promise<void>;
  /** Ends it; its endpoint is told, and may take it back. Says nothing if there is none. */
  unsubscribe(arn: string): Promise<void>;
}

const MAX_SUBSCRIPTIONS = 1_000;
const MAX_ENDED = 100;
/** As on AWS: a question is good for three days. */
const TOKEN_LIFE = 3 * 86_400_000;
/** An address is not mailed the same question again before that: a repeat is more likely a program's than a person's. */
const MAIL_PAUSE = 60_000;

/** `send` puts a question or a farewell on its way. */
export function createSubscribing(options: {
  readonly book: TopicBook;
  readonly now: () => number;
  readonly rules: EndpointRules;
  readonly send: (kind: 'question' | 'farewell', topic: Topic, subscription: Subscription) => Promise<void>;
}): Subscribing {
  const { book, now, rules, send } = options;
  const mailQuota = new MailQuota(now);

  async function ask(topic: Topic, subscription: Subscription): Promise<void> {
    if (isMail(subscription) && !mailQuota.take(subscription.owner)) {
      throw new TopicError('Throttled', 'Rate exceeded: too many addresses were asked within an hour');
    }
    await send('question', topic, subscription);
  }

  /** Nothing was sent: whoever asks again must not be told that it was. */
  async function forgetAsking(arn: string): Promise<void> {
    await book.update(topicArnOf(arn), (topic) => ({
      ...topic,
      subscriptions: topic.subscriptions.map((one) => {
        if (one.arn !== arn) return one;
        const { askedAt: _, ...rest } = one;
        return rest;
      }),
    }));
  }

  return {
    async subscribe(topicArn, { namesSettings = true, ...wish }) {
      checkEndpoint(wish.protocol, wish.endpoint, rules);
      checkSettings(wish.protocol, wish);
      const isSure = needsNoQuestion(wish);
      const made: Subscription = {
        ...wish,
        arn: `${topicArn}:${randomUUID()}`,
        createdAt: now(),
        authenticateOnUnsubscribe: isSure,
        ...(isSure && { confirmedAt: now() }),
        ...freshToken(now()),
      };
      const same = (one: Subscription) => one.protocol === wish.protocol && one.endpoint === wish.endpoint;
      let isToBeAsked = false;
      const topic = await book.update(topicArn, (current) => {
        const known = current.subscriptions.find(same);
        isToBeAsked = !isSure && known?.confirmedAt === undefined && !wasJustAsked(known, now());
        if (known && namesSettings && !areSameSettings(known, wish)) {
          const reason = 'Subscription already exists with different attributes';
          throw new TopicError('InvalidParameter', `Invalid parameter: Attributes Reason: ${reason}`);
        }
        if (known && !isToBeAsked) return current;
        if (!known && current.subscriptions.length >= MAX_SUBSCRIPTIONS) {
          const message = `A topic can have at most ${MAX_SUBSCRIPTIONS} subscriptions`;
          throw new TopicError('SubscriptionLimitExceeded', message);
        }
        const others = current.subscriptions.filter((one) => !same(one));
        // A repeated wish keeps its ARN and gets a new token: the old one may be too old.
        const next = known ? { ...known, ...freshToken(now()) } : made;
        const asked = isToBeAsked ? { ...next, askedAt: now() } : next;
        return checkSize({ ...current, subscriptions: [...others, asked] });
      });
      const subscription = topic.subscriptions.find(same)!;
      if (isToBeAsked) {
        try {
          await ask(topic, subscription);
        } catch (error) {
          await forgetAsking(subscription.arn);
          throw error;
        }
      }
      return subscription;
    },

    async confirm(topicArn, token, authenticateOnUnsubscribe) {
      const matches = (one: Subscription) => isSameToken(one.token, token);
      const topic = await book.update(topicArn, (current) => {
        const found = current.subscriptions.find(matches);
        const left = found ? undefined : current.ended?.find(matches);
        const subscription = found ?? left;
        if (!subscription || subscription.tokenExpiresAt <= now()) {
          throw new TopicError('InvalidParameter', 'Invalid parameter: Token');
        }
        if (found?.confirmedAt !== undefined) return current;
        const confirmed = { ...subscription, confirmedAt: now(), authenticateOnUnsubscribe };
        if (left) return restored(current, confirmed);
        return {
          ...current,
          subscriptions: current.subscriptions.map((one) => (matches(one) ? confirmed : one)),
        };
      });
      return topic.subscriptions.find(matches)!;
    },

    async findByToken(topicArn, token) {
      const { subscriptions, ended = [] } = await book.get(topicArn);
      return [...subscriptions, ...ended].find((one) => isSameToken(one.token, token));
    },

    async updateSubscription(arn, change) {
      await book.update(topicArnOf(arn), (topic) => {
        const known = topic.subscriptions.find((one) => one.arn === arn);
        if (!known) throw new TopicError('NotFound', 'Subscription does not exist');
        const changed = change(known);
        checkSettings(changed.protocol, changed);
        return checkSize({
          ...topic,
          subscriptions: topic.subscriptions.map((one) => (one.arn === arn ? changed : one)),
        });
      });
    },

    async unsubscribe(arn) {
      const found = await book.findSubscription(arn);
      if (!found) return;
      let left: Subscription | undefined;
      const topic = await book.update(topicArnOf(arn), (current) => {
        const subscription = current.subscriptions.find((one) => one.arn === arn);
        left = subscription && isTold(subscription) ? { ...subscription, ...freshToken(now()) } : undefined;
        const ended = (current.ended ?? []).filter(({ tokenExpiresAt }) => tokenExpiresAt > now());
        return {
          ...current,
          subscriptions: current.subscriptions.filter((one) => one.arn !== arn),
          ended: [...ended, ...(left ? [left] : [])].slice(-MAX_ENDED),
        };
      });
      if (left) await send('farewell', topic, left);
    },
  };
}

/** The caller owns the queue, or the operator has spoken for the address (`checkEndpoint` has asked). */
function needsNoQuestion({ protocol, endpoint, owner }: SubscriptionWish): boolean {
  if (protocol === 'sqs') return readQueueArn(endpoint)?.account === owner;
  return protocol === 'slack' || protocol === 'webhook';
}

/** Who had to confirm is told of the end; who was asked and did not answer is left alone. */
function isTold({ protocol, confirmedAt }: Subscription): boolean {
  return confirmedAt !== undefined && /^(?:https?|email(?:-json)?)$/.test(protocol);
}

function restored(topic: Topic, subscription: Subscription): Topic {
  const { arn, protocol, endpoint } = subscription;
  // It may have subscribed anew meanwhile.
  const others = topic.subscriptions.filter((one) => one.protocol !== protocol || one.endpoint !== endpoint);
  return {
    ...topic,
    subscriptions: [...others, subscription],
    ended: (topic.ended ?? []).filter((one) => one.arn !== arn),
  };
}

function isMail({ protocol }: Pick<Subscription, 'protocol'>): boolean {
  return protocol === 'email' || protocol === 'email-json';
}

function wasJustAsked(known: Subscription | undefined, now: number): boolean {
  return known !== undefined && isMail(known) && now - (known.askedAt ?? 0) < MAIL_PAUSE;
}

function freshToken(now: number) {
  return { token: randomBytes(64).toString('hex'), tokenExpiresAt: now + TOKEN_LIFE };
}

function isSameToken(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
