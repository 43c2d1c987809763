import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallContext, Service } from '../../aws/index.ts';
import { type State, StateConflict, type Versioned } from '../../state/index.ts';
import { openTopics, type Topics } from '../../topics/index.ts';
import { answerLink } from './links.ts';
import { createSnsService } from './sns-service.ts';

const ACCOUNT = '111111111111';
const ARN = `arn:aws:sns:eu-west-1:${ACCOUNT}:trail`;
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

let posts: string[];
let topics: Topics;
let service: Service;
let signingKey: Versioned<unknown> | undefined;

function memoryState(): State {
  const entries = new Map<string, Versioned<unknown>>();
  let version = 0;
  return {
    get: async <T>(key: string) => entries.get(key) as Versioned<T> | undefined,
    async put(key, value, expected) {
      if ((entries.get(key)?.version ?? 0) !== expected) throw new StateConflict(key);
      entries.set(key, { key, value, version: ++version });
      return version;
    },
    delete: async (key) => void entries.delete(key),
    list: async <T>(prefix: string) =>
      [...entries.values()]
        .filter(({ key }) => key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1)) as Versioned<T>[],
    close: async () => undefined,
  };
}

function callOf(operation: string, account = ACCOUNT): CallContext {
  const caller = {
    kind: 'root',
    account,
    arn: `arn:aws:iam::${account}:root`,
    principalId: account,
  } as const;
  return { operation, region: 'eu-west-1', account, caller } as CallContext;
}

/** Calls the operation as the front door does. */
async function ask(operation: string, input: object, account?: string): Promise<Record<string, unknown>> {
  const handler = service.operations.get(operation)!.handler!;
  return (await handler(input as never, callOf(operation, account))) as Record<string, unknown>;
}

async function subscribe(): Promise<{ link: URL; arn: string }> {
  const { SubscriptionArn } = await ask('Subscribe', {
    TopicArn: ARN,
    Protocol: 'http',
    Endpoint: 'http://127.0.0.1/in',
    ReturnSubscriptionArn: true,
  });
  for (let turn = 0; posts.length === 0 && turn < 100; turn++) await new Promise(setImmediate);
  return { link: new URL(JSON.parse(posts.pop()!).SubscribeURL), arn: SubscriptionArn as string };
}

beforeAll(async () => {
  const state = memoryState();
  const first = await openTopics({ state, now: () => 0, publicUrl: '', allowPrivate: false });
  await first.certificate();
  await first.close();
  signingKey = await state.get('topic-signing-key');
}, 60_000);

beforeEach(async () => {
  const state = memoryState();
  await state.put('topic-signing-key', signingKey!.value, 0);
  posts = [];
  topics = await openTopics({
    state,
    now: () => Date.UTC(2026, 10, 21),
    publicUrl: 'http://trail.example',
    allowPrivate: false,
    isListed: (endpoint) => endpoint.startsWith('https://hooks.example.com/'),
    post: async (_url, _headers, body) => {
      posts.push(body);
      return { kind: 'delivered' };
    },
  });
  service = createSnsService({ topics });
  await ask('CreateTopic', { Name: 'trail' });
});

