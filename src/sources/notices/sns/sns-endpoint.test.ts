import { sign } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { TEST_CERTIFICATE } from '../../connect/certificate.fixture.ts';
import { logSource } from '../../log-source.fixture.ts';
import { createSnsEndpoint, type SnsEndpoint } from './sns-endpoint.ts';
import { TOPIC_CERTIFICATE, TOPIC_KEY } from './topic-certificate.fixture.ts';

const ARN = 'arn:aws:sns:eu-west-1:111122223333:news';
const HOME = 'https://sns.eu-west-1.amazonaws.com';
const CERTIFICATE = `${HOME}/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem`;
const LINK = `${HOME}/?Action=ConfirmSubscription&TopicArn=${ARN}&Token=t1`;
const source = (topic: { arn: string; endpointUrl?: string } = { arn: ARN }, insecure = false) =>
  logSource({ connector: { ...logSource().connector, topic, tls: { insecure } } });

type Members = Readonly<Record<string, string>>;
const NOTICE: Members = {
  Type: 'Notification',
  MessageId: 'm1',
  TopicArn: ARN,
  Subject: 'Amazon S3 Notification',
  Message: '{"Records":[]}',
  Timestamp: '2026-11-21T08:00:00.000Z',
  SignatureVersion: '1',
  SigningCertURL: CERTIFICATE,
};
const { Subject: _subject, ...bare } = NOTICE;
const QUESTION: Members = { ...bare, Type: 'SubscriptionConfirmation', Token: 't1', SubscribeURL: LINK };

/** Signed as SNS signs; `later` is what a forger changes after that. */
function signed(members: Members, later: Readonly<Record<string, unknown>> = {}): string {
  const names =
    members.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.filter((name) => name in members).map((name) => `${name}\n${members[name]}\n`);
  const algorithm = members.SignatureVersion === '2' ? 'sha256' : 'sha1';
  const Signature = sign(algorithm, Buffer.from(text.join('')), TOPIC_KEY).toString('base64');
  return JSON.stringify({ ...members, Signature, ...later });
}

let asked: string[];
let judged: boolean[];
let now: number;
let answer: (url: URL) => string;
let endpoint: SnsEndpoint;

beforeEach(() => {
  asked = [];
  judged = [];
  now = Date.UTC(2027, 0, 1);
  answer = () => TOPIC_CERTIFICATE;
  endpoint = createSnsEndpoint({
    async read(_source, url, options) {
      asked.push(url.href);
      judged.push(options.judged);
      return answer(url);
    },
    now: () => now,
  });
});

describe('a message that the topic has signed', () => {
  it.each([
    ['version 1', NOTICE],
    ['version 2', { ...NOTICE, SignatureVersion: '2' }],
    ['no subject', bare],
    ['an empty message', { ...NOTICE, Message: '' }],
  ])('is believed: %s', async (_what, members) => {
    expect(await endpoint.judge(source(), signed(members))).toEqual({
      kind: 'notice',
      text: members.Message,
    });
    expect(asked).toEqual([CERTIFICATE]);
  });

  it('asks for the certificate once a day', async () => {
    await Promise.all([1, 2, 3].map(() => endpoint.judge(source(), signed(NOTICE))));
    expect(asked).toHaveLength(1);
    now += 86_400_001;
    await endpoint.judge(source(), signed(NOTICE));
    expect(asked).toHaveLength(2);
  });

  it("is judged by AWS's own TLS, even when the source takes any certificate", async () => {
    await endpoint.judge(source({ arn: ARN }, true), signed(NOTICE));
    expect(judged).toEqual([true]);
  });

  it('may be of another SNS, which the operator has named', async () => {
    const topic = { arn: ARN, endpointUrl: 'http://127.0.0.1:4566' };
    const SigningCertURL = 'http://127.0.0.1:4566/v1/sns/SimpleNotificationService.pem';
    expect(await endpoint.judge(source(topic), signed({ ...NOTICE, SigningCertURL }))).toMatchObject({
      kind: 'notice',
    });
    expect(await endpoint.judge(source(topic), signed(NOTICE))).toMatchObject({ reason: 'forged' });
    const inBucket = signed({ ...NOTICE, SigningCertURL: 'http://127.0.0.1:4566/bucket/key.pem' });
    expect(await endpoint.judge(source(topic), inBucket)).toMatchObject({ reason: 'forged' });
  });

  it('tells that its subscription has ended, and visits nothing', async () => {
    const text = signed({ ...QUESTION, Type: 'UnsubscribeConfirmation' });
    expect(await endpoint.judge(source(), text)).toEqual({ kind: 'ended' });
    expect(asked).toEqual([CERTIFICATE]);
  });
});

