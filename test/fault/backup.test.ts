import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ListTrailsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestServer } from '../clients/server.ts';
import { fillRooms } from './full-rooms.ts';
import { apiOf, cloudTrailOf, makeTrail, runFsck, s3Of } from './house-keeping.ts';
import { doubles, eventLine, idsInFiles, idsInHistory, type Load, missing, startLoad } from './load.ts';

// Reading back every log file of seconds of load takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ flags: ['--delivery-interval', '300ms'] });
});
afterAll(() => server?.dispose());

/** Puts and deletes objects of 20 kB, which are files of their own, as fast as it can. */
function startChurn(bucket: string): { stop(): Promise<void> } {
  const s3 = s3Of(server);
  let stopped = false;
  const running = (async () => {
    for (let n = 0; !stopped; n++) {
      const Key = `churn/${n % 40}`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Buffer.alloc(20_000, n) }));
      if (n % 3 === 0) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

/** Reads every object of a bucket whole; answers how many there are. */
async function readAll(bucket: string): Promise<number> {
  const s3 = s3Of(server);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  for (const { Key, Size } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    expect((await Body!.transformToByteArray()).length, Key).toBe(Size);
  }
  return Contents.length;
}

it('takes a backup of a server that has nothing yet', async () => {
  const directory = join(server.folder, 'first-backup');
  await server.opentrail('backup', directory);
  expect(existsSync(join(directory, 'backup.json'))).toBe(true);
});

describe('a backup of a server under load', () => {
  const directory = () => join(server.folder, 'backup');
  const original = () => join(server.folder, 'data');
  let load: Load;
  let before: readonly string[];
  let after: ReadonlySet<string>;
  let userKeys: string;

  it('is written while events, deliveries and deletions go on', { timeout: 120_000 }, async () => {
    await makeTrail(server, 'logs');
    await fillRooms(server, 'logs');
    await s3Of(server).send(new CreateBucketCommand({ Bucket: 'things' }));
    userKeys = await server.opentrail('users', 'create', 'alice', '--preset', 'auditor');
    load = startLoad(server, 3);
    const churn = startChurn('things');
    await setTimeout(3_000);
    before = [...load.acknowledged];
    const said = await server.opentrail('backup', directory());
    const count = load.acknowledged.size - before.length;
    await setTimeout(500);
    await churn.stop();
    await load.stop();
    after = load.acknowledged;
    console.log(`${said.trim()}; ${before.length} events before it, ${count} during it`);
    expect(said).toMatch(/^wrote \d+ files, \d+ bytes/);
    expect(before.length).toBeGreaterThan(100);
    expect(
      existsSync(join(original(), 'store', 'shadow'))
        ? readdirSync(join(original(), 'store', 'shadow')).filter((name) => name.startsWith('opentrail'))
        : [],
    ).toEqual([]);
  });

  it('leaves the server whole: nothing lost, nothing twice', async () => {
    await apiOf(server).call('/v1/flush', {});
    const files = await idsInFiles(server, 'logs');
    expect(doubles(files)).toEqual([]);
    expect(missing(after, files)).toEqual([]);
    expect(missing(after, await idsInHistory(server))).toEqual([]);
  });

  it('agrees with itself, though every room was fed by another meanwhile', async () => {
    const restored = join(server.folder, 'restored');
    await server.opentrail('restore', directory(), '--data-dir', restored);
    const { status, stdout, stderr } = await runFsck(server, '--data-dir', restored);
    expect(stdout + stderr).toMatch(
      /and at [1-9]\d* log events, 1 metrics, [1-9]\d* queued messages, 1 rules/,
    );
    expect(status, stdout + stderr).toBe(0);
  });

  it('is restored into a server that has all that was acknowledged before it, once', {
    timeout: 120_000,
  }, async () => {
    const restored = join(server.folder, 'restored');
    await server.restart({ dataDir: restored });
    await apiOf(server).call('/v1/flush', {});
    const history = await idsInHistory(server);
    expect(doubles(history), 'twice in the history').toEqual([]);
    expect(missing(before, history), 'lost in the history').toEqual([]);
    const files = await idsInFiles(server, 'logs');
    expect(doubles(files), 'twice in the files').toEqual([]);
    expect(new Set(files), 'files and history differ').toEqual(new Set(history));
    console.log(`restored ${history.length} events, ${await readAll('things')} objects`);
    expect(await readAll('things')).toBeGreaterThan(5);
    const { Trails } = await cloudTrailOf(server).send(new ListTrailsCommand({}));
    expect(Trails?.map(({ Name }) => Name)).toEqual(['logs']);
    expect(await server.opentrail('users', 'list')).toContain('alice');
    expect(userKeys).toContain('alice');
  });

  it('goes on: a repeat of what the backup has is a duplicate, a new event is delivered once', async () => {
    const fresh = randomUUID();
    const answer = await apiOf(server).post(
      '/v1/events',
      [before[0]!, before.at(-1)!, fresh].map((id) => eventLine(id)).join('\n'),
    );
    expect(await answer.json()).toMatchObject({ accepted: 1, duplicate: 2 });
    await apiOf(server).call('/v1/flush', {});
    expect((await idsInFiles(server, 'logs')).filter((id) => id === fresh)).toEqual([fresh]);
    expect((await idsInHistory(server)).filter((id) => id === fresh)).toEqual([fresh]);
  });

  it('takes again what was sent after it: those events are not in it, nor is the memory of them', async () => {
    const history = new Set(await idsInHistory(server));
    const lost = [...after].filter((id) => !history.has(id)).slice(0, 500);
    expect(lost.length).toBeGreaterThan(0);
    const answer = await apiOf(server).post('/v1/events', lost.map((id) => eventLine(id)).join('\n'));
    expect(await answer.json()).toMatchObject({ accepted: lost.length, duplicate: 0 });
  });

  it('is not restored when a byte of it changed', async () => {
    const [damaged] = readdirSync(join(directory(), 'state')).map((name) => join(directory(), 'state', name));
    const bytes = readFileSync(damaged!);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(damaged!, bytes);
    const target = join(server.folder, 'never');
    const { status, stderr } = await server.runOpentrail('restore', directory(), '--data-dir', target);
    expect(status).not.toBe(0);
    expect(stderr).toContain('is damaged');
    expect(existsSync(target)).toBe(false);
  });

  it('is refused where it cannot be, and by those who may not', async () => {
    const inside = join(server.dataDir, 'backup');
    const full = join(server.folder, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'mine'), '');
    for (const [where, why] of [
      [inside, 'inside the data directory'],
      [full, 'not empty'],
      ['relative', 'absolute'],
    ] as const) {
      await expect(apiOf(server).call('/v1/backup', { directory: where })).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining(why),
      });
    }
    expect(existsSync(inside)).toBe(false);
    expect(readdirSync(full)).toEqual(['mine']);
    await expect(apiOf(server).call('/v1/backup', {})).rejects.toMatchObject({ status: 400 });
  });
});
