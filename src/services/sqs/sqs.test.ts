import * as sqs from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqsHouse, refusal, type SqsHouse } from './sqs-house.fixture.ts';

let house: SqsHouse;

beforeAll(async () => {
  house = await openSqsHouse();
});

afterAll(async () => {
  await house.close();
});

const receive = async (QueueUrl: string, more: Partial<sqs.ReceiveMessageCommandInput> = {}) =>
  (await house.client.send(new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more })))
    .Messages ?? [];
const attributesOf = async (QueueUrl: string) =>
  (await house.client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })))
    .Attributes;
const set = (QueueUrl: string, Attributes: Record<string, string>) =>
  house.client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }));

describe('messages', () => {
  test('come back as they were sent: text, attributes of every type, and digests that the client checks', async () => {
    const QueueUrl = await house.newQueue();
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'wärme 🌡' },
      number: { DataType: 'Number.int', StringValue: '42' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 1, 255]) },
    };
    await house.client.send(
      new sqs.SendMessageCommand({
        QueueUrl,
        MessageBody: 'grüße \u0009 𝄞',
        MessageAttributes,
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759' } },
      }),
    );
    const [message] = await receive(QueueUrl, {
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(message).toMatchObject({
      Body: 'grüße \u0009 𝄞',
      MessageAttributes,
      Attributes: {
        SenderId: '111122223333',
        SentTimestamp: '1700000000500',
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: '1700000000500',
        AWSTraceHeader: 'Root=1-5759',
      },
    });
    // Of https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    expect(message!.MD5OfMessageAttributes).toMatch(/^[0-9a-f]{32}$/);
  });

  test('show only what was asked for', async () => {
    const QueueUrl = await house.newQueue({ VisibilityTimeout: '0' });
    const text = { DataType: 'String', StringValue: 'x' };
    const MessageAttributes = { a: text, 'foo.one': text, 'foo.two': text };
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'm', MessageAttributes }));
    const seen = async (...MessageAttributeNames: string[]) =>
      Object.keys((await receive(QueueUrl, { MessageAttributeNames }))[0]?.MessageAttributes ?? {}).sort();
    expect(await seen()).toEqual([]);
    expect(await seen('a')).toEqual(['a']);
    expect(await seen('foo.*')).toEqual(['foo.one', 'foo.two']);
    expect(await seen('.*')).toEqual(['a', 'foo.one', 'foo.two']);
    const [plain] = await receive(QueueUrl);
    expect(plain).not.toHaveProperty('Attributes');
    const [one] = await receive(QueueUrl, { AttributeNames: ['SentTimestamp'] as never });
    expect(Object.keys(one!.Attributes!)).toEqual(['SentTimestamp']);
  });

  test.each([
    ['an empty body', { MessageBody: '' }, 'MissingParameter'],
    ['a character that XML has not', { MessageBody: 'a\u0001' }, 'InvalidMessageContents'],
    ['a body that is too long', { MessageBody: 'x'.repeat(1_025) }, 'InvalidParameterValue'],
    ['a delay of a day', { MessageBody: 'a', DelaySeconds: 86_400 }, 'InvalidParameterValue'],
    ['a group', { MessageBody: 'a', MessageGroupId: 'g' }, 'UnsupportedOperation'],
    [
      'an attribute without a value',
      { MessageBody: 'a', MessageAttributes: { x: { DataType: 'String', StringValue: '' } } },
      'InvalidParameterValue',
    ],
    [
      'an attribute of another type',
      { MessageBody: 'a', MessageAttributes: { x: { DataType: 'Date', StringValue: '1' } } },
      'InvalidParameterValue',
    ],
    [
      'a number that is none',
      { MessageBody: 'a', MessageAttributes: { x: { DataType: 'Number', StringValue: 'one' } } },
      'InvalidParameterValue',
    ],
    [
      'AWS’s own name',
      { MessageBody: 'a', MessageAttributes: { 'AWS.x': { DataType: 'String', StringValue: '1' } } },
      'InvalidParameterValue',
    ],
  ])('with %s are refused', async (_, message, code) => {
    const QueueUrl = await house.newQueue({ MaximumMessageSize: '1024' });
    const text = await refusal(house.client.send(new sqs.SendMessageCommand({ QueueUrl, ...message })));
    expect(text).toMatch(new RegExp(`^${code}: `));
    expect(await receive(QueueUrl)).toEqual([]);
  });

  test('of one megabyte go through', async () => {
    const QueueUrl = await house.newQueue();
    const MessageBody = '"'.repeat(1_048_576);
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }));
    expect((await receive(QueueUrl))[0]!.Body === MessageBody).toBe(true);
  });

  test('are waited for, and a receiver who hangs up takes none with him', async () => {
    const QueueUrl = await house.newQueue();
    const controller = new AbortController();
    const gone = house.client.send(new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: controller.signal,
    });
    while (house.waiting === 0) await new Promise((done) => setImmediate(done));
    controller.abort();
    await expect(gone).rejects.toThrow();
    while (house.waiting > 0) await new Promise((done) => setImmediate(done));
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    expect(await waiting).toMatchObject([{ Body: 'a' }]);
  });

  test('are hidden and deleted by their receipts', async () => {
    const QueueUrl = await house.newQueue();
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const ReceiptHandle = (await receive(QueueUrl))[0]!.ReceiptHandle!;
    const hide = (VisibilityTimeout: number, handle = ReceiptHandle) =>
      refusal(
        house.client.send(
          new sqs.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: handle, VisibilityTimeout }),
        ),
      );
    const remove = (handle: string) =>
      refusal(house.client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle })));
    expect(await hide(43_201)).toMatch(/^InvalidParameterValue: /);
    expect(await hide(0)).toBe('no error');
    expect(await hide(0)).toMatch(/^MessageNotInflight: /);
    expect(await hide(0, 'rubbish')).toMatch(/^ReceiptHandleIsInvalid: /);
    expect(await remove('rubbish')).toMatch(/^ReceiptHandleIsInvalid: /);
    expect(await remove((await receive(QueueUrl))[0]!.ReceiptHandle!)).toBe('no error');
    expect(await hide(0)).toMatch(/^InvalidParameterValue: .*Message does not exist/);
  });
});