describe('a message that is not the topic’s', () => {
  it.each<[string, string, string]>([
    ['not of SNS', 'no JSON', 'hello'],
    ['not of SNS', 'a list', '[]'],
    ['not of SNS', 'nothing', 'null'],
    ['not of SNS', 'a bare notice', '{"s3Bucket":"logs","s3ObjectKey":["a"]}'],
    ['not of SNS', 'an unknown type', signed({ ...NOTICE, Type: 'Other' })],
    ['not of SNS', 'no signature', JSON.stringify(NOTICE)],
    ['not of SNS', 'an unknown version', signed({ ...NOTICE, SignatureVersion: '3' })],
    ['not of SNS', 'a message that is no text', signed(NOTICE, { TopicArn: [ARN] })],
    ['other topic', "a stranger's topic, well signed", signed({ ...NOTICE, TopicArn: `${ARN}2` })],
    ['forged', 'another message', signed(NOTICE, { Message: '{"Records":[1]}' })],
    ['forged', 'another subject', signed(NOTICE, { Subject: 'x' })],
    ['forged', 'a subject more', signed(bare, { Subject: 'x' })],
    ['forged', 'a version that it was not signed with', signed(NOTICE, { SignatureVersion: '2' })],
    ['forged', 'a signature that is none', signed(NOTICE, { Signature: '%%%' })],
    ['forged', 'a notice out of a confirmation', signed(QUESTION, { Type: 'Notification' })],
  ])('is refused as %s: %s', async (reason, _what, text) => {
    expect(await endpoint.judge(source(), text)).toMatchObject({ kind: 'refused', reason });
  });

  it.each([
    'http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef01.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://evil@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    `${CERTIFICATE}?x=1`,
    `${HOME}/?Action=Publish&Message=x.pem`,
    `${HOME}/other/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem`,
    'https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'nonsense',
  ])('names a certificate that is never asked for: %s', async (SigningCertURL) => {
    const text = signed({ ...NOTICE, SigningCertURL });
    expect(await endpoint.judge(source(), text)).toMatchObject({ reason: 'forged' });
    expect(asked).toEqual([]);
  });

  it('is of no topic when the source has none', async () => {
    expect(await endpoint.judge(logSource(), signed(NOTICE))).toMatchObject({ reason: 'other topic' });
  });
});

describe('the question whether to subscribe', () => {
  it('is answered by visiting its link, once', async () => {
    answer = (url) => (url.href === CERTIFICATE ? TOPIC_CERTIFICATE : '<ConfirmSubscriptionResponse/>');
    await endpoint.judge(source(), signed(NOTICE));
    const both = await Promise.all([1, 2].map(() => endpoint.judge(source(), signed(QUESTION))));
    expect(both).toEqual([{ kind: 'confirmed' }, { kind: 'confirmed' }]);
    expect(asked).toEqual([CERTIFICATE, LINK]);
  });

  it.each([
    ['of another host', 'https://evil.example/?Action=ConfirmSubscription&Token=t1'],
    ['of the metadata service', 'http://169.254.169.254/?Action=ConfirmSubscription'],
    ['that does something else', `${HOME}/?Action=Publish&TopicArn=${ARN}&Message=x`],
    ['that does two things', `${LINK}&Action=Publish`],
    ['of another topic', `${HOME}/?Action=ConfirmSubscription&TopicArn=${ARN}2&Token=t1`],
    ['with a user', LINK.replace('https://', 'https://u:p@')],
  ])('never by visiting a link %s, though it is signed', async (_what, SubscribeURL) => {
    const text = signed({ ...QUESTION, SubscribeURL });
    expect(await endpoint.judge(source(), text)).toMatchObject({ kind: 'refused', reason: 'forged' });
    expect(asked).toEqual([CERTIFICATE]);
  });

  it('is asked again when the visit fails', async () => {
    answer = (url) => {
      if (url.href === LINK) throw new Error('answered 500');
      return TOPIC_CERTIFICATE;
    };
    expect(await endpoint.judge(source(), signed(QUESTION))).toMatchObject({ kind: 'later' });
    answer = () => TOPIC_CERTIFICATE;
    expect(await endpoint.judge(source(), signed(QUESTION))).toEqual({ kind: 'confirmed' });
  });
});

describe('a certificate that cannot be had', () => {
  it.each([
    ['no certificate', () => 'hello'],
    ['no RSA', () => TEST_CERTIFICATE],
    ['an error', () => { throw new Error('no route'); }], // biome-ignore format: one line each
  ])('lets the message come again: %s', async (_what, broken) => {
    answer = broken;
    expect(await endpoint.judge(source(), signed(NOTICE))).toMatchObject({ kind: 'later' });
    answer = () => TOPIC_CERTIFICATE;
    // Not asked for again at once.
    expect(await endpoint.judge(source(), signed(NOTICE))).toMatchObject({ kind: 'later' });
    now += 31_000;
    expect(await endpoint.judge(source(), signed(NOTICE))).toMatchObject({ kind: 'notice' });
    expect(asked).toHaveLength(2);
  });

  it('is one whose time is over', async () => {
    now = Date.UTC(2200, 0, 1);
    expect(await endpoint.judge(source(), signed(NOTICE))).toMatchObject({ kind: 'later' });
  });

  it('does not let strangers make this server ask without end, nor push out the good one', async () => {
    await endpoint.judge(source(), signed(NOTICE));
    answer = () => 'hello';
    for (let number = 1000; number < 1060; number++) {
      const SigningCertURL = `${HOME}/SimpleNotificationService-0123456789abcdef${number}.pem`;
      await endpoint.judge(source(), signed({ ...NOTICE, SigningCertURL }));
      if (number % 20 === 0) now += 60_000;
    }
    expect(asked.length).toBeGreaterThan(35);
    expect(asked.length).toBeLessThanOrEqual(1 + 20 * 4);
    expect(await endpoint.judge(source(), signed(NOTICE))).toMatchObject({ kind: 'notice' });
    now += 600_000;
    asked = [];
    for (let number = 0; number < 30; number++) {
      const SigningCertURL = `${HOME}/SimpleNotificationService-fedcba98765432100${number}.pem`;
      await endpoint.judge(source(), signed({ ...NOTICE, SigningCertURL }));
    }
    expect(asked).toHaveLength(20);
  });
});
