import * as s3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OwedNotice } from '../../../objects/index.ts';
import { openS3House, type S3House, START } from '../s3-house.fixture.ts';
import { DestinationError, type NoticeDestinations } from './destinations.ts';
import { busEventOf, encodeNoticeKey, eventMessage } from './event-message.ts';
import { startNotifier } from './notifier.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:111122223333:q';
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:t';

/** Queues and topics that say no to some, and remember what they were sent. */
class Destinations implements NoticeDestinations {
  readonly sent: { arn: string; body: string }[] = [];
  readonly events: OwedNotice[] = [];
  refusals = new Map<string, DestinationError | Error>();
  async check({ arn }: { arn: string }) {
    const refusal = this.refusals.get(arn);
    if (refusal) throw refusal;
  }
  async send(target: { arn: string }, body: string) {
    await this.check(target);
    this.sent.push({ arn: target.arn, body });
  }
  async putEvent(notice: OwedNotice) {
    this.events.push(notice);
  }
  /** Event names and keys of what an ARN was sent. */
  told(arn: string): string[] {
    return this.sent
      .filter((one) => one.arn === arn)
      .flatMap(({ body }) => JSON.parse(body).Records ?? [])
      .map(({ eventName, s3: { object } }) => `${eventName} ${object.key}`);
  }
}

let house: S3House;
let destinations: Destinations;

beforeAll(async () => {
  destinations = new Destinations();
  house = await openS3House({ destinations });
});

afterAll(async () => {
  await house.close();
});

async function put(Bucket: string, NotificationConfiguration: s3.NotificationConfiguration, skip = false) {
  await house.client.send(
    new s3.PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration,
      SkipDestinationValidation: skip,
    }),
  );
}

const queueRule = (more: Partial<s3.QueueConfiguration> = {}): s3.QueueConfiguration => ({
  QueueArn: QUEUE,
  Events: ['s3:ObjectCreated:*'],
  ...more,
});
const filter = (prefix?: string, suffix?: string): s3.NotificationConfigurationFilter => ({
  Key: {
    FilterRules: [
      ...(prefix === undefined ? [] : [{ Name: 'prefix' as const, Value: prefix }]),
      ...(suffix === undefined ? [] : [{ Name: 'suffix' as const, Value: suffix }]),
    ],
  },
});

