import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signRequest } from '../../signer/index.ts';
import { openSqsHouse, type SqsHouse } from './sqs-house.fixture.ts';

let house: SqsHouse;

beforeAll(async () => {
  house = await openSqsHouse();
});

afterAll(async () => {
  await house.close();
});

/** What SDKs of before the end of 2023 send: a form, to the server or to the queue's own URL. */
async function call(form: Record<string, string>, path = '/'): Promise<{ status: number; text: string }> {
  const url = new URL(path, house.url);
  const body = String(new URLSearchParams({ Version: '2012-11-05', ...form }));
  const headers = signRequest({
    method: 'POST',
    url,
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    region: 'eu-west-1',
    service: 'sqs',
    now: Date.now(),
  });
  const answer = await fetch(url, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

const between = (text: string, tag: string) =>
  [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map((match) => match[1]);

test('old clients make a queue, send, receive and delete by forms, and read XML', async () => {
  const made = await call({
    Action: 'CreateQueue',
    QueueName: 'old',
    'Attribute.1.Name': 'VisibilityTimeout',
    'Attribute.1.Value': '7',
  });
  const [QueueUrl = ''] = between(made.text, 'QueueUrl');
  expect(QueueUrl).toBe(`${house.url}/111122223333/old`);
  const sent = await call(
    {
      Action: 'SendMessage',
      QueueUrl,
      MessageBody: 'grüße & <co>',
      'MessageAttribute.1.Name': 'a',
      'MessageAttribute.1.Value.DataType': 'String',
      'MessageAttribute.1.Value.StringValue': 'x',
    },
    '/111122223333/old',
  );
  expect(between(sent.text, 'MD5OfMessageBody')).toEqual([
    createHash('md5').update('grüße & <co>').digest('hex'),
  ]);
  const got = await call({
    Action: 'ReceiveMessage',
    QueueUrl,
    MaxNumberOfMessages: '10',
    'AttributeName.1': 'All',
    'MessageAttributeName.1': 'All',
  });
  expect(got.text).toContain('<ReceiveMessageResult><Message>');
  expect(between(got.text, 'Body')).toEqual(['grüße &amp; &lt;co&gt;']);
  expect(got.text).toContain('<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>');
  expect(got.text).toContain(
    '<MessageAttribute><Name>a</Name><Value><DataType>String</DataType><StringValue>x</StringValue>',
  );
  const [ReceiptHandle = ''] = between(got.text, 'ReceiptHandle');
  expect((await call({ Action: 'DeleteMessage', QueueUrl, ReceiptHandle })).status).toBe(200);
  const attributes = await call({ Action: 'GetQueueAttributes', QueueUrl, 'AttributeName.1': 'All' });
  expect(attributes.text).toContain('<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>');
  expect(attributes.text).toContain('<Name>ApproximateNumberOfMessagesNotVisible</Name><Value>0</Value>');
});

test('old clients read the codes that they know', async () => {
  const none = await call({ Action: 'GetQueueUrl', QueueName: 'none' });
  expect([none.status, ...between(none.text, 'Code')]).toEqual([
    400,
    'AWS.SimpleQueueService.NonExistentQueue',
  ]);
  expect(between(none.text, 'Type')).toEqual(['Sender']);
});
