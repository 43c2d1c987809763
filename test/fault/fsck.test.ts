import { randomBytes, randomUUID } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { DeleteBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { type Database, type Key, open, type RootDatabase } from 'lmdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { fillRooms, waitForRooms } from './full-rooms.ts';
import { apiOf, cloudTrailOf, makeTrail, runFsck, s3Of } from './house-keeping.ts';
import { eventLine } from './load.ts';

const EVENTS = 60;

let server: TestServer;
/** The directory of a stopped server, to be copied and damaged. */
let whole: string;

interface Report {
  readonly isWhole: boolean;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly message: string;
  }[];
  readonly looked: Readonly<Record<string, number>>;
}

async function fsck(path: string, ...flags: readonly string[]): Promise<Report & { status: number | null }> {
  const { status, stdout, stderr } = await runFsck(server, '--json', '--data-dir', path, ...flags);
  if (stdout === '') throw new Error(`fsck ended with ${status}: ${stderr}`);
  return { ...(JSON.parse(stdout) as Report), status };
}

async function send(): Promise<void> {
  const lines = Array.from({ length: EVENTS }, () => eventLine(randomUUID(), 'fsck.example.com'));
  await apiOf(server).post('/v1/events', lines.join('\n'));
}

/** A logging trail with digests; and one whose bucket is gone, so that the journal has to keep what it is owed. */
beforeAll(async () => {
  server = await TestServer.start({ flags: ['--delivery-interval', '200ms', '--digest-interval', '2s'] });
  await makeTrail(server, 'fsck-logs');
  await cloudTrailOf(server).send(
    new UpdateTrailCommand({ Name: 'fsck-logs', EnableLogFileValidation: true }),
  );
  await fillRooms(server, 'fsck-logs');
  await makeTrail(server, 'fsck-gone');
  const { Contents = [] } = await s3Of(server).send(new ListObjectsV2Command({ Bucket: 'fsck-gone' }));
  for (const { Key } of Contents) await server.aws.text('s3', 'rm', `s3://fsck-gone/${Key}`);
  await s3Of(server)
    .send(new DeleteBucketCommand({ Bucket: 'fsck-gone' }))
    .catch(() => server.aws.text('s3', 'rb', '--force', 's3://fsck-gone'));
  await s3Of(server).send(
    new PutObjectCommand({ Bucket: 'fsck-logs', Key: 'large', Body: Buffer.alloc(100_000, 'x') }),
  );
  await send();
  await until('some digests', 30_000, async () => {
    const { Contents: all = [] } = await s3Of(server).send(new ListObjectsV2Command({ Bucket: 'fsck-logs' }));
    return all.filter(({ Key }) => Key!.includes('CloudTrail-Digest/us-east-1/')).length >= 3;
  });
  // Windows of an hour from here on: what is delivered now waits for its digest.
  await server.restart({ flags: ['--digest-interval', '1h'] });
  await send();
  await apiOf(server).call('/v1/flush', {});
  await waitForRooms(server);
  await server.stop();
  whole = server.dataDir;
}, 180_000);
afterAll(() => server?.dispose());

function copy(): string {
  const path = join(server.folder, `copy-${randomUUID().slice(0, 8)}`);
  cpSync(whole, path, { recursive: true, filter: (source) => !source.endsWith('.sock') });
  return path;
}

const binaryKeys = { keyEncoding: 'binary', encoding: 'json' } as const;

/** Opens one of the tables of the object store, and answers what `change` does with it. */
async function withIndex(
  path: string,
  change: (tables: {
    objects: Database<StoredObject, Buffer>;
    live: Database<number, string>;
    buckets: Database<object, string>;
  }) => Promise<unknown>,
): Promise<void> {
  const root = open({ path: join(path, 'objects', 'index'), noSubdir: false, maxDbs: 8 });
  await change({
    objects: root.openDB({ name: 'objects', ...binaryKeys }),
    live: root.openDB({ name: 'live', encoding: 'json' }),
    buckets: root.openDB({ name: 'buckets', encoding: 'json' }),
  });
  await root.flushed;
  await root.close();
}

interface StoredObject {
  readonly etag: string;
  readonly size: number;
  readonly headers: { readonly metadata?: Readonly<Record<string, string>> };
  readonly segments: readonly { readonly id: string; readonly inline?: true }[];
}

