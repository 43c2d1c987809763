import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NOTICE_WAYS, noticeSetup } from './notice-setup.ts';

const SETUP = {
  id: '1247a17f-4d16-4c3f-9002-448752ca8029',
  name: 'prod',
  bucket: 'prod-trail',
  prefix: 'audit',
  region: 'cn-north-1',
  url: 'https://trail.example.com',
};

/** What the script calls, without calling it: one line for each command, its words in brackets. */
function callsOf(script: string): string[] {
  const fakes = `
    call() { printf '%s' "$1" >&2; shift; for word; do printf ' [%s]' "$word" >&2; done; echo >&2; echo answer; }
    aws() { case "$2" in get-caller-identity) echo 111122223333;; *) call aws "$@";; esac; }
    npx() { call npx "$@"; }
    curl() { call curl "$@"; }
    TOKEN=t0ken
  `;
  return execFileSync('sh', ['-c', `{ ${fakes}\n${script}\n} 2>&1 >/dev/null`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

it('sets a queue up that only this bucket may send to', () => {
  const [create = '', put = '', edit = ''] = callsOf(noticeSetup('sqs', SETUP));
  expect(create).toMatch(/^aws \[sqs\] \[create-queue\] \[--queue-name\] \[opentrail-prod\]/);
  const { Policy } = JSON.parse(/\[--attributes\] \[(.*?)\] \[--query\]/.exec(create)![1]!) as {
    Policy: string;
  };
  expect(JSON.parse(Policy)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: 'arn:aws-cn:sqs:cn-north-1:111122223333:opentrail-prod',
        Condition: {
          ArnLike: { 'aws:SourceArn': 'arn:aws-cn:s3:::prod-trail' },
          StringEquals: { 'aws:SourceAccount': '111122223333' },
        },
      },
    ],
  });
  expect(JSON.parse(/\[(\{.*\})\]$/.exec(put)![1]!)).toEqual({
    QueueConfigurations: [
      {
        QueueArn: 'arn:aws-cn:sqs:cn-north-1:111122223333:opentrail-prod',
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'audit/AWSLogs/' }] } },
      },
    ],
  });
  expect(edit).toBe('npx [opentrail] [sources] [edit] [prod] [--queue] [answer]');
});

it('subscribes this server to a topic when the source knows the topic', () => {
  const calls = callsOf(noticeSetup('sns', { ...SETUP, endpointUrl: 'http://127.0.0.1:4566' }));
  expect(calls.slice(-2)).toEqual([
    'npx [opentrail] [sources] [edit] [prod] [--topic] [answer] [--topic-endpoint] [http://127.0.0.1:4566]',
    `aws [sns] [subscribe] [--topic-arn] [answer] [--protocol] [https] [--notification-endpoint] [https://trail.example.com/v1/sources/${SETUP.id}/sns]`,
  ]);
});

it.each(NOTICE_WAYS)('writes shell in which nothing but the commands runs: %s', (way) => {
  const trap = join(tmpdir(), `opentrail-${randomUUID()}`);
  const name = `o'clock; $(touch ${trap})\ntouch ${trap} "x" \`touch ${trap}\``;
  const calls = callsOf(noticeSetup(way, { ...SETUP, name, prefix: "it's", bucket: 'b' }));
  expect(calls.join('\n')).toContain(way === 'function' ? "it's/AWSLogs/" : 'opentrail-o-clock-touch-');
  expect(existsSync(trap)).toBe(false);
});
