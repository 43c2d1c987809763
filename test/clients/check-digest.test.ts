import { gzipSync } from 'node:zlib';
import { StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCheck } from '../../src/checks/index.ts';
import { cloudTrailOf, makeTrail, s3Of } from '../fault/house-keeping.ts';
import { describeWith, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const TRAIL = ['--mode=digest', '--trail-name=kept'];
let server: TestServer;
let watcher: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await TestServer.start({ flags: ['--digest-interval', '4s', '--delivery-interval', '500ms'] });
  for (const name of ['kept', 'other'])
    await makeTrail(server, name, name, { EnableLogFileValidation: true });
  const made = await server.opentrail('users', 'create', 'watcher', '--preset', 'monitoring');
  watcher = Object.fromEntries(
    [...made.matchAll(/^(AWS_\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]),
  );
});
afterAll(() => server?.dispose());

/** A check as the monitoring user of the guides, or as root. */
async function check(words: readonly string[], who: Readonly<Record<string, string>> = watcher) {
  const mode = words.some((word) => word.startsWith('--custommode')) ? [] : ['--custommode=paws'];
  const env = { PATH: server.env.PATH, PYENV_ROOT: server.env.PYENV_ROOT, HOME: server.folder, ...who };
  return await runCheck([...mode, `--endpoint=${server.url}`, '--region=us-east-1', ...words], {
    ...{ env, now: Date.now, command: [] },
  });
}

const countIn = (text: string, label: string) => Number(new RegExp(`'${label}'=(\\d+)`).exec(text)?.[1]);

async function keysOf(part: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3Of(server) }, { Bucket: 'kept' }))
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
  return keys.filter((key) => key.includes(part) && key.endsWith('.gz'));
}

/** Puts other bytes under the key, with the metadata that was there; answers with a way back. */
async function exchange(
  key: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<() => Promise<unknown>> {
  const s3 = s3Of(server);
  const place = { Bucket: 'kept', Key: key };
  const { Body, Metadata } = await s3.send(new GetObjectCommand(place));
  const bytes = await Body!.transformToByteArray();
  const put = (content: Uint8Array) =>
    s3.send(new PutObjectCommand({ ...place, Body: content, ...(Metadata && { Metadata }) }));
  await put(change(bytes));
  return () => put(bytes);
}

test('a chain that grows is valid, for the user that the guides make', async () => {
  const text = await until('three digests are checked', 120_000, async () => {
    const answer = await check(TRAIL);
    return countIn(answer.text, 'digests_checked') >= 3 && answer.text;
  });
  expect(text).toMatch(
    /^OK: Trail 'kept': newest digest \d+s ago, chain valid over the last 24h \(\d+ digests\) \| 'digest_age'=\d+s;0:9000;0:14400;0; 'digests_checked'=\d+;;;0; 'digests_invalid'=0;;;0;\n$/,
  );
});

test('all trails of the Region are looked at', async () => {
  const { text, exitCode } = await check(['--mode=digest', '--verbose']);
  expect(exitCode, text).toBe(0);
  expect(text).toMatch(/^OK: All 2 trails have new digests and valid chains \|/);
  expect(text).toMatch(/\nTrail 'other': newest digest \d+s ago, chain valid over the last 24h/);
});

test('log files are read when that is asked for', async () => {
  const text = await until('a listed log file is checked', 120_000, async () => {
    const answer = await check([...TRAIL, '--check-log-files'], server.env);
    return countIn(answer.text, 'log_files_checked') > 0 && answer.text;
  });
  expect(text).toMatch(
    /^OK: .*chain valid over the last 24h \(\d+ digests, \d+ log files?\) .*'log_files_invalid'=0;/,
  );
});

test('a user who may not read them is told so in one line', async () => {
  const { text, exitCode } = await check([...TRAIL, '--check-log-files']);
  expect(exitCode).toBe(3);
  expect(text).toMatch(
    /^UNKNOWN: Trail 'kept': its digests cannot be verified: cannot read s3:\/\/kept: [^\n]+ \(needed: s3:ListBucket and s3:GetObject\) \| 'digest_age'=/,
  );
});

describeWith('aws', works('aws', '--version'), 'through the AWS CLI', () => {
  test('the chain is valid, too', async () => {
    // Each digest is a run of the command: the last seven seconds have one or two.
    const { text } = await check([...TRAIL, '--custommode=awscli', '--chain-hours=0.002']);
    expect(text).toMatch(
      /^OK: Trail 'kept': newest digest \d+s ago, chain valid over the last 0.002h \(\d+ digests?\) \|.* 'digests_invalid'=0;;;0;\n$/,
    );
  });
});

/** The trail stands still from here on. */
test('tampering turns it CRITICAL, and putting things back well again', async () => {
  await cloudTrailOf(server).send(new StopLoggingCommand({ Name: 'kept' }));
  const digests = await until('the last digest has come', 120_000, async () => {
    const before = await keysOf('/CloudTrail-Digest/us-east-1/');
    const { text } = await check(TRAIL);
    const after = await keysOf('/CloudTrail-Digest/us-east-1/');
    return (
      before.length === after.length && countIn(text, 'digests_checked') === after.length && after.sort()
    );
  });
  const victim = digests.at(-2)!;

  const restore = await exchange(victim, () => gzipSync('{"logFiles":[]}'));
  const changed = await check([...TRAIL, '--verbose']);
  expect(changed.exitCode).toBe(2);
  expect(changed.text).toMatch(
    /^CRITICAL: Trail 'kept': 1 of \d+ digests invalid, first the digest of 20\S+Z: invalid format \(s3:\/\/kept\/AWSLogs\//,
  );
  expect(changed.text).toContain(`invalid format (s3://kept/${victim})\n`);
  await restore();
  expect((await check(TRAIL)).exitCode).toBe(0);

  const [log] = await keysOf('/CloudTrail/us-east-1/');
  const restoreLog = await exchange(log!, () => gzipSync('{"Records":[]}'));
  expect((await check([...TRAIL, '--check-log-files'], server.env)).text).toMatch(
    /^CRITICAL: Trail 'kept': 1 of \d+ log files? invalid, first the log file of the digest of 20\S+Z: hash value doesn't match \(s3:\/\/kept\/AWSLogs\/.*'log_files_invalid'=1;;;0;\n$/,
  );
  await restoreLog();

  await s3Of(server).send(new DeleteObjectCommand({ Bucket: 'kept', Key: victim }));
  const gone = await check(TRAIL);
  expect(gone.exitCode).toBe(2);
  expect(gone.text).toMatch(
    /^CRITICAL: Trail 'kept': 1 of \d+ digests invalid, .*: not found .*'digests_invalid'=1;;;0;\n$/,
  );
});
