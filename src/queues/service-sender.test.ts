import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openIdentity } from '../identity/index.ts';
import { openLmdbState } from '../state/index.ts';
import { DEFAULT_SETTINGS, queueArn } from './queue.ts';
import { openQueues, type Queues } from './queues.ts';
import { createServiceSender, type ServiceSender } from './service-sender.ts';

const ACCOUNT = '111122223333';
const Q = { account: ACCOUNT, region: 'eu-west-1', name: 'q' };
const S3 = { service: 's3.amazonaws.com', sourceArn: 'arn:aws:s3:::logs', sourceAccount: ACCOUNT };

let path: string;
let queues: Queues;
let sender: ServiceSender;
let closeState: () => Promise<void>;

beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'sender-'));
  const state = openLmdbState(join(path, 'state'));
  closeState = () => state.close();
  const now = () => 1_000_000;
  const authorizer = await openIdentity({ state, accountId: ACCOUNT, accounts: [ACCOUNT], now });
  queues = openQueues({ path: join(path, 'queues'), now, maxBytes: 1_000_000 });
  sender = createServiceSender({ queues, authorizer });
  const at = { tags: [], createdAt: 0, modifiedAt: 0 };
  await queues.book.create({ ...DEFAULT_SETTINGS, ...Q, maximumMessageSize: 1_024, ...at });
});

afterAll(async () => {
  await queues.close();
  await closeState();
  await rm(path, { recursive: true, force: true });
});

const grant = async (statement: object) =>
  await queues.book.update(Q, (queue) => ({
    ...queue,
    policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queueArn(Q), ...statement }],
    }),
  }));

describe('a service sends', () => {
  test('nothing to a queue without a policy, or that is not there', async () => {
    await expect(sender.send(queueArn(Q), { body: 'a', ...S3 })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(sender.check(queueArn(Q), S3)).rejects.toMatchObject({ code: 'AccessDenied' });
    const gone = queueArn({ ...Q, name: 'gone' });
    await expect(sender.send(gone, { body: 'a', ...S3 })).rejects.toMatchObject({
      code: 'QueueDoesNotExist',
    });
    await expect(sender.send('arn:aws:s3:::x', { body: 'a', ...S3 })).rejects.toMatchObject({
      code: 'QueueDoesNotExist',
    });
  });

  test.each([
    ['its principal', { Principal: { Service: 's3.amazonaws.com' } }, true],
    ['another service’s', { Principal: { Service: 'sns.amazonaws.com' } }, false],
    [
      'its principal for this bucket',
      {
        Principal: { Service: 's3.amazonaws.com' },
        Condition: {
          ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::logs' },
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
        },
      },
      true,
    ],
    [
      'its principal for another bucket',
      {
        Principal: { Service: 's3.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::others' } },
      },
      false,
    ],
    [
      'its principal for another account',
      {
        Principal: { Service: 's3.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } },
      },
      false,
    ],
    [
      'everybody for this bucket',
      { Principal: '*', Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::l*' } } },
      true,
    ],
  ])('with a policy that allows %s', async (_, statement, isAllowed) => {
    await grant(statement);
    const sent = sender.send(queueArn(Q), { body: 'a', ...S3 });
    if (isAllowed) {
      await sent;
      const [message] = await queues.receive(Q, { limit: 1, wait: 0 });
      expect(message).toMatchObject({ body: 'a', sender: 's3.amazonaws.com' });
    } else await expect(sent).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  test('nothing that the queue is too small for', async () => {
    await grant({ Principal: { Service: 's3.amazonaws.com' } });
    const body = 'x'.repeat(1_025);
    await expect(sender.send(queueArn(Q), { body, ...S3 })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });
  });
});
