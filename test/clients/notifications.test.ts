import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as sns from '@aws-sdk/client-sns';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { clientOf } from '../fault/house-keeping.ts';
import { Inbox } from './inbox.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { describeWith, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

// Programs run here, on machines that may be busy.

const SECRET = 'a-secret-of-the-operator';
const SMTP_PASSWORD = 'mail-password-of-the-operator';

let server: TestServer;
let inbox: Inbox;
let smtp: SMTPServer;
let mails: { readonly to: string; readonly source: string }[];
let topics: SNSClient;
let queues: sqs.SQSClient;

beforeAll(async () => {
  inbox = await Inbox.start();
  mails = [];
  smtp = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === SMTP_PASSWORD ? done(null, { user: username }) : done(new Error('no')),
    async onData(stream, session, done) {
      const source = await text(stream);
      for (const { address } of session.envelope.rcptTo) mails.push({ to: address, source });
      done();
    },
  });
  await new Promise<void>((done) => smtp.listen(0, '127.0.0.1', done));
  const { port } = smtp.server.address() as AddressInfo;
  server = await TestServer.start({
    flags: [
      ...['--smtp-url', `smtp://trail@127.0.0.1:${port}`, '--smtp-from', 'Trail <trail@example.com>'],
      ...['--notify-endpoints', `${inbox.url('/hooks/')}`],
    ],
    env: { OPENTRAIL_SMTP_PASSWORD: SMTP_PASSWORD, OPENTRAIL_NOTIFY_SECRET: SECRET },
  });
  topics = new SNSClient(clientOf(server));
  queues = new sqs.SQSClient(clientOf(server));
});
afterAll(async () => {
  await server?.dispose();
  inbox?.close();
  smtp?.close();
});

async function makeTopic(Name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await topics.send(new sns.CreateTopicCommand({ Name, Attributes }))).TopicArn!;
}

async function makeQueue(QueueName: string, letsIn?: string): Promise<{ url: string; arn: string }> {
  const arn = `arn:aws:sqs:us-east-1:123456789012:${QueueName}`;
  const policy = {
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: arn,
      Condition: { ArnEquals: { 'aws:SourceArn': letsIn } },
    },
  };
  const { QueueUrl } = await queues.send(
    new sqs.CreateQueueCommand({
      QueueName,
      ...(letsIn && { Attributes: { Policy: JSON.stringify(policy) } }),
    }),
  );
  return { url: QueueUrl!, arn };
}

/** The next message of a queue, which is taken out. */
async function take(QueueUrl: string): Promise<sqs.Message> {
  return until('the queue has a message', 120_000, async () => {
    const { Messages = [] } = await queues.send(
      new sqs.ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ['All'] }),
    );
    const [message] = Messages;
    if (!message) return undefined;
    await queues.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle! }));
    return message;
  });
}

/** Subscribes and, where a question is posted, answers it as the endpoint. */
async function subscribe(
  TopicArn: string,
  Protocol: string,
  Endpoint: string,
  Attributes: Record<string, string> = {},
): Promise<string> {
  const { SubscriptionArn } = await topics.send(
    new sns.SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true }),
  );
  if (Protocol === 'http') {
    const { body } = await inbox.wait(new URL(Endpoint).pathname, (one) => one.body.includes(TopicArn));
    expect((await fetch(JSON.parse(body).SubscribeURL)).status).toBe(200);
  }
  return SubscriptionArn!;
}

const publish = (TopicArn: string, Message: string, more: Partial<sns.PublishInput> = {}) =>
  topics.send(new sns.PublishCommand({ TopicArn, Message, ...more }));

async function metric(name: string): Promise<number> {
  const lines = (await (await fetch(`${server.url}/metrics`)).text()).split('\n');
  const values = lines.filter((line) => line.startsWith(name)).map((line) => Number(line.split(' ').at(-1)));
  return values.reduce((sum, value) => sum + value, 0);
}