describe('batches', () => {
  test('succeed and fail entry by entry', async () => {
    const QueueUrl = await house.newQueue({ MaximumMessageSize: '1024' });
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'long', MessageBody: 'x'.repeat(1_025) },
      { Id: 'late', MessageBody: 'b', DelaySeconds: 901 },
    ];
    const sent = await house.client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toMatchObject([
      { Id: 'good', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' },
    ]);
    expect(sent.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['long', 'InvalidParameterValue', true],
      ['late', 'InvalidParameterValue', true],
    ]);
    const [message] = await receive(QueueUrl);
    const handles = [
      { Id: 'a', ReceiptHandle: message!.ReceiptHandle },
      { Id: 'b', ReceiptHandle: 'rubbish' },
    ];
    const hidden = await house.client.send(
      new sqs.ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
      }),
    );
    expect([hidden.Successful, hidden.Failed]).toMatchObject([
      [{ Id: 'a' }],
      [{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }],
    ]);
    const deleted = await house.client.send(
      new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: handles }),
    );
    expect([deleted.Successful, deleted.Failed]).toMatchObject([
      [{ Id: 'a' }],
      [{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }],
    ]);
  });

  const entries = (count: number, id = (index: number) => `m${index}`, body = 'a') =>
    Array.from({ length: count }, (_, index) => ({ Id: id(index), MessageBody: body }));
  test.each([
    ['without entries', [], 'EmptyBatchRequest'],
    ['of eleven', entries(11), 'TooManyEntriesInBatchRequest'],
    ['with one id twice', entries(2, () => 'same'), 'BatchEntryIdsNotDistinct'],
    ['with an odd id', entries(1, () => 'no spaces'), 'InvalidBatchEntryId'],
    ['of more than a megabyte', entries(10, undefined, 'x'.repeat(110_000)), 'BatchRequestTooLong'],
  ])('%s are refused as a whole', async (_, Entries, code) => {
    const QueueUrl = await house.newQueue();
    const text = await refusal(house.client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries })));
    expect(text).toMatch(new RegExp(`^${code}: `));
    expect(await receive(QueueUrl)).toEqual([]);
  });
});

