import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CallContext } from '../../aws/index.ts';
import { type Logs, openLogs, SubscriptionRefusal } from '../../logs/index.ts';
import { subscriptionFilterHandlers } from './handlers/subscription-filters.ts';

const HOME = { account: '111122223333', region: 'eu-west-1' };
const QUEUE = 'arn:aws:sqs:eu-west-1:111122223333:q';
const call = HOME as CallContext;

let folder: string;
let logs: Logs;
let sent: { destination: string; body: string; sourceArn: string }[];
let refusal: Error | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'subscription-filters-'));
  logs = openLogs({ path: join(folder, 'logs'), now: () => 1_700_000_000_000 });
  sent = [];
  refusal = undefined;
  await logs.groups.create({ ...HOME, name: 'g', createdAt: 0, tags: [], metricFilters: [] });
});

afterEach(async () => {
  await logs.close();
  rmSync(folder, { recursive: true, force: true });
});

const handlers = () =>
  subscriptionFilterHandlers({
    logs,
    now: () => 1_700_000_000_000,
    destinations: {
      async send(destination, body, { sourceArn }) {
        if (refusal) throw refusal;
        sent.push({ destination, body, sourceArn });
      },
    },
  });

const put = (more: object = {}) =>
  handlers().PutSubscriptionFilter!(
    { logGroupName: 'g', filterName: 'f', filterPattern: '', destinationArn: QUEUE, ...more },
    call,
  );
const names = async (more: object = {}) =>
  (
    await handlers().DescribeSubscriptionFilters!({ logGroupName: 'g', ...more }, call)
  ).subscriptionFilters?.map(({ filterName }) => filterName);

test('a new subscription asks its destination with a control message, then stands', async () => {
  await put({ filterPattern: '{ $.a = 1 }', roleArn: 'arn:aws:iam::111122223333:role/r' });
  const [{ body, ...rest } = { body: '' }] = sent;
  expect(rest).toEqual({
    destination: QUEUE,
    sourceArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:g:*',
  });
  const payload = JSON.parse(gunzipSync(Buffer.from(JSON.parse(body).awslogs.data, 'base64')).toString());
  expect(payload).toMatchObject({ messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs' });
  expect(await handlers().DescribeSubscriptionFilters!({ logGroupName: 'g' }, call)).toEqual({
    subscriptionFilters: [
      {
        filterName: 'f',
        logGroupName: 'g',
        filterPattern: '{ $.a = 1 }',
        destinationArn: QUEUE,
        roleArn: 'arn:aws:iam::111122223333:role/r',
        distribution: 'ByLogStream',
        applyOnTransformedLogs: false,
        creationTime: 1_700_000_000_000,
      },
    ],
  });
});

test.each<[string, object, RegExp]>([
  [
    'a Lambda function',
    { destinationArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f' },
    /a Lambda function as a destination is not built/,
  ],
  [
    'a Kinesis stream',
    { destinationArn: 'arn:aws:kinesis:eu-west-1:111122223333:stream/s' },
    /a Kinesis stream as a destination is not built/,
  ],
  [
    'a Firehose stream',
    { destinationArn: 'arn:aws:firehose:eu-west-1:111122223333:deliverystream/s' },
    /a Firehose stream as a destination is not built/,
  ],
  ['an address', { destinationArn: 'https://example.com/in' }, /destinationArn/],
  ['a pattern that is none', { filterPattern: '{ $.a = }' }, /Invalid filter pattern/],
  ['another distribution', { distribution: 'Evenly' }, /distribution/],
  ['a name with a colon', { filterName: 'a:b' }, /filterName/],
])('%s is refused, and nobody is sent anything', async (_, more, words) => {
  await expect(put(more)).rejects.toMatchObject({
    code: 'InvalidParameterException',
    message: expect.stringMatching(words),
  });
  expect(sent).toEqual([]);
  expect(await names()).toEqual([]);
});

test('a destination that does not take the control message is refused, with its reason', async () => {
  refusal = new SubscriptionRefusal('the queue is gone');
  await expect(put()).rejects.toMatchObject({
    code: 'InvalidParameterException',
    message:
      'Could not deliver test message to specified destination. Check if the destination is valid: the queue is gone',
  });
  expect(await names()).toEqual([]);
});

test('a group has two subscriptions at most; one of the same name takes the place of the first', async () => {
  await put({ filterName: 'a' });
  await put({ filterName: 'b' });
  await expect(put({ filterName: 'c' })).rejects.toMatchObject({ code: 'LimitExceededException' });
  await put({ filterName: 'a', filterPattern: 'x' });
  expect(await names()).toEqual(['a', 'b']);
  expect(await names({ filterNamePrefix: 'b' })).toEqual(['b']);
  const first = await handlers().DescribeSubscriptionFilters!({ logGroupName: 'g', limit: 1 }, call);
  expect(first.subscriptionFilters).toMatchObject([{ filterName: 'a', filterPattern: 'x' }]);
  expect(await names({ limit: 1, nextToken: first.nextToken })).toEqual(['b']);
});

test('deleting one that is not there, or of a group that is not there, says so', async () => {
  await put();
  const remove = (more: object = {}) =>
    handlers().DeleteSubscriptionFilter!({ logGroupName: 'g', filterName: 'f', ...more }, call);
  await remove();
  await expect(remove()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await expect(remove({ logGroupName: 'none' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await expect(put({ logGroupName: 'none' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});
