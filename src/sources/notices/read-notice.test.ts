import { describe, expect, it } from 'vitest';
import { logSource } from '../log-source.fixture.ts';
import { chooseFiles } from './choose-files.ts';
import { readNotice } from './read-notice.ts';

const KEY =
  'AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/10/111122223333_CloudTrail_eu-west-1_20260110T1005Z_a.json.gz';
const record = (key: string, more: object = {}) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: 'logs' }, object: { key, size: 7, eTag: 'abc', sequencer: '00' } },
  ...more,
});
const sns = (Message: string) => JSON.stringify({ Type: 'Notification', MessageId: 'm', Message });
const object = (key: string, size = 7, etag = 'abc') => ({ bucket: 'logs', key, size, etag });

describe('what a message tells', () => {
  it.each([
    ['an event message of S3', JSON.stringify({ Records: [record(KEY)] }), [object(KEY)]],
    [
      'a key in form encoding',
      JSON.stringify({ Records: [record('a+b%2Bc/%C3%A9%21.gz')] }),
      [object('a b+c/é!.gz')],
    ],
    ['several records', JSON.stringify({ Records: [record('a'), record('b')] }), [object('a'), object('b')]],
    ['the envelope of SNS', sns(JSON.stringify({ Records: [record(KEY)] })), [object(KEY)]],
    [
      "CloudTrail's notice, whose keys are as they are",
      JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: [KEY, 'a+b%20'] }),
      [object(KEY, -1, ''), object('a+b%20', -1, '')],
    ],
    [
      "CloudTrail's notice in the envelope",
      sns(JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: KEY })),
      [object(KEY, -1, '')],
    ],
    [
      "EventBridge's event",
      JSON.stringify({
        'detail-type': 'Object Created',
        source: 'aws.s3',
        detail: { bucket: { name: 'logs' }, object: { key: 'a+b%20', size: 7, etag: '"abc"' } },
      }),
      [object('a+b%20')],
    ],
  ])('%s', (_what, text, objects) => {
    expect(readNotice(text)).toEqual({ kind: 'objects', objects, others: 0 });
  });

  it.each([
    ['S3', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' })],
    ['S3 by SNS', sns(JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' }))],
    ['CloudTrail', 'CloudTrail validation message.'],
    ['CloudTrail by SNS', sns('CloudTrail validation message.')],
  ])('a test by %s', (_by, text) => {
    expect(readNotice(text)).toEqual({ kind: 'test' });
  });

  it('is nothing new when objects are removed or restored', () => {
    const removed = record(KEY, { eventName: 'ObjectRemoved:Delete' });
    expect(readNotice(JSON.stringify({ Records: [removed, record('a')] }))).toEqual({
      kind: 'objects',
      objects: [object('a')],
      others: 1,
    });
    const deleted = { 'detail-type': 'Object Deleted', source: 'aws.s3', detail: {} };
    expect(readNotice(JSON.stringify(deleted))).toEqual({ kind: 'objects', objects: [], others: 1 });
  });

  it.each([
    '',
    'hello',
    'null',
    '[]',
    '"x"',
    '{}',
    '{"Records":{}}',
    '{"Records":[null]}',
    '{"Records":[{"s3":{}}]}',
    '{"Records":[{"s3":{"bucket":{"name":"logs"},"object":{"key":"%ZZ"}}}]}',
    '{"Records":[{"s3":{"bucket":{"name":""},"object":{"key":"a"}}}]}',
    '{"s3Bucket":"logs"}',
    '{"s3Bucket":"logs","s3ObjectKey":["a",1]}',
    '{"s3Bucket":"logs","s3ObjectKey":[""]}',
    JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: ['k'.repeat(1025)] }),
    JSON.stringify({ s3Bucket: 'logs', s3ObjectKey: Array.from({ length: 1001 }, () => 'a') }),
    '{"detail-type":"Object Created","source":"mine"}',
    '{"detail-type":"Object Created","source":"aws.s3","detail":{}}',
    '{"Type":"SubscriptionConfirmation","Message":"x"}',
    sns('hello'),
    sns(sns(sns(sns(JSON.stringify({ Records: [] }))))),
    '{"__proto__":{"Records":[]}}',
  ])('is not understood: %s', (text) => {
    expect(readNotice(text)).toMatchObject({ kind: 'unreadable', why: expect.any(String) });
  });
});

describe('what of it a source fetches', () => {
  const connector = {
    ...logSource().connector,
    bucket: 'logs',
    prefix: 'audit',
    startDate: Date.UTC(2026, 0, 10, 12),
  };

  it.each([
    ['other bucket', { bucket: 'others', key: `audit/${KEY}` }],
    ['other prefix', { key: KEY }],
    ['other prefix', { key: `auditor/${KEY}` }],
    ['folder', { key: 'audit/AWSLogs/111122223333/CloudTrail/' }],
    ['digest', { key: `audit/${KEY.replaceAll('/CloudTrail/', '/CloudTrail-Digest/')}` }],
    ['other service', { key: 'audit/AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/01/10/x.gz' }],
    ['before the start date', { key: `audit/${KEY.replace('2026/01/10', '2026/01/09')}` }],
  ])('not: %s', (reason, given) => {
    const reasons: string[] = [];
    const files = chooseFiles({ connector }, [{ ...object(''), ...given }], (why) => reasons.push(why));
    expect([files, reasons]).toEqual([[], [reason]]);
  });

  it('but what lies in its bucket below its prefix', () => {
    const keys = [`audit/${KEY}`, 'audit/copies/some.json'];
    const files = chooseFiles(
      { connector },
      keys.map((key) => object(key)),
      expect.unreachable,
    );
    expect(files.map(({ key, size, etag, place }) => [key, size, etag, place?.region])).toEqual([
      [keys[0], 7, 'abc', 'eu-west-1'],
      [keys[1], 7, 'abc', undefined],
    ]);
  });
});