describe('queues', () => {
  test('tell their attributes as AWS does', async () => {
    const QueueUrl = await house.newQueue({ VisibilityTimeout: '7', DelaySeconds: '3' });
    expect(QueueUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/111122223333\/q\d+$/);
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'later' }));
    house.now += 10_000;
    await set(QueueUrl, { VisibilityTimeout: '8' });
    expect(await attributesOf(QueueUrl)).toEqual({
      QueueArn: `arn:aws:sqs:eu-west-1:111122223333:${QueueUrl.split('/').at(-1)}`,
      ApproximateNumberOfMessages: '1',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
      CreatedTimestamp: String(Math.floor((house.now - 10_000) / 1000)),
      LastModifiedTimestamp: String(Math.floor(house.now / 1000)),
      VisibilityTimeout: '8',
      MessageRetentionPeriod: '345600',
      DelaySeconds: '3',
      MaximumMessageSize: '1048576',
      ReceiveMessageWaitTimeSeconds: '0',
      SqsManagedSseEnabled: 'false',
    });
  });

  test('are made again under their name as long as nothing else is asked for', async () => {
    const make = (Attributes?: Record<string, string>) =>
      refusal(
        house.client.send(
          new sqs.CreateQueueCommand({ QueueName: 'same', ...(Attributes && { Attributes }) }),
        ),
      );
    expect(await make({ VisibilityTimeout: '5' })).toBe('no error');
    expect(await make()).toBe('no error');
    expect(await make({ VisibilityTimeout: '5', DelaySeconds: '0' })).toBe('no error');
    expect(await make({ VisibilityTimeout: '6' })).toMatch(/^QueueNameExists: .*attribute VisibilityTimeout/);
  });

  test.each([
    [{ VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    [{ VisibilityTimeout: '-1' }, 'InvalidAttributeValue'],
    [{ MessageRetentionPeriod: '59' }, 'InvalidAttributeValue'],
    [{ ReceiveMessageWaitTimeSeconds: 'long' }, 'InvalidAttributeValue'],
    [{ Colour: 'red' }, 'InvalidAttributeName'],
    [{ FifoQueue: 'true' }, 'UnsupportedOperation'],
    [{ SqsManagedSseEnabled: 'true' }, 'UnsupportedOperation'],
    [{ KmsMasterKeyId: 'alias/aws/sqs' }, 'UnsupportedOperation'],
    [{ Policy: '{' }, 'InvalidAttributeValue'],
    [{ Policy: '{"Statement":[{"Effect":"Allow"}]}' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: 'x' }, 'InvalidParameterValue'],
    [
      {
        RedrivePolicy:
          '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:none","maxReceiveCount":3}',
      },
      'InvalidParameterValue',
    ],
    [{ RedriveAllowPolicy: '{"redrivePermission":"maybe"}' }, 'InvalidParameterValue'],
  ])('refuse %j', async (attributes, code) => {
    const QueueUrl = await house.newQueue();
    const before = await attributesOf(QueueUrl);
    expect(await refusal(set(QueueUrl, attributes as Record<string, string>))).toMatch(
      new RegExp(`^${code}: `),
    );
    expect(await attributesOf(QueueUrl)).toEqual(before);
  });

  test('hand over to a dead-letter queue that allows it', async () => {
    const dead = await house.newQueue();
    const QueueUrl = await house.newQueue();
    const deadLetterTargetArn = (await attributesOf(dead))!.QueueArn!;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: '2' });
    await set(dead, { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    expect(await refusal(set(QueueUrl, { RedrivePolicy }))).toMatch(/RedriveAllowPolicy/);
    await set(dead, { RedriveAllowPolicy: '' });
    await set(QueueUrl, { RedrivePolicy });
    expect((await attributesOf(QueueUrl))!.RedrivePolicy).toBe(
      `{"deadLetterTargetArn":"${deadLetterTargetArn}","maxReceiveCount":2}`,
    );
    const { queueUrls } = await house.client.send(
      new sqs.ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }),
    );
    expect(queueUrls).toEqual([QueueUrl]);
    await set(QueueUrl, { RedrivePolicy: '' });
    expect(await attributesOf(QueueUrl)).not.toHaveProperty('RedrivePolicy');
  });

  test('are listed in pages', async () => {
    for (const QueueName of ['page-a', 'page-b', 'page-c'])
      await house.client.send(new sqs.CreateQueueCommand({ QueueName }));
    const list = (more: sqs.ListQueuesCommandInput) =>
      house.client.send(new sqs.ListQueuesCommand({ QueueNamePrefix: 'page-', ...more }));
    const first = await list({ MaxResults: 2 });
    expect(first.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['page-a', 'page-b']);
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    expect(second.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['page-c']);
    expect(second.NextToken).toBeUndefined();
    expect(await refusal(list({ MaxResults: 1_001 }))).toMatch(/^InvalidParameterValue: /);
    expect(
      (await house.client.send(new sqs.ListQueuesCommand({ QueueNamePrefix: 'none' }))).QueueUrls,
    ).toBeUndefined();
  });

  test('have tags, and statements in their policy', async () => {
    const QueueUrl = await house.newQueue();
    await house.client.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { team: 'red', env: 'test' } }));
    await house.client.send(new sqs.UntagQueueCommand({ QueueUrl, TagKeys: ['env'] }));
    expect((await house.client.send(new sqs.ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({
      team: 'red',
    });
    const add = (Label: string) =>
      house.client.send(
        new sqs.AddPermissionCommand({
          QueueUrl,
          Label,
          AWSAccountIds: ['444455556666'],
          Actions: ['SendMessage'],
        }),
      );
    await add('friends');
    expect(await refusal(add('friends'))).toMatch(/Already exists/);
    expect(JSON.parse((await attributesOf(QueueUrl))!.Policy!).Statement).toMatchObject([
      { Sid: 'friends', Principal: { AWS: ['arn:aws:iam::444455556666:root'] }, Action: ['SQS:SendMessage'] },
    ]);
    await house.client.send(new sqs.RemovePermissionCommand({ QueueUrl, Label: 'friends' }));
    expect(await attributesOf(QueueUrl)).not.toHaveProperty('Policy');
  });

  test('that are FIFO, or whose name cannot be, are refused with words', async () => {
    const make = (QueueName: string) => refusal(house.client.send(new sqs.CreateQueueCommand({ QueueName })));
    expect(await make('q.fifo')).toBe(
      'UnsupportedOperation: a FIFO queue is not built in this version of opentrail',
    );
    expect(await make('no spaces')).toMatch(/^InvalidParameterValue: /);
    expect(await make('x'.repeat(81))).toMatch(/^InvalidParameterValue: /);
  });

  test('are deleted and purged', async () => {
    const QueueUrl = await house.newQueue();
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    await house.client.send(new sqs.PurgeQueueCommand({ QueueUrl }));
    expect(await receive(QueueUrl)).toEqual([]);
    expect(await refusal(house.client.send(new sqs.PurgeQueueCommand({ QueueUrl })))).toMatch(
      /^PurgeQueueInProgress: /,
    );
    await house.client.send(new sqs.DeleteQueueCommand({ QueueUrl }));
    expect(await refusal(receive(QueueUrl))).toBe('QueueDoesNotExist: The specified queue does not exist.');
  });
});

