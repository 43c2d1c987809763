import { beforeEach, describe, expect, test } from 'vitest';
import type { State } from '../state/index.ts';
import { memoryState } from './memory-state.fixture.ts';
import { openTopics, type Topics } from './topics.ts';

const ENDPOINT = 'http://127.0.0.1:9/inbox';
const OWN = { messageId: '00000000-0000-8000-a000-000000000001', at: 1_000 };

let state: State;
let topics: Topics;
let bodies: string[];
/** What becomes of a post; undefined: the process ends before it is known. */
let outcome: 'delivered' | undefined;
let arn: string;

async function open(): Promise<Topics> {
  return await openTopics({
    state,
    now: () => 2_000,
    publicUrl: 'http://trail.example/',
    allowPrivate: false,
    startTimer: () => () => undefined,
    async post(_url, _headers, body) {
      bodies.push(body);
      return outcome === undefined ? await new Promise(() => undefined) : { kind: 'delivered' };
    },
  });
}

const told = () => bodies.filter((body) => body.includes('an alarm'));
const publish = () => topics.publish(arn, { message: 'an alarm' }, OWN);

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition() && turn < 2_000; turn++) await new Promise((done) => setImmediate(done));
  expect(condition()).toBe(true);
}

beforeEach(async () => {
  state = memoryState();
  bodies = [];
  outcome = 'delivered';
  topics = await open();
  const topic = await topics.create({
    name: 'trail',
    account: '111111111111',
    region: 'eu-west-1',
    displayName: '',
    signatureVersion: '1',
    tracingConfig: 'PassThrough',
    tags: [],
  });
  arn = topic.arn;
  const subscription = await topics.subscribe(arn, {
    protocol: 'http',
    endpoint: ENDPOINT,
    owner: '111111111111',
    rawMessageDelivery: true,
  });
  await topics.confirm(arn, subscription.token, false);
  await until(() => topics.outboxSize === 0);
  bodies = [];
});

describe('who publishes again after a crash, with the same id', () => {
  test('adds nothing while the message is still owed', async () => {
    outcome = undefined;
    expect(await publish()).toBe(OWN.messageId);
    await publish();
    expect(topics.outboxSize).toBe(1);
  });

  test('makes no third message of one that was sent and not written down', async () => {
    outcome = undefined;
    await publish();
    await until(() => told().length === 1);
    // The process ends here; the next one finds the message and sends it again.
    outcome = 'delivered';
    topics = await open();
    await until(() => told().length === 2);
    await until(() => topics.outboxSize === 0);
    await publish();
    expect(topics.outboxSize).toBe(0);
    expect(told()).toHaveLength(2);
    await topics.close();
  });

  test('repeats once what was sent and written down', async () => {
    await publish();
    await until(() => topics.outboxSize === 0);
    topics = await open();
    await publish();
    await until(() => told().length === 2);
    await topics.close();
  });
});