describeWith('openssl', works('openssl', 'version'), 'a signed message', () => {
  it.each(['1', '2'])(
    'of signature version %s is what openssl verifies by the certificate that it names',
    async (version) => {
      const aws = server.aws;
      const topicArn = await makeTopic(`signed-${version}`, { SignatureVersion: version });
      const path = `/signed-${version}`;
      await aws.text(
        ...['sns', 'subscribe', '--topic-arn', topicArn, '--protocol', 'http'],
        ...['--notification-endpoint', inbox.url(path)],
      );
      const question = JSON.parse((await inbox.wait(path)).body);
      await expectSigned(question, version, ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token']);
      const answer = await (await fetch(question.SubscribeURL)).text();
      expect(answer).toContain(`<SubscriptionArn>${topicArn}:`);
      await aws.text(
        ...['sns', 'publish', '--topic-arn', topicArn, '--subject', 'Hi', '--message', 'ünï\ncode'],
      );
      const { body, headers } = await inbox.wait(path, (one) => one.body.includes('"Notification"'));
      expect(headers['x-amz-sns-message-type']).toBe('Notification');
      await expectSigned(JSON.parse(body), version, ['Message', 'MessageId', 'Subject', 'Timestamp']);
    },
  );

  async function expectSigned(
    message: Record<string, string>,
    version: string,
    members: readonly string[],
  ): Promise<void> {
    expect(message).toMatchObject({ SignatureVersion: version });
    expect(message.SigningCertURL).toMatch(/\.pem$/);
    const certificate = join(server.folder, 'cert.pem');
    const key = join(server.folder, 'key.pem');
    const signature = join(server.folder, 'signature');
    writeFileSync(certificate, await (await fetch(message.SigningCertURL!)).text());
    writeFileSync(signature, Buffer.from(message.Signature!, 'base64'));
    // As https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html says.
    const signed = [...members, 'TopicArn', 'Type'].map((name) => `${name}\n${message[name]}\n`).join('');
    const openssl = (input: string, ...args: readonly string[]) =>
      run('openssl', args, { env: { PATH: process.env.PATH ?? '' }, cwd: server.folder, input });
    const publicKey = await openssl('', 'x509', '-in', certificate, '-pubkey', '-noout');
    writeFileSync(key, publicKey.stdout);
    const digest = version === '1' ? '-sha1' : '-sha256';
    const verify = (input: string) => openssl(input, 'dgst', digest, '-verify', key, '-signature', signature);
    expect(await verify(signed)).toMatchObject({ status: 0, stdout: 'Verified OK\n' });
    expect(await verify(`${signed}x`)).toMatchObject({ status: 1 });
  }
});

describe('filter policies', () => {
  it('hold back what they do not match, by attributes and by the text', async () => {
    const topicArn = await makeTopic('filtered');
    const some = await subscribe(topicArn, 'http', inbox.url('/by-attributes'), {
      FilterPolicy: '{"severity":[{"numeric":[">=",3]}],"kind":[{"anything-but":"noise"}]}',
    });
    await subscribe(topicArn, 'http', inbox.url('/by-body'), {
      FilterPolicy: '{"detail":{"user":[{"suffix":"-admin"}]}}',
      FilterPolicyScope: 'MessageBody',
      RawMessageDelivery: 'true',
    });
    const attributes = (severity: string) => ({
      MessageAttributes: {
        severity: { DataType: 'Number', StringValue: severity },
        kind: { DataType: 'String.Array', StringValue: '["login","noise"]' },
      },
    });
    await publish(topicArn, 'low', attributes('2'));
    await publish(topicArn, '{"detail":{"user":"ada-admin"}}');
    await publish(topicArn, 'high', attributes('3.5'));
    await inbox.wait('/by-attributes', ({ body }) => body.includes('high'));
    await inbox.wait('/by-body', ({ body }) => body.includes('ada'));
    await topics.send(
      new sns.SetSubscriptionAttributesCommand({
        SubscriptionArn: some,
        AttributeName: 'FilterPolicy',
        AttributeValue: '{}',
      }),
    );
    await publish(topicArn, 'all');
    await inbox.wait('/by-attributes', ({ body }) => body.includes('"all"'));
    expect(
      inbox
        .at('/by-attributes')
        .slice(1)
        .map(({ body }) => JSON.parse(body).Message),
    ).toEqual(['high', 'all']);
    expect(
      inbox
        .at('/by-body')
        .slice(1)
        .map(({ body }) => body),
    ).toEqual(['{"detail":{"user":"ada-admin"}}']);
    expect(await metric('opentrail_topics_filtered_total')).toBeGreaterThanOrEqual(4);
  });
});

describe('queues', () => {
  it('get envelopes, or the bare message with its attributes', async () => {
    const topicArn = await makeTopic('queued');
    const whole = await makeQueue('whole', topicArn);
    const raw = await makeQueue('raw', topicArn);
    const arn = await subscribe(topicArn, 'sqs', whole.arn);
    await subscribe(topicArn, 'sqs', raw.arn, { RawMessageDelivery: 'true' });
    const { Attributes } = await topics.send(
      new sns.GetSubscriptionAttributesCommand({ SubscriptionArn: arn }),
    );
    expect(Attributes).toMatchObject({ PendingConfirmation: 'false', ConfirmationWasAuthenticated: 'true' });
    await publish(topicArn, '{"default":"d","sqs":"for queues"}', {
      MessageStructure: 'json',
      MessageAttributes: { a: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) } },
    });
    expect(JSON.parse((await take(whole.url)).Body!)).toMatchObject({
      Type: 'Notification',
      Message: 'for queues',
      MessageAttributes: { a: { Type: 'Binary', Value: 'AQI=' } },
    });
    const bare = await take(raw.url);
    expect(bare.Body).toBe('for queues');
    expect(bare.MessageAttributes).toMatchObject({
      a: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    });
  });
});

