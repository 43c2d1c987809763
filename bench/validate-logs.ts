/**
 * `npm run bench -- validate-logs [--files 1000,4000] [--records 400] [--rounds 1]`: one bucket on a small S3 server;
 * opentrail and the AWS CLI validate it one after the other. Then opentrail on a copy in a folder, beside a program that
 * does nothing but gunzip and SHA-256 on the same files, and beside what a shell does. Prints files a second,
 * ratios, and whether the findings agree.
 */
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { fingerprintOf, stringToSign } from '../src/digest/verify/index.ts';
import { generateEvents } from './generator.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const BUCKET = 'bench-trail';
const ARN = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/bench`;
const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const END_OF_KEYS = START + 60 * 24 * HOUR;
/** As a busy Region's trail delivers: one file every five minutes. */
const FILES_AN_HOUR = 12;

await main();

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      files: { type: 'string', default: '1000,4000' },
      records: { type: 'string', default: '400' },
      rounds: { type: 'string', default: '1' },
    },
  });
  for (const files of flags.files.split(',').map(Number)) {
    const folder = mkdtempSync(join(tmpdir(), 'opentrail-bench-'));
    try {
      const bucket = writeBucket(folder, files, Number(flags.records));
      console.log(
        `\n${files} log files of ${flags.records} records, ${(bucket.bytes / files / 1000).toFixed(0)} kB each before compression, ${availableParallelism()} cores`,
      );
      for (let round = 0; round < Number(flags.rounds); round++) await compare(folder, bucket);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

interface BenchBucket {
  readonly files: number;
  readonly logs: readonly string[];
  readonly bytes: number;
  readonly end: number;
  readonly keysFile: string;
}

async function compare(folder: string, bucket: BenchBucket): Promise<void> {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'serve-folder.js'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = await new Promise<string>((resolve) =>
      server.stdout.once('data', (text) => resolve(String(text).trim())),
    );
    const env = {
      ...plainEnvironment(),
      ...{ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'bench' },
      ...{ AWS_SECRET_ACCESS_KEY: 'bench', AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' },
    };
    const range = ['--start-time', iso(START), '--end-time', iso(bucket.end)];
    const common = ['validate-logs', '--trail-arn', ARN, ...range, '--s3-bucket', BUCKET];
    const command = join(import.meta.dirname, '..', '..', 'bin', 'opentrail.js');
    const ours = await time(process.execPath, [command, ...common], env);
    const theirs = await time('aws', ['cloudtrail', ...common, '--region', REGION], env);
    const local = [command, ...common, '--from', folder, '--public-keys', bucket.keysFile];
    const fromFolder = await time(process.execPath, local, env);
    const plainProgram = [join(import.meta.dirname, 'gunzip-and-hash.js'), join(folder, BUCKET)];
    const plain = await time(process.execPath, plainProgram, env);
    const started = Number(plain.output);
    const typed = await typedTime(join(folder, BUCKET), bucket.logs);
    const line = (name: string, seconds: number) =>
      console.log(
        `  ${name.padEnd(34)} ${seconds.toFixed(2)} s  ${(bucket.files / seconds).toFixed(0)} files/s`,
      );
    line('AWS CLI over S3', theirs.seconds);
    line('opentrail over S3', ours.seconds);
    line('opentrail from a folder', fromFolder.seconds);
    line('gunzip and SHA-256 alone', plain.seconds);
    line('  when it has started', started);
    line('xargs, gunzip and sha256sum', typed);
    const agree = theirs.output === ours.output ? 'the same findings' : 'DIFFERENT FINDINGS';
    console.log(
      `  ${(theirs.seconds / ours.seconds).toFixed(1)} times the AWS CLI over S3 (aim 6), ${agree}; ` +
        `${((100 * plain.seconds) / fromFolder.seconds).toFixed(0)} % of gunzip and SHA-256 alone (aim 85; ` +
        `${((100 * started) / fromFolder.seconds).toFixed(0)} % without the start of that program), ` +
        `${(typed / fromFolder.seconds).toFixed(1)} times what a shell does with them`,
    );
    if (theirs.output !== ours.output) console.log(theirs.output, ours.output);
  } finally {
    server.kill();
  }
}

/** Without certificates of this machine: nobody speaks TLS here, and Node reads all of them at each start. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _ours, AWS_CA_BUNDLE: _theirs, ...rest } = process.env;
  return rest;
}

async function time(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly seconds: number; readonly output: string }> {
  const begun = performance.now();
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`${program} ended with ${status}\n${output}`);
  return { seconds: (performance.now() - begun) / 1000, output };
}

/** What someone would type to do the same work: as many shells as cores, each file through two programs. */
async function typedTime(root: string, logs: readonly string[]): Promise<number> {
  const each = 'for file; do gunzip -c "$file" | sha256sum; done';
  const args = ['-P', String(availableParallelism()), '-n', '100', 'sh', '-c', each, 'sh'];
  const begun = performance.now();
  const child = spawn('xargs', args, { cwd: root, stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(logs.join('\n'));
  const status = await new Promise((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`xargs ended with ${status}`);
  return (performance.now() - begun) / 1000;
}

/** Writes a bucket as `FOLDER/BUCKET/KEY`, with each digest's metadata beside it. */
function writeBucket(folder: string, files: number, records: number): BenchBucket {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const value = publicKey.export({ format: 'der', type: 'pkcs1' }).toString('base64');
  const key = { privateKey, fingerprint: fingerprintOf(value) };
  const events = generateEvents({ eventsPerSecond: (records * FILES_AN_HOUR) / 3600 });
  const logs: string[] = [];
  let bytes = 0;
  let previous: WrittenDigest | null = null;
  let end = START;
  for (let hour = 0; logs.length < files; hour++) {
    end = START + (hour + 1) * HOUR;
    const listed: object[] = [];
    for (let slot = 0; slot < FILES_AN_HOUR && logs.length < files; slot++) {
      const lines = Array.from({ length: records }, () => events.next().value.raw.toString());
      const body = Buffer.from(`{"Records":[${lines.join(',')}]}`);
      const name = logKey(START + hour * HOUR + slot * 300_000);
      write(folder, name, gzipSync(body));
      listed.push({ s3Bucket: BUCKET, s3Object: name, hashValue: sha256(body), hashAlgorithm: 'SHA-256' });
      logs.push(name);
      bytes += body.length;
    }
    previous = writeDigest(folder, end, listed, previous, key);
  }
  const keysFile = join(folder, 'keys.json');
  const validity = { ValidityStartTime: START / 1000, ValidityEndTime: END_OF_KEYS / 1000 };
  const list = [{ Value: value, Fingerprint: key.fingerprint, ...validity }];
  writeFileSync(keysFile, JSON.stringify({ PublicKeyList: list }));
  return { files, logs, bytes, end, keysFile };
}

interface WrittenDigest {
  readonly key: string;
  readonly sha256: string;
  readonly signature: string;
}

function writeDigest(
  folder: string,
  end: number,
  logFiles: readonly object[],
  previous: WrittenDigest | null,
  signer: { readonly privateKey: KeyObject; readonly fingerprint: string },
): WrittenDigest {
  const key = `AWSLogs/${ACCOUNT}/CloudTrail-Digest/${REGION}/${day(end)}/${ACCOUNT}_CloudTrail-Digest_${REGION}_bench_${REGION}_${stamp(end)}.json.gz`;
  const body = Buffer.from(
    JSON.stringify({
      awsAccountId: ACCOUNT,
      digestStartTime: iso(end - HOUR),
      digestEndTime: iso(end),
      digestS3Bucket: BUCKET,
      digestS3Object: key,
      digestPublicKeyFingerprint: signer.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      previousDigestS3Bucket: previous && BUCKET,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.sha256 ?? null,
      previousDigestHashAlgorithm: previous && 'SHA-256',
      previousDigestSignature: previous?.signature ?? null,
      logFiles,
    }),
  );
  const previousSignature = previous?.signature ?? null;
  const place = { bucket: BUCKET, key, sha256: sha256(body), endTime: iso(end), previousSignature };
  const signature = sign('RSA-SHA256', Buffer.from(stringToSign(place)), signer.privateKey).toString('hex');
  write(folder, key, gzipSync(body));
  const metadata = { signature, 'signature-algorithm': 'SHA256withRSA' };
  write(folder, `${key}.metadata.json`, Buffer.from(JSON.stringify({ Metadata: metadata })));
  return { key, sha256: place.sha256, signature };
}

function write(folder: string, key: string, bytes: Buffer): void {
  const file = join(folder, BUCKET, key);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

function logKey(time: number): string {
  const unique = randomBytes(8).toString('hex');
  return `AWSLogs/${ACCOUNT}/CloudTrail/${REGION}/${day(time)}/${ACCOUNT}_CloudTrail_${REGION}_${stamp(time).slice(0, 13)}Z_${unique}.json.gz`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function stamp(time: number): string {
  return iso(time).replaceAll(/[-:]/g, '');
}

function day(time: number): string {
  return iso(time).slice(0, 10).replaceAll('-', '/');
}
