import { createVerify, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { State, Versioned } from '../state/index.ts';
import { memoryState } from './memory-state.fixture.ts';
import type { DeliveryOutcome } from './outcome.ts';
import { attemptsOf, HTTP_PHASES } from './retry-schedule.ts';
import type { Message } from './topic.ts';
import { openTopics, type Topics } from './topics.ts';
import { createTrailTopic } from './trail-topic.ts';

const ARN = 'arn:aws:sns:eu-west-1:111111111111:trail';
const ENDPOINT = 'http://127.0.0.1:9/inbox';

let state: State;
let topics: Topics;
let clock: number;
/** Timers that wait, as the outbox asked for them. */
let timers: { readonly run: () => void; readonly delay: number }[];
let posts: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}[];
let outcome: DeliveryOutcome;
let signingKey: Versioned<unknown> | undefined;

async function open(
  post = async (url: string, headers: Readonly<Record<string, string>>, body: string) => {
    posts.push({ url, headers, body });
    return outcome;
  },
) {
  return openTopics({
    state,
    now: () => clock,
    publicUrl: 'http://trail.example/',
    allowPrivate: false,
    post,
    startTimer: (run, delay) => {
      const timer = { run, delay };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  });
}

/** Lets what is under way finish: the outbox writes each outcome down. */
async function settle(condition: () => boolean) {
  for (let turn = 0; !condition(); turn++) {
    if (turn === 2_000) throw new Error('nothing happened');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function createTopic() {
  return topics.create({
    name: 'trail',
    account: '111111111111',
    region: 'eu-west-1',
    displayName: '',
    signatureVersion: '1',
    tracingConfig: 'PassThrough',
    tags: [],
  });
}

async function subscribe(more: { endpoint?: string; rawMessageDelivery?: boolean } = {}) {
  const wish = {
    protocol: 'http',
    endpoint: ENDPOINT,
    owner: '111111111111',
    rawMessageDelivery: false,
  } as const;
  return topics.subscribe(ARN, { ...wish, ...more });
}

async function confirmed(more: { endpoint?: string; rawMessageDelivery?: boolean } = {}) {
  const { token } = await subscribe(more);
  await settle(() => topics.outboxSize === 0);
  const subscription = await topics.confirm(ARN, token, false);
  posts = [];
  return subscription;
}

beforeEach(async () => {
  state = memoryState();
  // Making an RSA key takes longer than all the rest.
  if (signingKey) await state.put('topic-signing-key', signingKey.value, 0);
  clock = Date.UTC(2026, 10, 21);
  timers = [];
  posts = [];
  outcome = { kind: 'delivered' };
  topics = await open();
  if (!signingKey) await topics.certificate();
  signingKey ??= await state.get('topic-signing-key');
  await createTopic();
});
afterEach(async () => {
  await topics.close();
});

describe('subscriptions', () => {
  it('asks the endpoint and sends nothing else before it confirms', async () => {
    const { token } = await subscribe();
    await topics.publish(ARN, { message: 'too early' });
    await settle(() => topics.outboxSize === 0);
    expect(posts).toHaveLength(1);
    const { url, headers, body } = posts[0]!;
    const question = JSON.parse(body);
    expect([url, headers['x-amz-sns-message-type']]).toEqual([ENDPOINT, 'SubscriptionConfirmation']);
    expect(question).toMatchObject({ Type: 'SubscriptionConfirmation', TopicArn: ARN, Token: token });
    const link = new URL(question.SubscribeURL);
    expect([link.origin, link.pathname, link.searchParams.get('Token')]).toEqual([
      'http://trail.example',
      '/v1/sns',
      token,
    ]);
  });

  it.each([
    ['a wrong token', 0, 'x'],
    ['no token', 0, ''],
    ['a token of four days ago', 4 * 86_400_000, undefined],
  ])('refuses %s', async (_, later, wrong) => {
    const { token } = await subscribe();
    clock += later;
    await expect(topics.confirm(ARN, wrong ?? token, false)).rejects.toMatchObject({
      code: 'InvalidParameter',
    });
  });

  it('keeps one subscription per endpoint, and asks again until it confirms', async () => {
    const first = await subscribe();
    const second = await subscribe();
    expect(second.arn).toBe(first.arn);
    expect(second.token).not.toBe(first.token);
    await settle(() => posts.length === 2);
  });

  it.each([
    ['http://169.254.169.254/latest'],
    ['http://[::ffff:169.254.169.254]/'],
    ['http://10.0.0.1/'],
    ['http://0x0a000001/'],
    ['https://example.com/'],
    ['no address'],
  ])('refuses the endpoint %s', async (endpoint) => {
    await expect(subscribe({ endpoint })).rejects.toMatchObject({ code: 'InvalidParameter' });
  });
});

describe('publishing', () => {
  it('sends an envelope whose signature the certificate proves', async () => {
    const { arn } = await confirmed();
    const message: Message = {
      message: 'hello',
      subject: 'S',
      attributes: new Map([['a', { type: 'String', value: 'b' }]]),
    };
    const messageId = await topics.publish(ARN, message);
    await settle(() => topics.outboxSize === 0);
    const { headers, body } = posts[0]!;
    const envelope = JSON.parse(body);
    expect(headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': messageId,
      'x-amz-sns-topic-arn': ARN,
      'x-amz-sns-subscription-arn': arn,
    });
    expect(envelope).toMatchObject({
      Type: 'Notification',
      MessageId: messageId,
      TopicArn: ARN,
      Subject: 'S',
      Message: 'hello',
      Timestamp: '2026-11-21T00:00:00.000Z',
      SignatureVersion: '1',
      MessageAttributes: { a: { Type: 'String', Value: 'b' } },
    });
    const signed = `Message\nhello\nMessageId\n${messageId}\nSubject\nS\nTimestamp\n${envelope.Timestamp}\nTopicArn\n${ARN}\nType\nNotification\n`;
    const certificate = new X509Certificate(await topics.certificate());
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(
      createVerify('sha1').update(signed).verify(certificate.publicKey, envelope.Signature, 'base64'),
    ).toBe(true);
  });

  it('sends the bare message where raw delivery is asked for', async () => {
    await confirmed({ rawMessageDelivery: true });
    await topics.publish(ARN, { message: '{"s3Bucket":"b"}' });
    await settle(() => topics.outboxSize === 0);
    expect(posts[0]!.body).toBe('{"s3Bucket":"b"}');
  });

  it('tries three times at once, then ever slower, then gives up and counts', async () => {
    await confirmed();
    outcome = { kind: 'failed', reason: 'down' };
    await topics.publish(ARN, { message: 'm' });
    const delays: number[] = [];
    while (topics.outboxSize > 0) {
      await settle(() => timers.length > 0 || topics.outboxSize === 0);
      const timer = timers.shift();
      if (!timer) break;
      delays.push(timer.delay);
      clock += timer.delay;
      timer.run();
    }
    expect(posts).toHaveLength(attemptsOf(HTTP_PHASES));
    expect(delays.slice(0, 4)).toEqual([10_000, 10_000, 10_000, expect.any(Number)]);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBe(600_000);
    expect([...topics.counters.dropped]).toEqual([['exhausted', 1]]);
  });

  it('does not try again what the endpoint refuses', async () => {
    await confirmed();
    outcome = { kind: 'refused', reason: '410' };
    await topics.publish(ARN, { message: 'm' });
    await settle(() => topics.outboxSize === 0);
    expect(posts).toHaveLength(1);
    expect(topics.counters.dropped.get('refused')).toBe(1);
  });

  it('goes on after a restart', async () => {
    await confirmed();
    outcome = { kind: 'failed', reason: 'down' };
    await topics.publish(ARN, { message: 'survives' });
    await settle(() => timers.length > 0);
    await topics.close();
    outcome = { kind: 'delivered' };
    posts = [];
    clock += 60_000;
    topics = await open();
    await settle(() => topics.outboxSize === 0);
    expect(JSON.parse(posts[0]!.body).Message).toBe('survives');
  });

  it('drops what waits for a subscription that has ended', async () => {
    const { arn } = await confirmed();
    outcome = { kind: 'failed', reason: 'down' };
    await topics.publish(ARN, { message: 'm' });
    await settle(() => timers.length > 0);
    posts = [];
    outcome = { kind: 'delivered' };
    await topics.unsubscribe(arn);
    clock += 60_000;
    timers.shift()!.run();
    await settle(() => topics.outboxSize === 0);
    expect(posts.map(({ body }) => JSON.parse(body).Type)).toEqual(['UnsubscribeConfirmation']);
    expect(topics.counters.dropped.get('unsubscribed')).toBe(1);
  });

  it('is bounded: a subscriber far behind loses the newest, counted, and publishing goes on', async () => {
    await topics.close();
    topics = await open(() => new Promise(() => undefined));
    const { token } = await subscribe({ rawMessageDelivery: true });
    await topics.confirm(ARN, token, false);
    await Promise.all(Array.from({ length: 2_050 }, () => topics.publish(ARN, { message: 'm' })));
    expect(topics.outboxSize).toBe(2_000);
    expect(topics.counters.dropped.get('full')).toBe(51);
    // The posts never end here: the room is left as it is.
    topics = await open();
    await settle(() => topics.outboxSize === 0);
  });

  it('answers NotFound without a topic', async () => {
    await expect(topics.publish(`${ARN}x`, { message: 'm' })).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('createTrailTopic', () => {
  const source = {
    trailArn: 'arn:aws:cloudtrail:eu-west-1:1:trail/t',
    account: '111111111111',
    region: 'eu-west-1',
  };

  it('asks the policy as CloudTrail and publishes when it may', async () => {
    await confirmed();
    const asked: unknown[] = [];
    const authorizer = {
      async authorize(request: unknown) {
        asked.push(request);
        return { allowed: true } as const;
      },
    };
    await createTrailTopic({ topics, authorizer }).publish(ARN, 'm', source);
    await settle(() => posts.length === 1);
    expect(asked).toMatchObject([
      {
        caller: { kind: 'service', arn: 'cloudtrail.amazonaws.com' },
        action: 'SNS:Publish',
        resource: ARN,
        context: { 'aws:SourceArn': source.trailArn, 'aws:SourceAccount': source.account },
      },
    ]);
  });

  it.each([
    [ARN, 'AuthorizationError'],
    [`${ARN}x`, 'NotFound'],
    ['trail', 'NotFound'],
  ])('refuses %s with %s', async (arn, code) => {
    const authorizer = { authorize: async () => ({ allowed: false, message: 'no' }) as const };
    await expect(createTrailTopic({ topics, authorizer }).publish(arn, 'm', source)).rejects.toMatchObject({
      code,
    });
  });
});