describe('topics', () => {
  it('are made once, and the same again', async () => {
    expect(await ask('CreateTopic', { Name: 'trail' })).toEqual({ TopicArn: ARN });
    expect(await ask('ListTopics', {})).toEqual({ Topics: [{ TopicArn: ARN }] });
    expect(await ask('ListTopics', {}, '222222222222')).toEqual({ Topics: [] });
    await ask('DeleteTopic', { TopicArn: ARN });
    await ask('DeleteTopic', { TopicArn: ARN });
    await expect(ask('GetTopicAttributes', { TopicArn: ARN })).rejects.toMatchObject({
      code: 'NotFound',
      message: 'Topic does not exist',
    });
  });

  it('have a default policy to which the AWS CLI appends', async () => {
    const { Attributes } = await ask('GetTopicAttributes', { TopicArn: ARN });
    const attributes = Attributes as Record<string, string>;
    const policy = JSON.parse(attributes.Policy!);
    expect(policy.Id).toBe('__default_policy_ID');
    expect(attributes).toMatchObject({ Owner: ACCOUNT, TopicArn: ARN, SubscriptionsConfirmed: '0' });
    policy.Statement.push({
      Sid: 'AWSCloudTrailSNSPolicy20131101',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 'SNS:Publish',
      Resource: ARN,
    });
    const text = JSON.stringify(policy);
    await ask('SetTopicAttributes', { TopicArn: ARN, AttributeName: 'Policy', AttributeValue: text });
    expect((await ask('GetTopicAttributes', { TopicArn: ARN })).Attributes).toMatchObject({ Policy: text });
  });

  it('have permissions and tags', async () => {
    await ask('AddPermission', {
      TopicArn: ARN,
      Label: 'l',
      AWSAccountId: ['222222222222'],
      ActionName: ['Publish'],
    });
    const sids = async () => {
      const { Attributes } = await ask('GetTopicAttributes', { TopicArn: ARN });
      const { Statement } = JSON.parse((Attributes as { Policy: string }).Policy) as {
        Statement: { Sid: string }[];
      };
      return Statement.map(({ Sid }) => Sid);
    };
    expect(await sids()).toEqual(['__default_statement_ID', 'l']);
    await ask('RemovePermission', { TopicArn: ARN, Label: 'l' });
    expect(await sids()).toEqual(['__default_statement_ID']);
    await ask('TagResource', {
      ResourceArn: ARN,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    });
    await ask('UntagResource', { ResourceArn: ARN, TagKeys: ['a'] });
    expect(await ask('ListTagsForResource', { ResourceArn: ARN })).toEqual({
      Tags: [{ Key: 'b', Value: '2' }],
    });
  });

  it('are listed by hundred', async () => {
    for (let n = 0; n < 101; n++) await ask('CreateTopic', { Name: `t${String(n).padStart(3, '0')}` });
    const first = await ask('ListTopics', {});
    const second = await ask('ListTopics', { NextToken: first.NextToken });
    const arns = [first, second].flatMap(({ Topics }) => Topics as { TopicArn: string }[]);
    expect(new Set(arns.map(({ TopicArn }) => TopicArn)).size).toBe(102);
    expect(second.NextToken).toBeUndefined();
  });
});