describe('a notification configuration', () => {
  test('comes back as it was put, with ids, and goes when an empty one is put', async () => {
    const Bucket = await house.newBucket();
    await put(Bucket, {
      QueueConfigurations: [queueRule({ Id: 'mine', Filter: filter('AWSLogs/', '.json.gz') })],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectRemoved:Delete'] }],
      EventBridgeConfiguration: {},
    });
    const get = () => house.client.send(new s3.GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(await get()).toMatchObject({
      QueueConfigurations: [
        {
          Id: 'mine',
          QueueArn: QUEUE,
          Events: ['s3:ObjectCreated:*'],
          Filter: {
            Key: {
              FilterRules: [
                { Name: 'Prefix', Value: 'AWSLogs/' },
                { Name: 'Suffix', Value: '.json.gz' },
              ],
            },
          },
        },
      ],
      TopicConfigurations: [{ Id: expect.any(String), TopicArn: TOPIC, Events: ['s3:ObjectRemoved:Delete'] }],
      EventBridgeConfiguration: {},
    });
    await put(Bucket, {});
    const { $metadata: _, ...none } = await get();
    expect(none).toEqual({});
  });

  test('is tried out with each destination, once, unless told otherwise', async () => {
    const Bucket = await house.newBucket();
    destinations.sent.length = 0;
    const rules = [queueRule({ Filter: filter('a/') }), queueRule({ Filter: filter('b/') })];
    await put(Bucket, { QueueConfigurations: rules });
    expect(destinations.sent).toHaveLength(1);
    expect(JSON.parse(destinations.sent[0]!.body)).toMatchObject({
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: new Date(START).toISOString(),
      Bucket,
    });
    destinations.refusals.set(QUEUE, new DestinationError('missing', 'gone'));
    await put(Bucket, { QueueConfigurations: rules }, true);
    expect(destinations.sent).toHaveLength(1);
    destinations.refusals.clear();
  });

  test('that names a destination which is not there, or does not let S3 in, changes nothing', async () => {
    const Bucket = await house.newBucket();
    destinations.refusals.set(QUEUE, new DestinationError('missing', 'gone'));
    destinations.refusals.set(TOPIC, new DestinationError('forbidden', 'no'));
    const refused = put(Bucket, {
      QueueConfigurations: [queueRule()],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectRemoved:*'] }],
    });
    await expect(refused).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'Unable to validate the following destination configurations',
      ArgumentName1: QUEUE,
      ArgumentValue1: 'The destination queue does not exist',
      ArgumentName2: TOPIC,
      ArgumentValue2:
        'Permissions on the destination topic do not allow S3 to publish notifications from this bucket',
    });
    destinations.refusals.clear();
    const kept = await house.client.send(new s3.GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(kept.QueueConfigurations).toBeUndefined();
  });

  test.each<[string, s3.NotificationConfiguration, RegExp]>([
    [
      'an event that is none',
      { QueueConfigurations: [queueRule({ Events: ['s3:Object:*' as never] })] },
      /^InvalidArgument/,
    ],
    [
      'an event that never happens here',
      { QueueConfigurations: [queueRule({ Events: ['s3:ObjectRestore:*'] })] },
      /^NotImplemented/,
    ],
    [
      'a Lambda function',
      {
        LambdaFunctionConfigurations: [
          {
            LambdaFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:f',
            Events: ['s3:ObjectCreated:*'],
          },
        ],
      },
      /^NotImplemented/,
    ],
    [
      'something that is no queue',
      { QueueConfigurations: [queueRule({ QueueArn: TOPIC })] },
      /^InvalidArgument/,
    ],
    ['a FIFO queue', { QueueConfigurations: [queueRule({ QueueArn: `${QUEUE}.fifo` })] }, /^InvalidArgument/],
    [
      'a queue of another Region',
      { QueueConfigurations: [queueRule({ QueueArn: QUEUE.replace('us-east-1', 'eu-west-1') })] },
      /^InvalidArgument: Unable to validate/,
    ],
    [
      'one id twice',
      {
        QueueConfigurations: [
          queueRule({ Id: 'a', Filter: filter('a') }),
          queueRule({ Id: 'a', Filter: filter('b') }),
        ],
      },
      /^InvalidArgument: Same ID/,
    ],
    [
      'two prefixes',
      {
        QueueConfigurations: [
          queueRule({
            Filter: {
              Key: { FilterRules: [...filter('a').Key!.FilterRules!, ...filter('b').Key!.FilterRules!] },
            },
          }),
        ],
      },
      /^InvalidArgument: Cannot specify more than one prefix/,
    ],
    [
      'two rules for all objects',
      { QueueConfigurations: [queueRule(), queueRule({ Events: ['s3:ObjectCreated:Put'] })] },
      /^InvalidArgument: Configurations overlap/,
    ],
    [
      'two rules whose objects are partly the same',
      {
        QueueConfigurations: [queueRule({ Filter: filter('a/', '.gz') })],
        TopicConfigurations: [
          { TopicArn: TOPIC, Events: ['s3:ObjectCreated:Copy'], Filter: filter('a/b', 'json.gz') },
        ],
      },
      /^InvalidArgument: Configuration is ambiguously defined/,
    ],
  ])('with %s is refused', async (_, configuration, words) => {
    const Bucket = await house.newBucket();
    await expect(
      put(Bucket, configuration).catch((error: Error) => Promise.reject(`${error.name}: ${error.message}`)),
    ).rejects.toMatch(words);
  });

  test.each<[string, s3.QueueConfiguration[]]>([
    ['other prefixes', [queueRule({ Filter: filter('a/') }), queueRule({ Filter: filter('b/') })]],
    [
      'other suffixes',
      [queueRule({ Filter: filter('a/', '.gz') }), queueRule({ Filter: filter('a/', '.json') })],
    ],
    ['other events', [queueRule(), queueRule({ Events: ['s3:ObjectRemoved:*'] })]],
  ])('may have two rules with %s', async (_, QueueConfigurations) => {
    await put(await house.newBucket(), { QueueConfigurations });
  });
});

