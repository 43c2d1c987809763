import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Identity, openIdentity } from '../identity/index.ts';
import { openLmdbState, type State } from '../state/index.ts';
import { type Message, TopicError, type Topics } from '../topics/index.ts';
import { createTopicNotifier } from './open-cloudwatch.ts';

const ACCOUNT = '111122223333';
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alarms`;
const ALARM = `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a`;
const MESSAGE = { subject: 's', json: '{}', mail: 'a mail', chat: 'a line' };

const noticeOf = (account: string) => ({
  action: TOPIC,
  alarmArn: ALARM,
  account,
  message: MESSAGE,
  messageId: 'id',
  changedAt: 1,
});

let folder: string;
let state: State;
let identity: Identity;
let published: Message[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'alarm-topics-'));
  state = openLmdbState(folder);
  identity = await openIdentity({ state, accountId: ACCOUNT, accounts: [], now: Date.now });
});
afterAll(async () => {
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  published = [];
});

/** Topics that hold one, with this policy. */
function topicsWith(policy?: string): Topics {
  return {
    async get(arn: string) {
      if (arn !== TOPIC) throw new TopicError('NotFound', 'Topic does not exist');
      return { arn, name: 'alarms', account: ACCOUNT, region: 'us-east-1', ...(policy && { policy }) };
    },
    async publish(_arn: string, message: Message) {
      published.push(message);
      return 'id';
    },
  } as unknown as Topics;
}

const policyOf = (Principal: unknown, Condition?: unknown) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal,
        Action: 'SNS:Publish',
        Resource: TOPIC,
        ...(Condition ? { Condition } : {}),
      },
    ],
  });
const service = { Service: 'cloudwatch.amazonaws.com' };

describe('an alarm publishes to a topic', () => {
  test.each<[string, string | undefined, string]>([
    ['of its own account, whose policy was left alone', undefined, ACCOUNT],
    ['that lets CloudWatch in', policyOf(service), '999999999999'],
    ['that lets this alarm in', policyOf(service, { ArnLike: { 'aws:SourceArn': ALARM } }), ACCOUNT],
    [
      'that lets in alarms of this account',
      policyOf(service, { StringEquals: { 'aws:SourceAccount': ACCOUNT } }),
      ACCOUNT,
    ],
  ])('%s', async (_, policy, account) => {
    await createTopicNotifier(topicsWith(policy), identity).notify(noticeOf(account));
    expect(published).toMatchObject([{ message: '{}', subject: 's' }]);
    expect([...published[0]!.byProtocol!]).toEqual([
      ['email', 'a mail'],
      ['slack', 'a line'],
    ]);
  });

  test.each<[string, string | undefined, string]>([
    ['of another account, whose policy was left alone', undefined, '999999999999'],
    ['that lets in somebody else', policyOf({ Service: 'cloudtrail.amazonaws.com' }), ACCOUNT],
    ['that lets in another alarm', policyOf(service, { ArnLike: { 'aws:SourceArn': `${ALARM}x` } }), ACCOUNT],
  ])('but not %s', async (_, policy, account) => {
    const refused = createTopicNotifier(topicsWith(policy), identity).notify(noticeOf(account));
    await expect(refused).rejects.toMatchObject({ code: 'AuthorizationError' });
    expect(published).toEqual([]);
  });

  test('but not one that is gone', async () => {
    const refused = createTopicNotifier(topicsWith(), identity).notify({
      ...noticeOf(ACCOUNT),
      action: `${TOPIC}x`,
    });
    await expect(refused).rejects.toMatchObject({ code: 'NotFound' });
  });
});