async function withState(
  path: string,
  change: (db: Database<{ version: number; value: Record<string, unknown> }, string>) => Promise<unknown>,
): Promise<void> {
  const db = open<{ version: number; value: Record<string, unknown> }, string>({
    path: join(path, 'state'),
    encoding: 'json',
    noSubdir: false,
  });
  await change(db);
  await db.flushed;
  await db.close();
}

type Tables = (name: string) => Database<unknown, Key>;

/** Opens the tables of a room. */
async function withTables(
  path: string,
  room: string,
  change: (table: Tables, root: RootDatabase<unknown, string>) => Promise<unknown>,
): Promise<void> {
  const root = open<unknown, string>({
    path: join(path, room),
    encoding: 'json',
    noSubdir: false,
    maxDbs: 32,
  });
  await change((name) => root.openDB<unknown, Key>({ name, encoding: 'json' }), root);
  await root.flushed;
  await root.close();
}

/** Sets all values of a table, which has some. */
async function put(table: Database<unknown, Key>, value: unknown): Promise<void> {
  const keys = [...table.getKeys({})];
  if (keys.length === 0) throw new Error('the table is empty');
  for (const key of keys) await table.put(key, value);
}

async function removeFirst(table: Database<unknown, Key>, part = ''): Promise<void> {
  const key = [...table.getKeys({})].find((one) => JSON.stringify(one).includes(part));
  if (key === undefined) throw new Error('there is nothing to remove');
  await table.remove(key);
}

/** Objects of the trail's bucket by a part of their keys. */
function objectsWith(objects: Database<StoredObject, Buffer>, part: string) {
  const found = [...objects.getRange({})].filter(({ key }) => key.includes(part));
  if (found.length === 0) throw new Error(`no object with ${part} in its key`);
  return found.map(({ key, value }) => ({ key: Buffer.from(key), value }));
}

function dataFiles(path: string): string[] {
  const data = join(path, 'objects', 'data');
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
}

/** The delivery state of the trail that has digests, or of the other. */
async function changeDelivery(
  path: string,
  hasDigests: boolean,
  change: (value: Record<string, never>) => object,
): Promise<void> {
  await withState(path, async (db) => {
    for (const { key, value } of [...db.getRange({ start: 'delivery/trail/', end: 'delivery/trail0' })]) {
      if ('digest' in value.value !== hasDigests) continue;
      await db.put(key, {
        ...value,
        value: { ...value.value, ...change(value.value as Record<string, never>) },
      });
      return;
    }
    throw new Error('no such delivery');
  });
}

interface Pending {
  readonly digest: {
    readonly sessions: readonly {
      readonly chains: readonly { readonly files: readonly { readonly key: string }[] }[];
    }[];
  };
}

/** Key of a log file that waits for its digest. */
async function pendingKey(path: string): Promise<string> {
  let key: string | undefined;
  await changeDelivery(path, true, (value) => {
    const { digest } = value as unknown as Pending;
    key = digest.sessions.flatMap(({ chains }) => chains.flatMap(({ files }) => files))[0]?.key;
    return {};
  });
  if (key === undefined) throw new Error('no log file waits for its digest');
  return key;
}

