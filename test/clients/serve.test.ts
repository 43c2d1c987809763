import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTrailBucket } from './bucket.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '..', '..');

describe('opentrail serve', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('says in five lines how to connect', async () => {
    const said = await until('it has said five lines', 120_000, () => {
      const lines = server.output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
      return lines.length >= 5 && lines;
    });
    expect(said).toHaveLength(5);
    expect(said.join('\n')).toContain(server.url);
    expect(said.join('\n')).toContain('opentrail env');
  });

  test('keeps the root keys in a file that only its user can read', () => {
    expect(statSync(join(server.dataDir, 'root-credentials.json')).mode & 0o777).toBe(0o600);
    expect(server.output).not.toContain(server.env.AWS_SECRET_ACCESS_KEY);
  });

  test('writes the ready file with its URL and where the keys are', () => {
    const ready = JSON.parse(readFileSync(join(server.folder, 'ready.json'), 'utf8'));
    expect(ready).toMatchObject({ url: server.url });
    expect(existsSync(ready.credentialsFile)).toBe(true);
  });

  test('answers health, ready and metrics', async () => {
    const answers = await Promise.all(
      ['health', 'ready', 'metrics'].map((path) => fetch(`${server.url}/${path}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const metrics = (await answers[2]?.text()) ?? '';
    expect(metrics).toMatch(/^# TYPE opentrail_\w+ (counter|gauge|histogram)$/m);
  });

  test('refuses a second server on the same data directory, and the first goes on', async () => {
    const second = await server.runOpentrail('serve', '--data-dir', server.dataDir, '--port', '0');
    expect(second.status).not.toBe(0);
    expect(second.stderr).toMatch(/in use|already|another/);
    expect(second.stderr).not.toMatch(/^\s+at /m);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });

  test.each([
    [['--port', 'eighty'], /--port.*eighty|eighty.*--port/s],
    [['--limits', 'some'], /--limits/],
    [['--delivery-interval', '5'], /--delivery-interval/],
    [['--no-such-flag'], /--no-such-flag/],
  ])('says what is wrong with %j', async (flags, words) => {
    const outcome = await server.runOpentrail('serve', '--data-dir', join(server.folder, 'never'), ...flags);
    expect(outcome.status).not.toBe(0);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(server.folder, 'never'))).toBe(false);
  });

  test('refuses plain HTTP on an address that is not loopback, unless asked for by name', async () => {
    const flags = ['--data-dir', join(server.folder, 'open'), '--port', '0', '--host', '0.0.0.0'];
    const outcome = await server.runOpentrail('serve', ...flags);
    expect(outcome.status).not.toBe(0);
    expect(outcome.stderr).toContain('--allow-plain-http');
  });

  test('ends with 0 on SIGTERM, and knows its trails and keys after the next start', async () => {
    await makeTrailBucket(server.aws, 'kept-logs');
    await server.aws.json(...'cloudtrail create-trail --name kept --s3-bucket-name kept-logs'.split(' '));
    const { AWS_ACCESS_KEY_ID } = server.env;
    expect(await server.stop()).toBe(0);
    await server.restart();
    expect(server.env.AWS_ACCESS_KEY_ID).toBe(AWS_ACCESS_KEY_ID);
    const trails = await server.aws.json('cloudtrail', 'list-trails');
    expect(trails).toMatchObject({ Trails: [{ Name: 'kept' }] });
  });

  test('starts after a kill, and delivers what it had accepted', async () => {
    await server.aws.text(...'cloudtrail start-logging --name kept'.split(' '));
    await server.aws.json(...'iam create-user --user-name before-the-kill'.split(' '));
    await server.kill9();
    await server.restart();
    await server.opentrail('flush');
    const keys = await server.aws.json(
      ...'s3api list-objects-v2 --bucket kept-logs --prefix AWSLogs/'.split(' '),
    );
    const delivered = (keys.Contents as { Key: string }[]).filter(({ Key }) => Key.endsWith('.json.gz'));
    expect(delivered.length).toBeGreaterThan(0);
    const attribute = 'AttributeKey=ResourceName,AttributeValue=before-the-kill';
    const found = await until('the event is in the history', 120_000, async () => {
      const { Events } = await server.aws.json(
        'cloudtrail',
        'lookup-events',
        '--lookup-attributes',
        attribute,
      );
      return (Events as unknown[]).length > 0 && (Events as unknown[]);
    });
    expect(found).toHaveLength(1);
  });
});

describe('npm start', () => {
  test('passes flags on, serves on temporary data, and takes it away at the end', async () => {
    const server = await TestServer.start(); // for its folder, and a build that is there
    try {
      const ready = join(server.folder, 'started.json');
      const flags = ['--data-dir', 'temp', '--port', '0', '--ready-file', ready];
      // npm stands between: a signal to npm must reach the server.
      const child = spawn('npm', ['start', '--silent', '--', ...flags], { cwd: root, stdio: 'ignore' });
      const ended = once(child, 'exit');
      try {
        await until('npm start serves', 120_000, () => existsSync(ready));
        const { url, credentialsFile } = JSON.parse(readFileSync(ready, 'utf8'));
        expect((await fetch(`${url}/health`)).status).toBe(200);
        child.kill('SIGTERM');
        await ended;
        await until('the data is gone', 120_000, () => !existsSync(credentialsFile) && !existsSync(ready));
      } finally {
        child.kill('SIGKILL');
      }
    } finally {
      await server.dispose();
    }
  });
});