describe('subscribers in trouble', () => {
  /** One try, then the dead-letter queue. */
  const atOnce = (queue: { readonly arn: string }) => ({
    DeliveryPolicy: '{"healthyRetryPolicy":{"numRetries":0}}',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queue.arn }),
  });

  it('that are down, or send elsewhere, lose nothing: the dead-letter queue has it', async () => {
    const topicArn = await makeTopic('trouble');
    const dead = await makeQueue('dead', topicArn);
    const closed = await makeQueue('closed');
    await subscribe(topicArn, 'http', inbox.url('/down'), atOnce(dead));
    await subscribe(topicArn, 'http', inbox.url('/redirects'), atOnce(dead));
    await subscribe(topicArn, 'sqs', closed.arn, { RedrivePolicy: atOnce(dead).RedrivePolicy });
    inbox.react('/down', { status: 503 });
    inbox.react('/redirects', { status: 302, headers: { location: inbox.url('/inner') } });
    const before = await metric('opentrail_topics_dead_lettered_total');
    await publish(topicArn, 'kept');
    for (let n = 0; n < 3; n++) {
      expect(JSON.parse((await take(dead.url)).Body!)).toMatchObject({ Message: 'kept', TopicArn: topicArn });
    }
    expect(inbox.at('/inner')).toEqual([]);
    expect(await metric('opentrail_topics_dead_lettered_total')).toBe(before + 3);
  });

  it('that are slow hold up only themselves', async () => {
    const topicArn = await makeTopic('slow');
    for (let n = 0; n < 3; n++) await subscribe(topicArn, 'http', inbox.url(`/slow-${n}`));
    await subscribe(topicArn, 'http', inbox.url('/quick'));
    for (let n = 0; n < 3; n++) inbox.react(`/slow-${n}`, 'silence');
    for (let n = 0; n < 12; n++) await publish(topicArn, `m-${n}-`);
    for (let n = 0; n < 12; n++) await inbox.wait('/quick', ({ body }) => body.includes(`m-${n}-`));
    // None of the slow ones has been given up: they had no answer in time to tell that.
    expect(await metric('opentrail_topics_waiting')).toBeGreaterThanOrEqual(36);
    await topics.send(new sns.DeleteTopicCommand({ TopicArn: topicArn }));
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/', 'http://[::ffff:10.0.0.1]/'])(
    'may not be at %s',
    async (Endpoint) => {
      const TopicArn = await makeTopic('inner');
      const wish = topics.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }));
      await expect(wish).rejects.toMatchObject({ name: 'InvalidParameterException' });
    },
  );
});