const DAMAGE: readonly [
  what: string,
  codes: readonly string[],
  flags: readonly string[],
  damage: (path: string) => unknown,
][] = [
  ['a data file is gone', ['data-file-missing'], [], (path) => rmSync(dataFiles(path)[0]!)],
  ['a data file is cut', ['data-file-size'], [], (path) => truncateSync(dataFiles(path)[0]!, 100)],
  [
    'a byte of a data file is another',
    ['object-bytes'],
    ['--deep'],
    (path) => {
      const [file = ''] = dataFiles(path);
      const bytes = readFileSync(file);
      bytes[200]! ^= 1;
      writeFileSync(file, bytes);
    },
  ],
  [
    'the index does not protect a data file',
    ['data-file-unprotected'],
    [],
    (path) =>
      withIndex(path, async ({ live }) => {
        for (const key of [...live.getKeys({})]) await live.remove(key);
      }),
  ],
  [
    'a delivered log file is gone before its digest',
    ['delivered-missing'],
    [],
    async (path) => {
      const pending = await pendingKey(path);
      await withIndex(path, async ({ objects }) => objects.remove(objectsWith(objects, pending)[0]!.key));
    },
  ],
  [
    'a delivered log file is another one before its digest',
    ['delivered-changed'],
    [],
    async (path) => {
      const pending = await pendingKey(path);
      await withIndex(path, async ({ objects }) => {
        const [target] = objectsWith(objects, pending);
        const other = objectsWith(objects, 'CloudTrail/us-east-1').find(
          ({ value }) => value.etag !== target!.value.etag,
        );
        await objects.put(target!.key, other!.value);
      });
    },
  ],
  [
    'the newest digest has lost its signature',
    ['delivered-changed'],
    [],
    (path) =>
      withIndex(path, async ({ objects }) => {
        for (const { key, value } of objectsWith(objects, 'CloudTrail-Digest/us-east-1/')) {
          await objects.put(key, { ...value, headers: {} });
        }
      }),
  ],
  [
    'a digest in the middle is gone',
    ['digest-invalid'],
    [],
    (path) =>
      withIndex(path, async ({ objects }) => {
        const digests = objectsWith(objects, 'CloudTrail-Digest/us-east-1/');
        await objects.remove(digests.at(-2)!.key);
      }),
  ],
  [
    'a bucket is gone from under its objects',
    ['object-without-bucket'],
    [],
    (path) => withIndex(path, async ({ buckets }) => buckets.remove('fsck-logs')),
  ],
  [
    'a value of the state is not what it was',
    ['state-unreadable'],
    [],
    (path) =>
      withState(path, async (db) => {
        const [trail = ''] = db.getKeys({ start: 'trails/', limit: 1 });
        const raw = open<Buffer, string>({ path: join(path, 'state'), encoding: 'binary', noSubdir: false });
        await raw.put(trail, Buffer.from('{"version":1,"val'));
        await raw.flushed;
        await raw.close();
      }),
  ],
  [
    'a trail is gone, its delivery is not',
    ['delivery-without-trail'],
    [],
    (path) =>
      withState(path, async (db) => {
        for (const key of [...db.getKeys({ start: 'trails/', end: 'trails0' })]) await db.remove(key);
      }),
  ],
  [
    'a cursor stands beyond the end of the journal',
    ['cursor-ahead'],
    [],
    (path) => changeDelivery(path, false, () => ({ cursor: { seq: 10_000_000, bytes: 10_000_000_000 } })),
  ],
  [
    'a cursor is of another journal',
    ['cursor-position'],
    [],
    (path) =>
      changeDelivery(path, false, (value) => ({
        cursor: { ...(value.cursor as unknown as object), bytes: 7 },
      })),
  ],
  [
    'log files were begun of events that the journal does not have',
    ['stage-lost'],
    [],
    (path) =>
      changeDelivery(path, false, () => ({
        stage: {
          from: { seq: 9_000_000, bytes: 1 },
          next: { seq: 9_000_010, bytes: 2 },
          bucket: 'b',
          slot: 0,
          spanFrom: 0,
          files: [],
        },
      })),
  ],
  [
    'a batch of the journal is gone',
    ['journal-gap'],
    [],
    async (path) => {
      const env = open({ path: join(path, 'journal'), encoding: 'binary', maxDbs: 32 });
      const batches = env.openDB<Buffer, number>({ name: 'batches', encoding: 'binary' });
      const keys = [...batches.getKeys({})];
      if (keys.length < 3) throw new Error(`only ${keys.length} batches`);
      await batches.remove(keys[1]!);
      await env.flushed;
      await env.close();
    },
  ],
  [
    'the event history was lost',
    ['history-missing'],
    [],
    (path) => rmSync(join(path, 'store'), { recursive: true }),
  ],
  [
    'the event history was lost, in one walk',
    ['history-missing'],
    ['--deep'],
    (path) => rmSync(join(path, 'store'), { recursive: true }),
  ],
];

