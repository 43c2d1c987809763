import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Of } from '../fault/house-keeping.ts';
import { Aws } from './aws.ts';
import { FakeAws } from './fake-aws.ts';
import { describeWith, type Outcome, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { HOUR, iso, SignedChain } from './signed-chain.ts';
import { KEY, makeScene, START } from './tampering/index.ts';

const root = join(import.meta.dirname, '..', '..');
const command = join(root, 'bin', 'opentrail.js');
const range = ['--start-time', iso(START), '--end-time', iso(START + 5 * HOUR)];
let folder: string;
let fake: FakeAws;

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts', 'ready.js')], { stdio: 'inherit' });
  folder = mkdtempSync(join(tmpdir(), 'opentrail-validate-'));
  fake = await FakeAws.start();
});
afterAll(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The command as its own process, so that its threads are real. */
async function opentrail(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome> {
  return await run(process.execPath, [command, 'validate-logs', ...args], { env, cwd: folder });
}

/** Neither credentials nor an endpoint: a network is of no use. */
const offline = { PATH: process.env.PATH ?? '', HOME: '/nonexistent' };

/** Writes a chain's bucket as `aws s3 sync` would, with each digest's metadata beside it if wanted. */
function copyTo(name: string, chain: SignedChain, keepMetadata: (key: string) => boolean): string {
  const copy = join(folder, name);
  for (const [key, { bytes, metadata }] of chain.buckets.get(chain.bucket) ?? []) {
    const file = join(copy, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    if (metadata.signature && keepMetadata(key))
      writeFileSync(`${file}.metadata.json`, JSON.stringify({ ContentLength: 1, Metadata: metadata }));
  }
  return copy;
}

function keysFile(): string {
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ PublicKeyList: [KEY.wire] }));
  return file;
}

describeWith('the AWS CLI', works('aws', '--version'), 'with threads', () => {
  test('says the same in the same order as the AWS CLI, for log files by the dozen', async () => {
    const { chain } = makeScene(fake);
    const many = new SignedChain('many', KEY).hours(START, 5, 30);
    many.put(many.logs[70] ?? '', Buffer.from('no gzip'));
    many.delete(many.logs[100] ?? '');
    fake.buckets.set('many', many.buckets.get('many') ?? new Map());
    const args = ['--trail-arn', chain.arn, ...range, '--s3-bucket', 'many', '--verbose'];
    const theirs = await new Aws(fake.env).runProcess('cloudtrail', 'validate-logs', ...args);
    const ours = await opentrail(fake.env, ...args, '--jobs', '3');
    expect(theirs.status).toBe(1);
    expect(ours).toEqual(theirs);
  });
});