describe('what is told', () => {
  /** Runs a notifier over what is owed, to its end. */
  async function send(more: Partial<Parameters<typeof startNotifier>[0]> = {}) {
    const notifier = startNotifier({
      notices: house.objects.notices,
      destinations,
      now: () => START,
      startTimer: () => () => undefined,
      ...more,
    });
    const isDone = () => house.objects.notices.size === 0 || notifier.counters.failedTries > 0;
    while (!isDone()) await new Promise((done) => setImmediate(done));
    await notifier.close();
    return notifier.counters;
  }

  test('are puts, copies, completed uploads and deletions, of the keys asked for and in their order', async () => {
    const Bucket = await house.newBucket();
    await put(Bucket, {
      QueueConfigurations: [
        queueRule({ Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'], Filter: filter('in/') }),
      ],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:Copy'], Filter: filter('out/') }],
    });
    const write = (Key: string) => house.client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'body' }));
    await write('in/one (1) ä+b');
    await write('elsewhere');
    await house.client.send(
      new s3.CopyObjectCommand({ Bucket, Key: 'out/copy', CopySource: `${Bucket}/elsewhere` }),
    );
    const { UploadId } = await house.client.send(
      new s3.CreateMultipartUploadCommand({ Bucket, Key: 'in/parts' }),
    );
    const { ETag } = await house.client.send(
      new s3.UploadPartCommand({ Bucket, Key: 'in/parts', UploadId, PartNumber: 1, Body: 'part' }),
    );
    await house.client.send(
      new s3.CompleteMultipartUploadCommand({
        Bucket,
        Key: 'in/parts',
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    );
    await house.client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'in/one (1) ä+b' }));
    await house.client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'in/never there' }));
    await house.client.send(
      new s3.DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: 'in/parts' }, { Key: 'elsewhere' }] },
      }),
    );
    destinations.sent.length = 0;
    await send();
    expect(destinations.told(QUEUE)).toEqual([
      'ObjectCreated:Put in/one+%281%29+%C3%A4%2Bb',
      'ObjectCreated:CompleteMultipartUpload in/parts',
      'ObjectRemoved:Delete in/one+%281%29+%C3%A4%2Bb',
      'ObjectRemoved:Delete in/parts',
    ]);
    expect(destinations.told(TOPIC)).toEqual(['ObjectCreated:Copy out/copy']);
    expect(house.objects.notices.size).toBe(0);
    const [{ Records }] = destinations.sent.map(({ body }) => JSON.parse(body)) as [{ Records: unknown[] }];
    expect(Records).toMatchObject([
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: new Date(START).toISOString(),
        userIdentity: { principalId: 'AWS:111122223333' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/) },
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
          object: {
            size: 4,
            eTag: '841a2d689ad86bd1611447453c22c6fc',
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
        },
      },
    ]);
  });

  test('a write that was refused is not told', async () => {
    const Bucket = await house.newBucket();
    await put(Bucket, { QueueConfigurations: [queueRule()] });
    await house.client.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'a' }));
    const again = house.client.send(
      new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'b', IfNoneMatch: '*' }),
    );
    await expect(again).rejects.toMatchObject({ name: 'PreconditionFailed' });
    destinations.sent.length = 0;
    await send();
    expect(destinations.told(QUEUE)).toEqual(['ObjectCreated:Put k']);
  });

  test('waits for a target that does not take it, longer each time, while others get theirs', async () => {
    const Bucket = await house.newBucket();
    const waits: { run: () => void; milliseconds: number }[] = [];
    await put(Bucket, {
      QueueConfigurations: [queueRule({ Filter: filter('q') })],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:*'], Filter: filter('t') }],
    });
    for (const Key of ['q1', 'q2', 't1']) {
      await house.client.send(new s3.PutObjectCommand({ Bucket, Key, Body: 'a' }));
    }
    destinations.sent.length = 0;
    destinations.refusals.set(QUEUE, new Error('the disk is full'));
    const notifier = startNotifier({
      notices: house.objects.notices,
      destinations,
      now: () => START,
      startTimer: (run, milliseconds) => {
        waits.push({ run, milliseconds });
        return () => undefined;
      },
    });
    const passed = async (count: number) => {
      while (waits.length < count) await new Promise((done) => setImmediate(done));
    };
    for (let round = 1; round <= 3; round++) {
      await passed(round);
      waits.at(-1)!.run();
    }
    await passed(4);
    expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(destinations.told(TOPIC)).toEqual(['ObjectCreated:Put t1']);
    destinations.refusals.clear();
    waits.at(-1)!.run();
    while (house.objects.notices.size > 0) await new Promise((done) => setImmediate(done));
    expect(destinations.told(QUEUE)).toEqual(['ObjectCreated:Put q1', 'ObjectCreated:Put q2']);
    expect(notifier.counters).toMatchObject({ sent: 3, failedTries: 4 });
    await notifier.close();
  });

  test('is given up after a day, counted with the reason, and at once when it can never be taken', async () => {
    const Bucket = await house.newBucket();
    await put(Bucket, { QueueConfigurations: [queueRule()] });
    await house.client.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'a' }));
    destinations.refusals.set(QUEUE, new DestinationError('forbidden', 'no'));
    await send();
    expect(house.objects.notices.size).toBe(1);
    const late = await sendAll({ now: () => START + 86_400_000 });
    expect([...late.dropped]).toEqual([['forbidden', 1]]);
    await house.client.send(new s3.PutObjectCommand({ Bucket, Key: 'k', Body: 'a' }));
    destinations.refusals.set(QUEUE, new DestinationError('unfit', 'too long'));
    const unfit = await sendAll();
    expect([...unfit.dropped]).toEqual([['unfit', 1]]);
    destinations.refusals.clear();
  });

  async function sendAll(more: Partial<Parameters<typeof startNotifier>[0]> = {}) {
    const notifier = startNotifier({
      notices: house.objects.notices,
      destinations,
      now: () => START,
      startTimer: () => () => undefined,
      ...more,
    });
    while (house.objects.notices.size > 0) await new Promise((done) => setImmediate(done));
    await notifier.close();
    return notifier.counters;
  }

  test('goes to the event bus in its own form', async () => {
    const Bucket = await house.newBucket();
    await put(Bucket, { EventBridgeConfiguration: {} });
    await house.client.send(new s3.PutObjectCommand({ Bucket, Key: 'a b', Body: 'body' }));
    await house.client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a b' }));
    await sendAll();
    const [created, deleted] = destinations.events.map(busEventOf);
    expect(created).toMatchObject({
      detailType: 'Object Created',
      detail: {
        version: '0',
        bucket: { name: Bucket },
        object: { key: 'a b', size: 4, etag: '841a2d689ad86bd1611447453c22c6fc' },
        requester: '111122223333',
        'source-ip-address': '127.0.0.1',
        reason: 'PutObject',
      },
    });
    expect(deleted).toMatchObject({
      detailType: 'Object Deleted',
      detail: { object: { key: 'a b' }, reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
    });
  });
});

