import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Manifest, readArchive, writeArchive } from '../../src/cli/evidence/archive-file.ts';
import { run as runCli } from '../../src/cli/main.ts';
import { apiOf, cloudTrailOf, makeTrail } from '../fault/house-keeping.ts';
import { eventLine } from '../fault/load.ts';
import { FakeAws } from './fake-aws.ts';
import { describeWith, type Outcome, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { HOUR, iso, SignedChain, SigningKey } from './signed-chain.ts';
import { until } from './until.ts';

const START = Date.UTC(2026, 10, 1, 10);

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

let folder: string;
let fake: FakeAws;
let chain: SignedChain;
let other: SignedChain;

async function evidence(...args: readonly string[]): Promise<Outcome> {
  const [out, err] = [new Text(), new Text()];
  const context = { env: fake.env, out, err, now: () => START + 9 * HOUR, sleep: async () => undefined };
  const status = await runCli(['evidence', ...args], context);
  return { status, stdout: out.text, stderr: err.text };
}

const place = (name: string) => join(folder, name);
const range = (from: number, to: number) => [
  '--start',
  iso(START + from * HOUR),
  '--end',
  iso(START + to * HOUR),
];
const exported = (name: string, ...args: readonly string[]) =>
  evidence('export', '--trail-arn', chain.arn, '--output', place(name), ...args);

/** Runs the archive's own script in a shell that finds no other programs than these. */
async function verifyScript(archive: string): Promise<Outcome> {
  const to = mkdtempSync(place('unpacked-'));
  execFileSync('tar', ['xzf', place(archive), '-C', to]);
  return await run('/bin/sh', [join(to, 'verify.sh')], { env: { PATH: place('bin') }, cwd: '/' });
}

async function filesOf(archive: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { name, bytes } of readArchive(place(archive))) files.set(name, Buffer.from(bytes));
  return files;
}

/** Writes an archive anew with sums that fit: a forger would do no less. */
async function forge(archive: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const writer = writeArchive(place(archive), START);
  const about = JSON.parse(files.get('manifest.json')!.toString()) as Manifest;
  for (const [name, bytes] of files) {
    if (name !== 'manifest.json' && name !== 'SHA256SUMS') await writer.add(name, bytes);
  }
  const { trailArn, question, records, logFiles, digests } = about;
  await writer.end({ trailArn, question, records, logFiles, digests });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  mkdirSync(place('bin'));
  for (const program of ['openssl', 'gzip', 'sha256sum']) {
    symlinkSync(execFileSync('which', [program], { encoding: 'utf8' }).trim(), place(`bin/${program}`));
  }
  fake = await FakeAws.start();
  const keys = [new SigningKey(), new SigningKey(Date.UTC(2026, 9, 28))];
  chain = new SignedChain('trail-logs', keys[0]!);
  chain.hours(START, 3).hours(START + 3 * HOUR, 3, 2, { key: keys[1]! });
  other = new SignedChain('trail-logs', keys[0]!, { region: 'eu-west-1' });
  for (const [name, objects] of chain.buckets) other.buckets.set(name, objects);
  other.hours(START, 6, 1);
  for (const [name, objects] of other.buckets) fake.buckets.set(name, objects);
  fake.setKeys(keys.map(({ wire }) => wire));
  fake.trails = [{ arn: chain.arn, bucket: 'trail-logs' }];
});