describe('opentrail fsck', { timeout: 90_000 }, () => {
  it.each([[[]], [['--deep']]])('finds nothing in the directory of a stopped server %j', async (flags) => {
    const report = await fsck(copy(), ...flags);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ status: 0, isWhole: true });
    const { stateKeys, journalEvents, objects, pendingFiles, digests, historyEvents } = report.looked;
    expect(Math.min(stateKeys!, journalEvents!, objects!, pendingFiles!, historyEvents!)).toBeGreaterThan(0);
    expect(digests).toBeGreaterThan(2);
    const { logEvents, metrics, queuedMessages, eventRules } = report.looked;
    expect(Math.min(logEvents!, metrics!, queuedMessages!, eventRules!)).toBeGreaterThan(0);
  });

  it.each(DAMAGE)('says that %s', async (_, codes, flags, damage) => {
    const path = copy();
    await damage(path);
    const report = await fsck(path, ...flags);
    const said = JSON.stringify(report.findings, null, 1);
    for (const code of codes)
      expect(
        report.findings.map((one) => one.code),
        said,
      ).toContain(code);
    expect(report, said).toMatchObject({ status: 1, isWhole: false });
    rmSync(path, { recursive: true });
  });

  it('says which rooms are ahead of what they read, or have lost something, or send to nobody', async () => {
    const path = copy();
    await withTables(path, 'logs', (table) => put(table('marks'), 10_000_000));
    await withTables(path, 'event-bus', (_table, root) => root.put('journal', 10_000_000));
    await withTables(path, 'cloudwatch', (table) => put(table('marks'), 10_000_000));
    await withTables(path, 'queues', async (table) => {
      await removeFirst(table('due'));
      await removeFirst(table('queues'), 'dead');
    });
    const report = await fsck(path);
    const said = report.findings.map(({ severity, code }) => `${severity} ${code}`).sort();
    expect(new Set(said), JSON.stringify(report.findings, null, 1)).toEqual(
      new Set([
        'error event-bus-ahead',
        'error logs-ahead',
        'error metrics-ahead',
        'error queues-index',
        'warning target-missing',
      ]),
    );
    expect(report.findings.find(({ code }) => code === 'logs-ahead')?.message).toMatch(
      /^the log group of fsck-logs has events up to 10000000, but the journal ends at \d+/,
    );
    expect(report.findings.find(({ code }) => code === 'target-missing')?.message).toMatch(
      /:full sends to arn:aws:sqs:us-east-1:123456789012:dead, which does not exist here$/,
    );
    rmSync(path, { recursive: true });
  });

  it('says which file has damaged pages, and looks at the rest all the same', async () => {
    const path = copy();
    const file = (room: string) => join(path, room, 'data.mdb');
    truncateSync(file('event-bus'), statSync(file('event-bus')).size - 4_096);
    // Behind the two pages that say where all others are.
    const bytes = readFileSync(file('logs'));
    writeFileSync(file('logs'), bytes.fill(randomBytes(4_096), 2 * 4_096));
    const report = await fsck(path);
    expect(report.findings.map(({ code }) => code).sort()).toEqual(['event-bus-damaged', 'logs-damaged']);
    expect(report).toMatchObject({ status: 1, isWhole: false });
    expect(report.looked.queuedMessages).toBeGreaterThan(0);
    rmSync(path, { recursive: true });
  });

  it('notes what a crash left and the next start removes, and calls the directory whole', async () => {
    const path = copy();
    const id = randomUUID();
    writeFileSync(join(path, 'objects', 'data', id.slice(0, 2), id), 'left over');
    const report = await fsck(path);
    expect(report.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning data-file-orphan',
    ]);
    expect(report).toMatchObject({ status: 0, isWhole: true });
  });

  it('prints each finding with its repair', async () => {
    const path = copy();
    rmSync(dataFiles(path)[0]!);
    const { status, stdout } = await runFsck(server, '--data-dir', path);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ERROR: data-file-missing: s3:\/\/.*\n {2}repair: restore this object/m);
    expect(stdout).toMatch(/not agree\n$/);
  });

  it('refuses a folder that is no data directory, and one that a server uses', async () => {
    expect(await runFsck(server, '--data-dir', server.folder)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is not the data directory of an opentrail'),
    });
    await server.restart();
    expect(await runFsck(server, '--data-dir', server.dataDir)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('in use by another opentrail'),
    });
    await server.stop();
  });
});