describe('a key in a message', () => {
  test.each([
    ['AWSLogs/123/CloudTrail/a_b-c.json.gz', 'AWSLogs/123/CloudTrail/a_b-c.json.gz'],
    ['a b', 'a+b'],
    ['a+b', 'a%2Bb'],
    ['ä&=?#%', '%C3%A4%26%3D%3F%23%25'],
    ["!'()*~", '%21%27%28%29*%7E'],
  ])('%s is written %s', (key, written) => {
    expect(encodeNoticeKey(key)).toBe(written);
    expect(decodeURIComponent(written.replaceAll('+', ' '))).toBe(key);
  });

  test('sequencers grow with what happens', () => {
    const notice = (sequence: number): OwedNotice => ({
      target: { kind: 'queue', arn: QUEUE },
      sequence,
      happening: 'ObjectCreated:Put',
      bucket: 'b',
      account: '111122223333',
      region: 'us-east-1',
      key: 'k',
      at: START,
      origin: { principalId: 'x', account: 'y', sourceIp: 'z', requestId: 'r' },
    });
    const written = [9, 10, 255, 256, 70_000].map(
      (sequence) => JSON.parse(eventMessage(notice(sequence))).Records[0].s3.object.sequencer,
    );
    expect(written).toEqual([...written].sort());
  });
});