afterAll(async () => {
  await fake?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const eventIn = (one: SignedChain, log: number) => {
  const { Records } = JSON.parse(gunzipSync(one.get(one.logs[log]!).bytes).toString());
  return Records[1].eventID as string;
};

describeWith('openssl', works('openssl', 'version'), 'evidence export and verify', () => {
  test('one event: its record, its log file, the digest that lists it and the one before', async () => {
    const id = eventIn(chain, 2);
    const outcome = await exported('one.tar.gz', '--event-id', id, ...range(0, 6), '--region', 'us-east-1');
    expect(outcome).toMatchObject({ status: 0 });
    expect(outcome.stderr).toContain('1 records in 1 log files under 2 digests');
    const files = await filesOf('one.tar.gz');
    const log = gunzipSync(chain.get(chain.logs[2]!).bytes).toString();
    const record = files.get('records.ndjson')!.toString().trimEnd();
    expect(log).toContain(record);
    expect(record).toContain(id);
    expect([...files.keys()].filter((name) => /^digests.*gz$/.test(name))).toEqual([
      'digests/0001.json.gz',
      'digests/0002.json.gz',
    ]);
    expect(files.get('README.md')!.toString()).toContain(
      `aws cloudtrail list-public-keys --region us-east-1`,
    );
    const script = await verifyScript('one.tar.gz');
    expect(script, script.stdout + script.stderr).toMatchObject({ status: 0 });
    expect(script.stdout).toContain('VALID');
    expect(script.stderr).toBe('');
    const verified = await evidence('verify', place('one.tar.gz'));
    expect(verified, verified.stdout).toMatchObject({ status: 0 });
    expect(verified.stdout).toContain(chain.key.wire.Fingerprint);
  });

  test('a range: all Regions, two keys, every record of that time', async () => {
    expect(await exported('range.tar.gz', ...range(1, 5))).toMatchObject({ status: 0 });
    const script = await verifyScript('range.tar.gz');
    expect(script, script.stdout + script.stderr).toMatchObject({ status: 0 });
    const verified = await evidence('verify', '--json', place('range.tar.gz'));
    const verdict = JSON.parse(verified.stdout);
    expect(verdict).toMatchObject({ valid: true, problems: [], notes: [] });
    expect(verdict.keys).toHaveLength(2);
    const expected = [chain, other]
      .flatMap((one) => one.logs.map((key) => gunzipSync(one.get(key).bytes).toString()))
      .flatMap((text) => JSON.parse(text).Records as { eventTime: string }[])
      .filter(({ eventTime }) => eventTime >= iso(START + HOUR) && eventTime <= iso(START + 5 * HOUR));
    expect(expected.length).toBeGreaterThan(20);
    expect(verdict.records).toBe(expected.length);
  });

  test('pinned keys decide, not those of the archive', async () => {
    writeFileSync(place('pinned.json'), JSON.stringify({ PublicKeyList: fake.keys }));
    const verify = (keys: string) => evidence('verify', '--public-keys', place(keys), place('range.tar.gz'));
    expect(await verify('pinned.json')).toMatchObject({ status: 0 });
    writeFileSync(place('stranger.json'), JSON.stringify({ PublicKeyList: [new SigningKey().wire] }));
    const refused = await verify('stranger.json');
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain('is not trusted');
  });

  describe('a changed archive, with sums made to fit', () => {
    const repack = (bytes: Buffer, change: (text: string) => string) =>
      gzipSync(change(gunzipSync(bytes).toString()));
    type Files = Map<string, Buffer>;
    const edit = (name: string, change: (bytes: Buffer) => Buffer | string) => (files: Files) =>
      void files.set(name, Buffer.from(change(files.get(name)!) as Buffer));
    const FORGERIES: readonly [string, (files: Files) => void][] = [
      ['a record', edit('records.ndjson', (bytes) => bytes.toString().replace('GetObject', 'PutObject'))],
      ['a record more', edit('records.ndjson', (bytes) => `${bytes}${bytes.toString().split('\n')[0]}\n`)],
      ['a record less', edit('records.ndjson', (bytes) => bytes.toString().replace(/^.*\n/, ''))],
      [
        'a log file',
        edit('logs/0001.json.gz', (bytes) => repack(bytes, (text) => text.replace('GetObject', 'PutObject'))),
      ],
      [
        'a log file and its record',
        (files) => {
          const swap = (text: string) => text.replaceAll('GetObject', 'PutObject');
          edit('logs/0001.json.gz', (bytes) => repack(bytes, swap))(files);
          edit('records.ndjson', (bytes) => swap(bytes.toString()))(files);
        },
      ],
      [
        'a log file, its record and the hash in the digest',
        (files) => {
          const before = files.get('logs/0001.json.gz')!;
          const after = repack(before, (text) => text.replaceAll('GetObject', 'PutObject'));
          const sum = (bytes: Buffer) =>
            execFileSync('sha256sum', { input: gunzipSync(bytes), encoding: 'utf8' }).slice(0, 64);
          files.set('logs/0001.json.gz', after);
          edit('records.ndjson', (bytes) => bytes.toString().replaceAll('GetObject', 'PutObject'))(files);
          for (const name of [...files.keys()].filter((key) => /^digests.*gz$/.test(key))) {
            edit(name, (bytes) => repack(bytes, (text) => text.replace(sum(before), sum(after))))(files);
          }
        },
      ],
      ['a cut log file', edit('logs/0001.json.gz', (bytes) => bytes.subarray(0, bytes.length - 20))],
      ['a log file gone', (files) => void files.delete('logs/0001.json.gz')],
      [
        'a digest',
        edit('digests/0002.json.gz', (bytes) => repack(bytes, (text) => text.replace('T11', 'T12'))),
      ],
      [
        'a signature',
        edit('digests/0002.sig', (bytes) =>
          Buffer.from(bytes.map((byte, at) => (at === 9 ? byte ^ 1 : byte))),
        ),
      ],
      ['no signature', edit('digests/0002.sig', () => '')],
      [
        'another key under the same name',
        (files) => {
          const [name] = [...files.keys()].filter((key) => key.endsWith('.pem'));
          const der = Buffer.from(new SigningKey().wire.Value, 'base64');
          files.set(
            name!,
            execFileSync('openssl', ['rsa', '-RSAPublicKey_in', '-inform', 'DER', '-pubout'], {
              input: der,
              stdio: ['pipe', 'pipe', 'ignore'],
            }),
          );
        },
      ],
      [
        'no key',
        (files) =>
          void [...files.keys()].filter((key) => key.endsWith('.pem')).map((key) => files.delete(key)),
      ],
      [
        'a digest of the middle gone',
        (files) => {
          for (const kind of ['json.gz', 'sig', 'hex']) files.delete(`digests/0003.${kind}`);
          edit('chain.txt', (bytes) =>
            bytes.toString().replace('0003 0002\n', '').replace('0004 0003', '0004 0002'),
          )(files);
        },
      ],
      [
        'nothing in it',
        (files) =>
          void ['chain.txt', 'logs.txt', 'records.txt', 'records.ndjson'].map((name) =>
            files.set(name, Buffer.alloc(0)),
          ),
      ],
    ];

    beforeAll(async () => {
      await exported('genuine.tar.gz', ...range(1, 5), '--region', 'us-east-1');
      await forge('again.tar.gz', await filesOf('genuine.tar.gz'));
    });

    test('written anew unchanged it is valid: the forger of these tests is not what is found out', async () => {
      expect(await verifyScript('again.tar.gz')).toMatchObject({ status: 0 });
      expect(await evidence('verify', place('again.tar.gz'))).toMatchObject({ status: 0 });
    });

    test.each(FORGERIES)('%s', async (name, change) => {
      const files = await filesOf('genuine.tar.gz');
      change(files);
      const archive = `${name.replaceAll(/\W+/g, '-')}.tar.gz`;
      await forge(archive, files);
      const script = await verifyScript(archive);
      expect(script, script.stdout).toMatchObject({ status: 1 });
      expect(script.stdout).toContain('INVALID');
      const verified = await evidence('verify', place(archive));
      expect(verified, verified.stdout).toMatchObject({ status: 1 });
      expect(verified.stdout).toContain('INVALID');
    });
  });

  test('a byte flipped anywhere in the archive is found', async () => {
    const bytes = readFileSync(place('one.tar.gz'));
    for (let at = 20; at < bytes.length; at += Math.ceil(bytes.length / 40)) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 0x10;
      writeFileSync(place('flipped.tar.gz'), flipped);
      const { status, stderr, stdout } = await evidence('verify', place('flipped.tar.gz'));
      expect(status, `byte ${at}: ${stdout}${stderr}`).toBe(1);
    }
  });

  test('verify.sh replaced by one that says yes is noted', async () => {
    const files = await filesOf('genuine.tar.gz');
    files.set('verify.sh', Buffer.from('#!/bin/sh\necho VALID\n'));
    await forge('yes.tar.gz', files);
    expect((await evidence('verify', place('yes.tar.gz'))).stdout).toContain('verify.sh is not the script');
  });

  test.each([
    [
      'no event of that id',
      ['--event-id', 'nosuch', '--start', '2026-11-01', '--end', 'now'],
      'no signed digest',
    ],
    ['a time without events', ['--start', '2026-10-01', '--end', '2026-10-02'], 'no signed digest'],
    ['neither id nor time', [], '--event-id is needed'],
    ['an end before the start', ['--start', 'now', '--end', '-1h'], '--start is after --end'],
  ])('refuses to export: %s', async (_, args, words) => {
    const outcome = await exported('none.tar.gz', ...args);
    expect(outcome.status).toBeGreaterThan(0);
    expect(outcome.stderr).toContain(words);
    expect(() => readFileSync(place('none.tar.gz'))).toThrow();
  });

  test('exports nothing when the bucket was tampered with', async () => {
    const [key] = chain.logs;
    const genuine = chain.get(key!);
    chain.put(key!, gzipSync('{"Records":[]}'));
    const outcome = await exported('bad.tar.gz', ...range(0, 6), '--region', 'us-east-1');
    chain.put(key!, genuine.bytes);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain('is not what its digest lists');
    const digest = chain.digests[2]!;
    const { bytes, metadata } = chain.get(digest.key);
    chain.put(digest.key, bytes, { ...metadata, signature: 'ab'.repeat(256) });
    const unsigned = await exported('bad.tar.gz', ...range(0, 6), '--region', 'us-east-1');
    chain.put(digest.key, bytes, metadata);
    expect(unsigned.status).toBe(1);
    expect(unsigned.stderr).toContain('is not signed by the key');
    expect(() => readFileSync(place('bad.tar.gz'))).toThrow();
    expect(() => readFileSync(place('bad.tar.gz.part'))).toThrow();
  });
});

describeWith('openssl', works('openssl', 'version'), 'evidence of a running server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start({ flags: ['--delivery-interval', '200ms', '--digest-interval', '2s'] });
    await makeTrail(server, 'proofs');
    const validation = { Name: 'proofs', EnableLogFileValidation: true };
    await cloudTrailOf(server).send(new UpdateTrailCommand(validation));
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('an event by its id alone: trail and time are asked of CloudTrail', async () => {
    const id = randomUUID();
    await apiOf(server).post('/v1/events', eventLine(id, 'evidence.example.com'));
    const archive = join(server.folder, 'case.tar.gz');
    let outcome: Outcome | undefined;
    await until('the digest of the event', 120_000, async () => {
      outcome = await server.runOpentrail('evidence', 'export', '--event-id', id, '--output', archive);
      return outcome.status === 0;
    });
    expect(outcome?.stderr).toContain('1 records in 1 log files');
    const keys = join(server.folder, 'keys.json');
    writeFileSync(keys, await server.opentrail('keys', 'export'));
    const verified = await server.runOpentrail('evidence', 'verify', archive, '--public-keys', keys);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ status: 0 });
    expect(verified.stdout).toContain('VALID: signed by keys that you trust');
    const to = mkdtempSync(join(server.folder, 'unpacked-'));
    execFileSync('tar', ['xzf', archive, '-C', to]);
    expect(await run('/bin/sh', [join(to, 'verify.sh')], { env: { PATH: place('bin') } })).toMatchObject({
      status: 0,
    });
    expect(readFileSync(join(to, 'records.ndjson'), 'utf8')).toContain(id);
  });
});
