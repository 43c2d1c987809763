import { randomUUID } from 'node:crypto';
import type { State } from '../state/index.ts';
import { createDeliver, type MailSender, type QueueSender } from './couriers.ts';
import { effectivePolicy } from './delivery-policy.ts';
import type { EnvelopeSigner } from './envelope.ts';
import { FilteredMessage, Filters } from './filter-policy.ts';
import { createPost, type Post } from './http-post.ts';
import type { StartTimer } from './lanes.ts';
import { farewell, type Letter, type LetterParts, notification, question, textFor } from './letter.ts';
import { type OutboxCounters, OutboxFull, openOutbox, type Plan } from './outbox.ts';
import type { Owed } from './owed.ts';
import { readRedrivePolicy } from './redrive-policy.ts';
import { PEOPLE_PHASES, QUEUE_PHASES } from './retry-schedule.ts';
import { openSigningKey, type SigningKey } from './signing-key.ts';
import { createSubscribing, type Subscribing } from './subscribing.ts';
import { type Message, type Subscription, TopicError } from './topic.ts';
import { openTopicBook, type TopicBook } from './topic-book.ts';

/** What makes a repeated message the same one. */
export interface PublishedBefore {
  /** A UUID. */
  readonly messageId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Topics of all accounts and Regions, and the messages on their way. May be called concurrently. */
export interface Topics extends TopicBook, Subscribing {
  /**
   * Takes a message for all confirmed subscribers whose filter lets it pass; on disk on return, delivered at least once
   * after. Answers its id. Who may have to publish again after a crash, not knowing whether it was done, gives the
   * message an id and a time of its own: each subscriber then gets it twice at most.
   * @throws TopicError NotFound, Throttled when too many messages wait.
   */
  publish(topicArn: string, message: Message, own?: PublishedBefore): Promise<string>;
  /** PEM of the certificate behind `SigningCertURL`. */
  certificate(): Promise<string>;
  /** Messages that wait for a subscriber. */
  readonly outboxSize: number;
  readonly counters: TopicCounters;
  close(): Promise<void>;
}

/** Totals since the process started. */
export interface TopicCounters extends OutboxCounters {
  readonly published: number;
  /** Messages that a subscriber's filter policy did not let pass. */
  readonly filtered: number;
}

/** What the room is opened with. */
export interface TopicsOptions {
  readonly state: State;
  readonly now: () => number;
  /** Address in links to us (`<publicUrl>/v1/sns?Action=…`); a function where the port is known only later. */
  readonly publicUrl: string | (() => string);
  /** May subscribers live in private networks? */
  readonly allowPrivate: boolean;
  /** Absent: `sqs` subscriptions are refused. */
  readonly queues?: QueueSender;
  /** Absent: `email` subscriptions are refused. */
  readonly mail?: MailSender;
  /** Is this an address that the operator lists for `slack` and `webhook`? Absent: none is. */
  readonly isListed?: (endpoint: string) => boolean;
  readonly webhookSecret?: string;
  readonly post?: Post;
  readonly startTimer?: StartTimer;
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** Opens the room and goes on with messages that the last process left. */
export async function openTopics(options: TopicsOptions): Promise<Topics> {
  const { state, now, publicUrl, queues, mail, webhookSecret, isListed = () => false } = options;
  // Made at the first message to a subscriber: half a second of arithmetic that most servers never need.
  let key: Promise<SigningKey> | undefined;
  const signingKey = () => {
    key ??= openSigningKey(state, now);
    return key;
  };
  const base = () =>
    `${(typeof publicUrl === 'string' ? publicUrl : publicUrl()).replace(/\/+$/, '')}/v1/sns`;
  const linkTo = (action: string, parameters: Readonly<Record<string, string>>) =>
    `${base()}?${new URLSearchParams({ Action: action, ...parameters })}`;
  const signer = async (): Promise<EnvelopeSigner> => ({
    // Validators of SNS messages in the field want a path that ends so.
    certificateUrl: `${base()}/SimpleNotificationService.pem`,
    sign: (await signingKey()).sign,
  });
  const book = openTopicBook({ state, now });
  const filters = new Filters();
  const counts = { published: 0, filtered: 0 };

  /** What was published before a subscription ended or a policy changed follows what holds now. */
  async function planOf(owed: Owed): Promise<Plan | undefined> {
    const phases = phasesOf(owed);
    if (owed.kind === 'farewell') return phases ? { phases } : { phases: effectivePolicy({}).phases };
    const found = await book.findSubscription(owed.subscriptionArn);
    if (!found) return undefined;
    const { topic, subscription } = found;
    const queue =
      owed.kind !== 'question' && subscription.redrivePolicy !== undefined
        ? readRedrivePolicy(subscription.redrivePolicy)
        : undefined;
    return {
      phases: phases ?? effectivePolicy(topic, subscription).phases,
      ...(queue !== undefined && { deadLetterQueue: queue }),
    };
  }

  const post = options.post ?? createPost({ allowPrivate: options.allowPrivate });
  const outbox = await openOutbox({
    state,
    now,
    planOf,
    deliver: createDeliver({
      post,
      // The operator named these addresses: they may be in a private network, but never a cloud's metadata service.
      postListed: options.post ?? createPost({ allowPrivate: true }),
      ...(mail && { mail }),
      ...(queues && { queues }),
      ...(webhookSecret !== undefined && { webhookSecret }),
    }),
    ...(options.startTimer && { startTimer: options.startTimer }),
    ...(options.log && { log: options.log }),
  });

  async function add(owed: readonly Owed[]): Promise<void> {
    try {
      await outbox.add(owed);
    } catch (error) {
      if (error instanceof OutboxFull) throw new TopicError('Throttled', `Rate exceeded: ${error.message}`);
      throw error;
    }
  }

  const subscribing = createSubscribing({
    book,
    now,
    rules: {
      allowPrivate: options.allowPrivate,
      hasMail: mail !== undefined,
      hasQueues: queues !== undefined,
      isListed,
    },
    async send(kind, topic, subscription) {
      const parts = {
        topic,
        subscription,
        messageId: randomUUID(),
        now: now(),
        signer: await signer(),
        linkTo,
      };
      const letter = kind === 'question' ? question(parts) : farewell(parts);
      await add([{ ...owe(parts, letter), kind }]);
    },
  });

  return {
    ...book,
    ...subscribing,
    certificate: async () => (await signingKey()).certificate,
    get counters() {
      return { ...outbox.counters, ...counts };
    },
    get outboxSize() {
      return outbox.size;
    },

    async publish(topicArn, message, own) {
      const topic = await book.get(topicArn);
      const messageId = own?.messageId ?? randomUUID();
      const confirmed = topic.subscriptions.filter(({ confirmedAt }) => confirmedAt !== undefined);
      const seen = new Map<string, FilteredMessage>();
      const listening = confirmed.filter((subscription) => {
        const text = textFor(message, subscription);
        const looked = seen.get(text) ?? new FilteredMessage(text, message.attributes);
        seen.set(text, looked);
        return filters.accepts(subscription, looked);
      });
      if (listening.length > 0) {
        const shared = { topic, messageId, now: own?.at ?? now(), signer: await signer(), linkTo };
        await add(
          listening.map((subscription) => {
            const parts = { ...shared, subscription };
            return owe(parts, notification({ ...parts, message }));
          }),
        );
      }
      counts.published++;
      counts.filtered += confirmed.length - listening.length;
      return messageId;
    },

    async close() {
      await outbox.close();
      mail?.close();
    },
  };
}

function owe(
  { topic, subscription, messageId, now }: Pick<LetterParts, 'topic' | 'subscription' | 'messageId' | 'now'>,
  letter: Letter,
): Owed {
  return {
    id: `${String(now).padStart(15, '0')}-${messageId}-${subscription.arn.slice(-36)}`,
    topicArn: topic.arn,
    subscriptionArn: subscription.arn,
    protocol: subscription.protocol,
    endpoint: subscription.endpoint,
    ...letter,
    failed: 0,
    nextTryAt: now,
  };
}

/** Only http and https have policies of their own. */
function phasesOf({ protocol }: { readonly protocol?: Subscription['protocol'] }) {
  if (protocol === 'sqs') return QUEUE_PHASES;
  return protocol === undefined || protocol === 'http' || protocol === 'https' ? undefined : PEOPLE_PHASES;
}