describe('subscriptions', () => {
  it('are confirmed by the link that only the endpoint gets, and ended by that in messages', async () => {
    const { link, arn } = await subscribe();
    expect((await ask('ListSubscriptions', {})).Subscriptions).toMatchObject([
      { SubscriptionArn: 'PendingConfirmation' },
    ]);
    expect(await answerLink(topics, link.searchParams)).toMatchObject({
      status: 200,
      body: expect.stringContaining(arn),
    });
    expect((await ask('ListSubscriptionsByTopic', { TopicArn: ARN })).Subscriptions).toMatchObject([
      { SubscriptionArn: arn, Protocol: 'http', Endpoint: 'http://127.0.0.1/in', Owner: ACCOUNT },
    ]);
    await ask('SetSubscriptionAttributes', {
      SubscriptionArn: arn,
      AttributeName: 'RawMessageDelivery',
      AttributeValue: 'true',
    });
    expect((await ask('GetSubscriptionAttributes', { SubscriptionArn: arn })).Attributes).toMatchObject({
      RawMessageDelivery: 'true',
      PendingConfirmation: 'false',
    });
    const end = new URLSearchParams({ Action: 'Unsubscribe', SubscriptionArn: arn });
    expect(await answerLink(topics, end)).toMatchObject({ status: 200 });
    expect((await ask('ListSubscriptions', {})).Subscriptions).toEqual([]);
  });

  it('are ended by a signed call only where the confirmation said so', async () => {
    const { link, arn } = await subscribe();
    const Token = link.searchParams.get('Token');
    await ask('ConfirmSubscription', { TopicArn: ARN, Token, AuthenticateOnUnsubscribe: 'true' });
    const end = new URLSearchParams({ Action: 'Unsubscribe', SubscriptionArn: arn });
    expect(await answerLink(topics, end)).toMatchObject({ status: 403 });
    await expect(ask('Unsubscribe', { SubscriptionArn: arn }, '222222222222')).rejects.toMatchObject({
      code: 'AuthorizationError',
    });
    await ask('Unsubscribe', { SubscriptionArn: arn });
    await expect(ask('GetSubscriptionAttributes', { SubscriptionArn: arn })).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  it.each(['Nothing', '__proto__', ''])('answers 400 to a link with action %j', async (action) => {
    expect(await answerLink(topics, new URLSearchParams({ Action: action }))).toMatchObject({ status: 400 });
  });
});

describe('attributes of a subscription', () => {
  const subscribed = async (Attributes: Record<string, string> = {}) => {
    const { SubscriptionArn } = await ask('Subscribe', {
      TopicArn: ARN,
      Protocol: 'https',
      Endpoint: 'https://ada:secret@example.com/in',
      Attributes,
      ReturnSubscriptionArn: true,
    });
    return SubscriptionArn as string;
  };
  const attributesOf = async (arn: string, account?: string) =>
    (await ask('GetSubscriptionAttributes', { SubscriptionArn: arn }, account)).Attributes as Record<
      string,
      string
    >;
  const set = (SubscriptionArn: string, AttributeName: string, AttributeValue: string) =>
    ask('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });

  it('are those of AWS, and no password', async () => {
    const arn = await subscribed();
    expect(await attributesOf(arn)).toEqual({
      SubscriptionArn: arn,
      TopicArn: ARN,
      Owner: ACCOUNT,
      Protocol: 'https',
      Endpoint: 'https://ada:****@example.com/in',
      PendingConfirmation: 'true',
      ConfirmationWasAuthenticated: 'false',
      RawMessageDelivery: 'false',
      SubscriptionPrincipal: `arn:aws:iam::${ACCOUNT}:root`,
      EffectiveDeliveryPolicy: expect.stringContaining('"healthyRetryPolicy":{'),
    });
  });

  it('come back as they were set, and go', async () => {
    const given = {
      FilterPolicy: '{ "a": ["x"] }',
      FilterPolicyScope: 'MessageBody',
      DeliveryPolicy: '{"healthyRetryPolicy": {"numRetries": 7}}',
      RedrivePolicy: `{"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:${ACCOUNT}:q"}`,
    };
    const arn = await subscribed(given);
    const attributes = await attributesOf(arn);
    expect(attributes).toMatchObject(given);
    expect(JSON.parse(attributes.EffectiveDeliveryPolicy!).healthyRetryPolicy.numRetries).toBe(7);
    await set(arn, 'FilterPolicy', '{}');
    await set(arn, 'DeliveryPolicy', '');
    await set(arn, 'RedrivePolicy', '');
    const left = Object.keys(await attributesOf(arn));
    for (const name of Object.keys(given)) expect(left).not.toContain(name);
  });

  it.each([
    ['FilterPolicyScope', 'Everything', /^Invalid parameter: FilterPolicyScope/],
    ['FilterPolicy', '{"a":{"b":["x"]}}', /does not support nested filter policy/],
    ['DeliveryPolicy', '{"healthyRetryPolicy":{"numRetries":101}}', /numRetries must be less than or equal/],
    ['RedrivePolicy', '{"deadLetterTargetArn":"x"}', /deadLetterTargetArn is an invalid arn/],
    ['RawMessageDelivery', 'perhaps', /must be true or false/],
    ['ReplayPolicy', '{}', /not built/],
    ['Endpoint', 'x', /AttributeName/],
  ])('refuse %s %s', async (name, value, message) => {
    await expect(set(await subscribed(), name, value)).rejects.toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringMatching(message),
    });
  });

  it('show the address of a chat only to the account that subscribed it', async () => {
    const other = '222222222222';
    const Endpoint = 'https://hooks.example.com/services/T0/secret';
    const wish = { TopicArn: ARN, Protocol: 'slack', Endpoint };
    const arn = (await ask('Subscribe', wish, other)).SubscriptionArn as string;
    expect((await attributesOf(arn)).Endpoint).toBe('https://hooks.example.com/****');
    expect((await attributesOf(arn, other)).Endpoint).toBe(Endpoint);
    const { Subscriptions } = await ask('ListSubscriptionsByTopic', { TopicArn: ARN });
    expect(JSON.stringify(Subscriptions)).not.toContain('secret');
    const { Subscriptions: own } = await ask('ListSubscriptions', {}, other);
    expect(JSON.stringify(own)).toContain('secret');
  });

  it('are listed by hundred', async () => {
    for (let n = 0; n < 101; n++) {
      const Endpoint = `https://hooks.example.com/services/${n}`;
      await ask('Subscribe', { TopicArn: ARN, Protocol: 'webhook', Endpoint });
    }
    const first = await ask('ListSubscriptionsByTopic', { TopicArn: ARN });
    const { NextToken } = first;
    const second = await ask('ListSubscriptionsByTopic', { TopicArn: ARN, NextToken });
    expect([first, second].map(({ Subscriptions }) => (Subscriptions as unknown[]).length)).toEqual([100, 1]);
  });
});

describe('pages behind links', () => {
  it('ask before they do anything, and show texts as they are', async () => {
    const { link, arn } = await subscribe();
    const asked = await answerLink(topics, link.searchParams, { asPage: true });
    expect(asked.headers['content-security-policy']).toContain("default-src 'none'");
    expect(asked.body).toContain('<button>Confirm subscription</button>');
    await answerLink(topics, link.searchParams, { isLook: true });
    expect((await topics.findSubscription(arn))?.subscription.confirmedAt).toBeUndefined();
    link.searchParams.set('Sure', 'yes');
    expect((await answerLink(topics, link.searchParams, { asPage: true })).body).toContain(
      'Subscription confirmed',
    );
    const end = new URLSearchParams({ Action: 'Unsubscribe', SubscriptionArn: arn });
    expect((await answerLink(topics, end, { asPage: true })).body).toContain('<button>Unsubscribe</button>');
    expect(await topics.findSubscription(arn)).toBeDefined();
    end.set('Sure', 'yes');
    expect((await answerLink(topics, end, { asPage: true })).body).toContain('Subscription ended');
    expect(await topics.findSubscription(arn)).toBeUndefined();
  });

  it('say what is wrong with a link', async () => {
    const wrong = new URLSearchParams({ Action: 'ConfirmSubscription', TopicArn: ARN, Token: '<script>' });
    const { status, body } = await answerLink(topics, wrong, { asPage: true });
    expect([status, body.includes('This link does not work'), body.includes('<script>')]).toEqual([
      400,
      true,
      false,
    ]);
  });
});

describe('publishing', () => {
  it('sends the text of the protocol', async () => {
    const { link } = await subscribe();
    await answerLink(topics, link.searchParams);
    await ask('Publish', { TopicArn: ARN, MessageStructure: 'json', Message: '{"default":"d","http":"h"}' });
    for (let turn = 0; posts.length === 0 && turn < 100; turn++) await new Promise(setImmediate);
    expect(JSON.parse(posts[0]!)).toMatchObject({ Message: 'h' });
  });

  it('answers for each entry of a batch', async () => {
    const entries = [
      { Id: 'a', Message: 'm' },
      { Id: 'b', Message: '' },
    ];
    expect(await ask('PublishBatch', { TopicArn: ARN, PublishBatchRequestEntries: entries })).toMatchObject({
      Successful: [{ Id: 'a', MessageId: expect.any(String) }],
      Failed: [{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }],
    });
  });
});

describe('refusals', () => {
  it.each([
    ['CreateTopic', { Name: 'a b' }, 'InvalidParameter'],
    ['CreateTopic', { Name: 'x'.repeat(257) }, 'InvalidParameter'],
    ['CreateTopic', { Name: 'a.fifo', Attributes: { FifoTopic: 'true' } }, 'InvalidParameter'],
    ['CreateTopic', { Name: 'trail', Tags: [{ Key: 'a', Value: 'b' }] }, 'InvalidParameter'],
    ['CreateTopic', { Name: 'trail', Attributes: { DisplayName: 'other' } }, 'InvalidParameter'],
    ['CreateTopic', { Name: 'new', Attributes: { KmsMasterKeyId: 'alias/x' } }, 'InvalidParameter'],
    ['CreateTopic', { Name: 'new', Attributes: { __proto__x: '1' } }, 'InvalidParameter'],
    ['GetTopicAttributes', { TopicArn: 'trail' }, 'InvalidParameter'],
    ['GetTopicAttributes', { TopicArn: ARN.replace('eu-west-1', 'us-east-1') }, 'InvalidParameter'],
    ['GetTopicAttributes', { TopicArn: `${ARN}x` }, 'NotFound'],
    [
      'SetTopicAttributes',
      { TopicArn: ARN, AttributeName: 'Policy', AttributeValue: '{' },
      'InvalidParameter',
    ],
    [
      'SetTopicAttributes',
      { TopicArn: ARN, AttributeName: 'Policy', AttributeValue: 'null' },
      'InvalidParameter',
    ],
    [
      'SetTopicAttributes',
      { TopicArn: ARN, AttributeName: 'Policy', AttributeValue: '{"Statement":[]}' },
      'InvalidParameter',
    ],
    [
      'SetTopicAttributes',
      { TopicArn: ARN, AttributeName: 'Owner', AttributeValue: 'x' },
      'InvalidParameter',
    ],
    ['TagResource', { ResourceArn: `${ARN}x`, Tags: [] }, 'ResourceNotFound'],
    ['TagResource', { ResourceArn: ARN, Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidParameter'],
    ['Subscribe', { TopicArn: ARN, Protocol: 'sqs', Endpoint: 'x' }, 'InvalidParameter'],
    ['Subscribe', { TopicArn: ARN, Protocol: 'sms', Endpoint: '+49' }, 'InvalidParameter'],
    ['Subscribe', { TopicArn: ARN, Protocol: 'lambda', Endpoint: 'x' }, 'InvalidParameter'],
    ['Subscribe', { TopicArn: ARN, Protocol: 'pigeon', Endpoint: 'x' }, 'InvalidParameter'],
    ['Subscribe', { TopicArn: ARN, Protocol: 'email', Endpoint: 'a@example.com' }, 'InvalidParameter'],
    ['Subscribe', { TopicArn: ARN, Protocol: 'slack', Endpoint: 'https://example.com/' }, 'InvalidParameter'],
    [
      'SetTopicAttributes',
      { TopicArn: ARN, AttributeName: 'DeliveryPolicy', AttributeValue: '{"http":[]}' },
      'InvalidParameter',
    ],
    ['Subscribe', { TopicArn: ARN, Protocol: 'http', Endpoint: 'https://x' }, 'InvalidParameter'],
    [
      'Subscribe',
      { TopicArn: ARN, Protocol: 'http', Endpoint: 'http://169.254.169.254/' },
      'InvalidParameter',
    ],
    ['Subscribe', { TopicArn: `${ARN}x`, Protocol: 'http', Endpoint: 'http://x' }, 'NotFound'],
    [
      'Subscribe',
      { TopicArn: ARN, Protocol: 'http', Endpoint: 'http://x', Attributes: { FilterPolicy: '{"a":[]}' } },
      'InvalidParameter',
    ],
    ['ConfirmSubscription', { TopicArn: ARN, Token: 'x' }, 'InvalidParameter'],
    ['Unsubscribe', { SubscriptionArn: ARN }, 'InvalidParameter'],
    ['Publish', { TopicArn: `${ARN}x`, Message: 'm' }, 'NotFound'],
    ['Publish', { TopicArn: ARN, Message: 'x'.repeat(262_145) }, 'InvalidParameter'],
    ['Publish', { TopicArn: ARN, Message: 'm', Subject: 'a\nb' }, 'InvalidParameter'],
    ['Publish', { TopicArn: ARN, Message: '{}', MessageStructure: 'json' }, 'InvalidParameter'],
    [
      'Publish',
      { TopicArn: ARN, Message: 'm', MessageAttributes: { a: { DataType: 'String' } } },
      'InvalidParameter',
    ],
    ['Publish', { PhoneNumber: '+49', Message: 'm' }, 'InvalidParameter'],
    ['PublishBatch', { TopicArn: ARN, PublishBatchRequestEntries: [] }, 'EmptyBatchRequest'],
    [
      'PublishBatch',
      { TopicArn: ARN, PublishBatchRequestEntries: [{ Id: 'a' }, { Id: 'a' }] },
      'BatchEntryIdsNotDistinct',
    ],
    ['ListTopics', { NextToken: '%%%' }, 'InvalidParameter'],
  ])('%s %j: %s', async (operation, input, code) => {
    await expect(ask(operation, input)).rejects.toMatchObject({ code });
    expect(service.errors.has(code)).toBe(true);
  });
});

describe('what the front door is told', () => {
  it("asks the topic's policy, and the owner's account", async () => {
    const permissions = service.operations.get('Publish')!.permissions!;
    expect(await permissions({ TopicArn: ARN } as never, callOf('Publish', '222222222222'))).toMatchObject([
      {
        action: 'sns:Publish',
        resource: ARN,
        resourceAccount: ACCOUNT,
        context: { 'aws:SourceOwner': '222222222222' },
      },
    ]);
  });

  it('keeps messages, endpoints and tokens out of records', () => {
    const parameters = (operation: string, input: object) =>
      service.operations.get(operation)!.record!.requestParameters!(input as never, callOf(operation));
    const texts = [
      parameters('Publish', { TopicArn: ARN, Message: 'secret', Subject: 'secret' }),
      parameters('PublishBatch', {
        TopicArn: ARN,
        PublishBatchRequestEntries: [{ Id: 'a', Message: 'secret' }],
      }),
      parameters('Subscribe', { TopicArn: ARN, Protocol: 'https', Endpoint: 'https://u:secret@x/' }),
      parameters('ConfirmSubscription', { TopicArn: ARN, Token: 'secret' }),
    ].map((value) => JSON.stringify(value));
    for (const text of texts) {
      expect(text).not.toContain('secret');
      expect(text).toContain(HIDDEN);
    }
  });

  it('knows every operation of the client package', () => {
    expect(service.operations.size).toBe(42);
  });
});