describe('a copy in a folder', () => {
  test('is verified offline with pinned keys, and the signatures that the digests hold themselves', async () => {
    const { chain, digest } = makeScene(fake);
    const copy = copyTo('offline', chain, (key) => key === digest(5).key);
    const args = ['--trail-arn', chain.arn, ...range, '--public-keys', keysFile(), '--output', 'json'];
    const { status, stdout, stderr } = await opentrail(offline, ...args, '--from', copy);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      trailArn: chain.arn,
      requested: { start: iso(START), end: iso(START + 5 * HOUR) },
      digests: { valid: 6, invalid: 0 },
      logFiles: { valid: 10, invalid: 0 },
      newestDigest: { object: `s3://${chain.bucket}/${digest(5).key}`, end: iso(START + 5 * HOUR) },
      results: [],
      findings: [],
      isValid: true,
    });
  });

  test('shows a changed log file, as JSON too', async () => {
    const { chain, log } = makeScene(fake);
    chain.put(log(3), Buffer.from('other'));
    const copy = copyTo('changed', chain, () => true);
    const args = ['--trail-arn', chain.arn, ...range, '--public-keys', keysFile(), '--output', 'json'];
    const { status, stdout } = await opentrail(offline, ...args, '--from', copy, '--s3-bucket', chain.bucket);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      results: [
        { kind: 'log', object: `s3://${chain.bucket}/${log(3)}`, status: 'invalid', reason: 'format' },
      ],
      isValid: false,
    });
  });

  test('is never left: not by keys that climb, nor by links, nor into pipes', async () => {
    const outside = join(folder, 'outside.gz');
    const chain = new SignedChain('trail-bucket', KEY).hours(START, 4);
    const link = chain.log(START + 4.5 * HOUR);
    const pipe = chain.log(START + 4.6 * HOUR);
    writeFileSync(outside, chain.get(link).bytes);
    const climbing = '../outside.gz';
    chain.put(climbing, chain.get(link).bytes);
    chain.digest(START + 5 * HOUR, { logs: [climbing, link, pipe] });
    chain.delete(climbing);
    const copy = copyTo('hostile', chain, () => true);
    rmSync(join(copy, link));
    symlinkSync(outside, join(copy, link));
    rmSync(join(copy, pipe));
    execFileSync('mkfifo', [join(copy, pipe)]);
    const args = ['--trail-arn', chain.arn, ...range, '--public-keys', keysFile(), '--from', copy];
    const { status, stderr } = await opentrail(offline, ...args);
    expect(status).toBe(1);
    expect(stderr.match(/Log file\t.*INVALID: not found/g)).toEqual(
      [climbing, link, pipe].map((key) => `Log file\ts3://trail-bucket/${key}\tINVALID: not found`),
    );
  });

  test('without any digest of the trail says how to go on', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const arn = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/none';
    const args = ['--trail-arn', arn, ...range, '--public-keys', keysFile(), '--from', empty];
    const { status, stderr } = await opentrail(offline, ...args);
    expect(status).toBe(255);
    expect(stderr).toBe(
      `opentrail: no digest of this trail was found in ${empty}; name its bucket with --s3-bucket\n`,
    );
  });
});

describe('what cannot be validated ends with 255, and one line', () => {
  const arn = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t';
  test.each([
    ['a wrong ARN', ['--trail-arn', 'x', ...range], /^opentrail: Invalid trail ARN provided: x\n$/],
    [
      'a time that is none',
      ['--trail-arn', arn, '--start-time', 'soon'],
      /: Unable to parse date value: soon\n$/,
    ],
    [
      'a time that ends before it begins',
      ['--trail-arn', arn, '--start-time', '2100-01-01'],
      /: Invalid time range specified: /,
    ],
    [
      'no such folder',
      ['--trail-arn', arn, ...range, '--from', '/nonexistent'],
      /: there is no folder \/nonexistent\n$/,
    ],
    [
      'no such file of keys',
      ['--trail-arn', arn, ...range, '--public-keys', '/nonexistent'],
      /: cannot read public keys from \/nonexistent: ENOENT/,
    ],
    ['a trail that is not there', ['--trail-arn', arn, ...range], /: A trail could not be found for arn:/],
    [
      'a bucket that is not there',
      ['--trail-arn', arn, ...range, '--s3-bucket', 'none'],
      /: An error occurred \(NoSuchBucket\) when calling the GetBucketLocation operation/,
    ],
  ])('%s', async (_, args, message) => {
    const { status, stderr } = await opentrail(fake.env, ...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(255);
  });
});

describe("opentrail's own S3", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(async () => {
    await server.dispose();
  });

  test('keeps a chain so that it is valid afterwards, and validate-logs finds the server by its data directory', async () => {
    const chain = new SignedChain('kept', KEY).hours(START, 5);
    const s3 = s3Of(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
    for (const [Key, { bytes: Body, metadata: Metadata }] of chain.buckets.get('kept') ?? [])
      await s3.send(new PutObjectCommand({ Bucket: 'kept', Key, Body, Metadata }));
    const args = ['--trail-arn', chain.arn, ...range, '--public-keys', keysFile(), '--from', 's3://kept'];
    const { status, stdout } = await opentrail(offline, ...args, '--data-dir', server.dataDir);
    expect(stdout).toContain('\n6/6 digest files valid\n10/10 log files valid\n');
    expect(status).toBe(0);
  });
});
