import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryState } from './memory-state.fixture.ts';
import type { Protocol } from './protocol.ts';
import { createSubscribing, type Subscribing, type SubscriptionWish } from './subscribing.ts';
import { openTopicBook, type TopicBook } from './topic-book.ts';

const ACCOUNT = '111111111111';
const ARN = `arn:aws:sns:eu-west-1:${ACCOUNT}:t`;
const DAY = 86_400_000;

let clock: number;
let book: TopicBook;
let sent: string[];
let room: Subscribing;

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 21);
  sent = [];
  book = openTopicBook({ state: memoryState(), now: () => clock });
  room = createSubscribing({
    book,
    now: () => clock,
    rules: { allowPrivate: false, hasMail: true, hasQueues: true, isListed: () => true },
    send: async (kind, _topic, { endpoint }) => void sent.push(`${kind} ${endpoint}`),
  });
  await book.create({
    name: 't',
    account: ACCOUNT,
    region: 'eu-west-1',
    displayName: '',
    signatureVersion: '1',
    tracingConfig: 'PassThrough',
    tags: [],
  });
});
afterEach(() => expect(sent.length).toBeLessThanOrEqual(110));

const wish = (
  protocol: Protocol,
  endpoint: string,
  more: Partial<SubscriptionWish> = {},
): SubscriptionWish => ({ protocol, endpoint, owner: ACCOUNT, rawMessageDelivery: false, ...more });
const subscribe = (...args: Parameters<typeof wish>) => room.subscribe(ARN, wish(...args));
const queue = (account: string) => `arn:aws:sqs:eu-west-1:${account}:q`;

describe('who need not be asked', () => {
  it.each<[Protocol, string, boolean]>([
    ['sqs', queue(ACCOUNT), true],
    ['sqs', queue('222222222222'), false],
    ['slack', 'https://hooks.example.com/x', true],
    ['webhook', 'https://hooks.example.com/x', true],
    ['http', 'http://example.com/', false],
    ['email', 'a@example.com', false],
  ])('%s %s: %s', async (protocol, endpoint, isSure) => {
    const { confirmedAt, authenticateOnUnsubscribe } = await subscribe(protocol, endpoint);
    expect([confirmedAt !== undefined, authenticateOnUnsubscribe]).toEqual([isSure, isSure]);
    expect(sent).toEqual(isSure ? [] : [`question ${endpoint}`]);
  });
});

describe('who is there already', () => {
  it('keeps its ARN, and is not changed by another wish', async () => {
    const first = await subscribe('sqs', queue(ACCOUNT), { filterPolicy: '{"a":["x"]}' });
    const same = await subscribe('sqs', queue(ACCOUNT), { filterPolicy: '{"a":["x"]}' });
    const plain = await subscribe('sqs', queue(ACCOUNT), { namesSettings: false });
    expect([same.arn, plain.arn, plain.filterPolicy]).toEqual([first.arn, first.arn, '{"a":["x"]}']);
    await expect(subscribe('sqs', queue(ACCOUNT), { rawMessageDelivery: true })).rejects.toThrow(
      'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    );
  });

  it('is not mailed again within a minute', async () => {
    const first = await subscribe('email', 'a@example.com');
    const again = await subscribe('email', 'a@example.com');
    expect([sent.length, again.token]).toEqual([1, first.token]);
    clock += 60_000;
    const later = await subscribe('email', 'a@example.com');
    expect([sent.length, later.token === first.token]).toEqual([2, false]);
  });
});

describe('who has left', () => {
  it('may take it back with the token that it was sent, once', async () => {
    const { arn, token } = await subscribe('http', 'http://example.com/', { rawMessageDelivery: true });
    await room.confirm(ARN, token, false);
    await room.unsubscribe(arn);
    expect(sent).toEqual(['question http://example.com/', 'farewell http://example.com/']);
    // The token that confirmed does not bring it back: it may stand in an old log.
    await expect(room.confirm(ARN, token, false)).rejects.toThrow('Invalid parameter: Token');
    const [left] = (await book.get(ARN)).ended ?? [];
    expect(await room.confirm(ARN, left!.token, false)).toMatchObject({ arn, rawMessageDelivery: true });
    expect(await book.get(ARN)).toMatchObject({ ended: [], subscriptions: [{ arn }] });
  });

  it('may not after three days', async () => {
    const { arn, token } = await subscribe('http', 'http://example.com/');
    await room.confirm(ARN, token, false);
    await room.unsubscribe(arn);
    const [left] = (await book.get(ARN)).ended ?? [];
    clock += 3 * DAY;
    await expect(room.confirm(ARN, left!.token, false)).rejects.toThrow('Invalid parameter: Token');
  });

  it('is not told when it was a queue, or had never confirmed', async () => {
    await room.unsubscribe((await subscribe('sqs', queue(ACCOUNT))).arn);
    await room.unsubscribe((await subscribe('http', 'http://example.com/')).arn);
    expect(sent).toEqual(['question http://example.com/']);
    expect(await book.get(ARN)).toMatchObject({ subscriptions: [], ended: [] });
  });
});

describe('bounds', () => {
  it('on mails to strangers: a hundred an hour', async () => {
    for (let n = 0; n < 100; n++) await subscribe('email', `a${n}@example.com`);
    await expect(subscribe('email', 'b@example.com')).rejects.toMatchObject({ code: 'Throttled' });
    // Nothing was sent, so a repeat must not be taken for one that was.
    await expect(subscribe('email', 'b@example.com')).rejects.toMatchObject({ code: 'Throttled' });
    await expect(subscribe('http', 'http://example.com/')).resolves.toBeDefined();
    clock += 3_600_000;
    await expect(subscribe('email', 'c@example.com')).resolves.toBeDefined();
  });

  it('on filter policies: two hundred a topic', async () => {
    const filtered = (n: number) =>
      subscribe('webhook', `https://example.com/${n}`, { filterPolicy: '{"a":["x"]}' });
    for (let n = 0; n < 200; n++) await filtered(n);
    await expect(filtered(200)).rejects.toMatchObject({ code: 'FilterPolicyLimitExceeded' });
  });

  it('on all that a topic keeps', async () => {
    const filterPolicy = JSON.stringify({ a: ['x'.repeat(200_000)] });
    const large = async () => {
      for (let n = 0; n < 30; n++) await subscribe('webhook', `https://example.com/${n}`, { filterPolicy });
    };
    await expect(large()).rejects.toMatchObject({ code: 'FilterPolicyLimitExceeded' });
  });
});

it.each<[Protocol, string, Partial<SubscriptionWish>, RegExp]>([
  ['email', 'a@example.com', { rawMessageDelivery: true }, /does not support raw message delivery/],
  ['sqs', queue(ACCOUNT), { deliveryPolicy: '{}' }, /does not support delivery policies/],
  ['http', 'http://example.com/', { deliveryPolicy: '[]' }, /DeliveryPolicy/],
  ['http', 'http://example.com/', { redrivePolicy: '[]' }, /RedrivePolicy/],
  ['http', 'http://example.com/', { filterPolicy: '[]' }, /FilterPolicy/],
])('refuses %s %s with %j', async (protocol, endpoint, more, why) => {
  await expect(subscribe(protocol, endpoint, more)).rejects.toThrow(why);
  const { arn } = await subscribe(protocol, endpoint);
  await expect(room.updateSubscription(arn, (one) => ({ ...one, ...more }))).rejects.toThrow(why);
});
