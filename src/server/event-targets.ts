import { randomUUID } from 'node:crypto';
import type { Delivery, SendOutcome, TargetSender } from '../event-bus/index.ts';
import type { Authorizer } from '../identity/index.ts';
import { type Logs, LogsError, readLogGroupArn } from '../logs/index.ts';
import { QueueError, type ServiceSender } from '../queues/index.ts';
import { defaultPolicy, type Post, readTopicArn, TopicError, type Topics } from '../topics/index.ts';

const EVENTS = 'events.amazonaws.com';

/** What the targets of rules are, in this house. */
export interface EventTargets {
  readonly topics: Topics;
  readonly queues: ServiceSender;
  readonly logs: Logs;
  readonly authorizer: Authorizer;
  /** URLs of the operator's webhooks by name. */
  readonly webhooks: ReadonlyMap<string, string>;
  readonly post: Post;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Sends events to topics, queues, log groups and webhooks as EventBridge's service principal: the policies of topics and
 * queues decide, with the rule as `aws:SourceArn`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
export function createTargetSender(house: EventTargets): TargetSender {
  const { topics, queues, authorizer, webhooks, post } = house;
  const appendTo = createLogTarget(house);

  async function publish({ targetArn, ruleArn, account }: Delivery, message: string): Promise<void> {
    if (!readTopicArn(targetArn)) throw new TopicError('NotFound', `${targetArn} is no topic`);
    const topic = await topics.get(targetArn);
    const decision = await authorizer.authorize({
      caller: { kind: 'service', account, arn: EVENTS, principalId: EVENTS },
      action: 'SNS:Publish',
      resource: targetArn,
      resourceAccount: topic.account,
      resourcePolicy: topic.policy ?? defaultPolicy(topic),
      context: { 'aws:SourceArn': ruleArn, 'aws:SourceAccount': account },
    });
    if (!decision.allowed) throw new TopicError('AuthorizationError', decision.message);
    await topics.publish(targetArn, { message });
  }

  const enqueue = async (
    arn: string,
    { ruleArn, account }: Delivery,
    body: string,
    attributes?: ReadonlyMap<string, string>,
  ): Promise<void> => {
    await queues.send(arn, {
      body,
      ...(attributes && {
        attributes: new Map([...attributes].map(([name, value]) => [name, { type: 'String', value }])),
      }),
      service: EVENTS,
      sourceArn: ruleArn,
      sourceAccount: account,
    });
  };

  async function postTo({ targetArn }: Delivery, message: string): Promise<SendOutcome> {
    const name = targetArn.split(':')[5]?.split('/')[1] ?? '';
    const url = webhooks.get(name);
    if (url === undefined)
      return {
        kind: 'refused',
        code: 'NO_RESOURCE',
        message: `no webhook ${name} is listed in the settings`,
      };
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Amazon/EventBridge/ApiDestinations',
    };
    const outcome = await post(url, headers, message);
    if (outcome.kind === 'delivered') return outcome;
    return { kind: outcome.kind, code: 'API_DESTINATION_FAILED', message: outcome.reason };
  }

  return {
    async send(delivery, message) {
      const service = delivery.targetArn.split(':')[2];
      if (service === 'sns') return await judged(() => publish(delivery, message));
      if (service === 'sqs') return await judged(() => enqueue(delivery.targetArn, delivery, message));
      if (service === 'logs') return await judged(() => appendTo(delivery, message));
      return await postTo(delivery, message);
    },
    sendDeadLetter: (queueArn, delivery, message, attributes) =>
      judged(() => enqueue(queueArn, delivery, message, attributes)),
  };
}

/** Streams of a log group take so many events before the next one begins, as AWS's do from time to time. */
const EVENTS_PER_STREAM = 100_000;

function createLogTarget({ logs, now }: EventTargets) {
  const streams = new Map<string, { readonly name: string; events: number }>();
  return async ({ targetArn, account, region }: Delivery, message: string): Promise<void> => {
    const place = readLogGroupArn(targetArn);
    // A group that another account owns would need a resource policy, which log groups here do not have.
    if (!place || place.account !== account || place.region !== region)
      throw new LogsError(
        'ResourceNotFoundException',
        `${targetArn} is no log group of this account and Region`,
      );
    const group = logs.groups.get(place, place.name);
    let stream = streams.get(targetArn);
    if (!stream || stream.events >= EVENTS_PER_STREAM || !logs.streams.find(group, stream.name)) {
      stream = { name: randomUUID(), events: 0 };
      await logs.streams.create(group, stream.name, now());
      streams.set(targetArn, stream);
    }
    stream.events++;
    await logs.append(place, place.name, stream.name, [{ time: now(), message }]);
  };
}

/** Codes behind which somebody must change something. */
const FOR_GOOD: ReadonlyMap<string, string> = new Map([
  ['NotFound', 'NO_RESOURCE'],
  ['ResourceNotFoundException', 'NO_RESOURCE'],
  ['QueueDoesNotExist', 'NO_RESOURCE'],
  ['AuthorizationError', 'NO_PERMISSIONS'],
  ['AccessDenied', 'NO_PERMISSIONS'],
  ['InvalidParameter', 'INVALID_PARAMETER'],
  ['InvalidParameterValue', 'INVALID_PARAMETER'],
]);

async function judged(work: () => Promise<void>): Promise<SendOutcome> {
  try {
    await work();
    return { kind: 'delivered' };
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof TopicError || error instanceof QueueError || error instanceof LogsError))
      return { kind: 'failed', code: 'INTERNAL_ERROR', message };
    const code = FOR_GOOD.get(error.code);
    return code === undefined
      ? { kind: 'failed', code: error.code, message }
      : { kind: 'refused', code, message };
  }
}