describe('the door', () => {
  test('asks for the queue that the URL names, whatever host stands before it', async () => {
    const QueueUrl = await house.newQueue();
    const name = QueueUrl.split('/').at(-1)!;
    const direct = new sqs.SQSClient({
      endpoint: house.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
      useQueueUrlAsEndpoint: false,
    });
    for (const url of [
      `https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`,
      `https://queue.amazonaws.com/111122223333/${name}`,
      `/111122223333/${name}`,
    ]) {
      await direct.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'a' }));
    }
    expect(await receive(QueueUrl)).toHaveLength(3);
    for (const url of ['nonsense', 'https://example.com/q', `/11112222333/${name}`]) {
      expect(await refusal(direct.send(new sqs.PurgeQueueCommand({ QueueUrl: url })))).toMatch(
        /^InvalidAddress: /,
      );
    }
    direct.destroy();
  });

  test('asks the policies with the queue’s own policy beside them', async () => {
    const Policy =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}';
    const QueueUrl = await house.newQueue({ Policy });
    await house.client.send(
      new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'a' }] }),
    );
    expect(house.asked).toMatchObject([
      {
        action: 'sqs:SendMessage',
        resource: `arn:aws:sqs:eu-west-1:111122223333:${QueueUrl.split('/').at(-1)}`,
        resourceAccount: '111122223333',
        resourcePolicy: Policy,
      },
    ]);
    expect(await refusal(house.stranger.send(new sqs.PurgeQueueCommand({ QueueUrl })))).toMatch(
      /^AccessDenied: not yours/,
    );
  });

  test('keeps texts and receipts out of the trail', async () => {
    const QueueUrl = await house.newQueue();
    await house.client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'secret-body' }));
    const [message] = await receive(QueueUrl);
    await house.client.send(
      new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }),
    );
    const told = house.reports.map(({ operation, input, output, call }) => {
      const { record } = operation;
      return JSON.stringify([
        record?.category,
        record?.requestParameters?.(input as never, call),
        record?.responseElements?.(output as never, input as never, call),
        record?.resources?.(input as never, call),
      ]);
    });
    expect(told).toHaveLength(3);
    for (const text of told) {
      expect(text).toMatch(/^\["Data"/);
      expect(text).toContain('AWS::SQS::Queue');
      expect(text).not.toContain('secret-body');
      expect(text).not.toContain(message!.ReceiptHandle!);
    }
  });

  test('says the old codes in a header, for clients that grew up with them', async () => {
    const error = await house.client.send(new sqs.GetQueueUrlCommand({ QueueName: 'none' })).then(
      () => undefined,
      (thrown: Error & { Code?: string }) => thrown,
    );
    expect(error).toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });
});