describe('mail', () => {
  const linkIn = (source: string) => new URL(/http[^\s"<>]+\/v1\/sns\?[^\s"<>]+/.exec(unfolded(source))![0]);
  /** Quoted-printable, as far as links need it. */
  const unfolded = (source: string) =>
    source
      .replace(/=\r?\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const asBrowser = async (url: URL) => (await fetch(url, { headers: { accept: 'text/html,*/*' } })).text();
  const mailTo = (to: string, word: string) =>
    until(`a mail to ${to} says ${word}`, 120_000, () =>
      mails.find((one) => one.to === to && unfolded(one.source).includes(word)),
    );

  it('is confirmed by a button behind its link, comes as text, and ends by its link', async () => {
    const topicArn = await makeTopic('mailed', { DisplayName: 'Alarm clock' });
    const said = await server.aws.json(
      ...['sns', 'subscribe', '--topic-arn', topicArn, '--protocol', 'email'],
      ...['--notification-endpoint', 'ada@example.com'],
    );
    expect(said).toEqual({ SubscriptionArn: 'pending confirmation' });
    const question = await mailTo('ada@example.com', 'confirm the subscription');
    const link = linkIn(question.source);
    // A scanner that looks at the link changes nothing.
    await fetch(link, { method: 'HEAD' });
    expect(await asBrowser(link)).toContain('<button>Confirm subscription</button>');
    await publish(topicArn, 'too early');
    link.searchParams.set('Sure', 'yes');
    expect(await asBrowser(link)).toContain('Subscription confirmed');
    await publish(topicArn, '{"default":"d","email":"Grüße an alle"}', {
      MessageStructure: 'json',
      Subject: 'Alarm',
    });
    const mail = await until('the mail comes', 120_000, () =>
      mails.find(({ source }) => /^Subject: Alarm$/m.test(source)),
    );
    expect(Buffer.from(unfolded(mail.source), 'latin1').toString()).toContain('Grüße an alle');
    expect(mail.source).toMatch(/^From: Alarm clock <trail@example.com>\r?$/m);
    expect(mails.some(({ source }) => source.includes('too early'))).toBe(false);
    const end = linkIn(mail.source);
    expect(await asBrowser(end)).toContain('<button>Unsubscribe</button>');
    end.searchParams.set('Sure', 'yes');
    expect(await asBrowser(end)).toContain('Subscription ended');
    const { Attributes } = await topics.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsPending: '0' });
    // Taken back by the farewell's link.
    const farewell = await mailTo('ada@example.com', 'subscribe again');
    expect(await (await fetch(linkIn(farewell.source))).text()).toContain('<SubscriptionArn>');
  });

  it('comes as JSON where that is asked for', async () => {
    const topicArn = await makeTopic('mailed-json');
    await subscribe(topicArn, 'email-json', 'bot@example.com');
    const { source } = await mailTo('bot@example.com', '"SubscribeURL"');
    expect((await fetch(linkIn(source))).status).toBe(200);
    await publish(topicArn, 'for programs');
    expect(unfolded((await mailTo('bot@example.com', 'for programs')).source)).toContain(
      '"Type": "Notification"',
    );
  });

  it('keeps its password to itself', () => {
    expect(server.output).not.toContain(SMTP_PASSWORD);
  });
});

describe('chat and webhooks', () => {
  it('get what is published, at addresses that the operator lists', async () => {
    const topicArn = await makeTopic('chat');
    const { SubscriptionArn } = await server.aws.json(
      ...['sns', 'subscribe', '--topic-arn', topicArn, '--protocol', 'slack'],
      ...['--notification-endpoint', inbox.url('/hooks/T0/secret')],
    );
    expect(SubscriptionArn).toMatch(/^arn:aws:sns:/);
    await subscribe(topicArn, 'webhook', inbox.url('/hooks/plain'));
    const { MessageId } = await publish(topicArn, 'disk <full> & hot', { Subject: 'Alarm' });
    expect(JSON.parse((await inbox.wait('/hooks/T0/secret')).body)).toEqual({
      text: '*Alarm*\ndisk &lt;full&gt; &amp; hot',
    });
    const { body, headers } = await inbox.wait('/hooks/plain');
    expect(JSON.parse(body)).toMatchObject({ messageId: MessageId, topicArn, message: 'disk <full> & hot' });
    const expected = createHmac('sha256', SECRET).update(body).digest('hex');
    expect(headers['x-opentrail-signature']).toBe(`sha256=${expected}`);
  });

  it.each(['/elsewhere', '/hooks/../elsewhere', '/hooksx'])('are refused at %s', async (path) => {
    const TopicArn = await makeTopic('chat');
    const Endpoint = inbox.url(path);
    const wish = topics.send(new sns.SubscribeCommand({ TopicArn, Protocol: 'slack', Endpoint }));
    await expect(wish).rejects.toThrow(/--notify-endpoints/);
  });
});

test('the guide, typed as it stands there', async () => {
  const commands = commandsOf('docs/guides/notifications.md', 'run');
  const session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
  expect(session.status, transcript(session, server)).toBe(0);
  expect(session.stdout).toContain('Somebody is told.');
});

describe('what is owed', () => {
  it('survives a kill, and comes at most once more', async () => {
    const topicArn = await makeTopic('killed');
    await subscribe(topicArn, 'http', inbox.url('/killed'), { RawMessageDelivery: 'true' });
    const sent = Array.from({ length: 40 }, (_, n) => `message-${n}`);
    const published = sent.map((message) => publish(topicArn, message));
    await Promise.all(published);
    await inbox.wait('/killed', ({ body }) => body.startsWith('message-'));
    await server.kill9();
    await server.restart();
    const counts = () => {
      const bodies = inbox.at('/killed').map(({ body }) => body);
      return sent.map((message) => bodies.filter((body) => body === message).length);
    };
    await until('all have come', 120_000, () => counts().every((count) => count > 0));
    await until('nothing waits', 120_000, async () => (await metric('opentrail_topics_waiting')) === 0);
    expect(Math.max(...counts())).toBeLessThanOrEqual(2);
  });
});
