import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../clients/programs.ts';
import { TestServer } from '../clients/server.ts';
import { until } from '../clients/until.ts';
import { apiOf, makeTrail } from './house-keeping.ts';
import { doubles, idsInFiles, idsInHistory, type Load, missing, startLoad } from './load.ts';
import { makeSmallDisk, type SmallDisk } from './small-disk.ts';

const MB = 1_000_000;
const DISK = 400 * MB;
const RESERVE = 100 * MB;
const ROUNDS = Number(process.env.OPENTRAIL_TEST_ROUNDS ?? 3);

const trial = makeSmallDisk(MB);
trial?.remove();

describeWith('mount as root', trial !== undefined, 'a small disk', () => {
  let disk: SmallDisk;
  let server: TestServer;
  let load: Load | undefined;

  beforeEach(async () => {
    disk = makeSmallDisk(DISK)!;
    server = await TestServer.start({
      flags: ['--delivery-interval', '500ms', '--min-free-disk', `${RESERVE / MB}MB`],
    });
    await server.restart({ dataDir: join(disk.path, 'data') });
    await makeTrail(server, 'logs');
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') console.log(server.output.slice(-6_000));
    await load?.stop();
    await server.dispose();
    disk.remove();
  });

  const ready = async () => {
    const answer = await fetch(`${server.url}/ready`);
    return { status: answer.status, body: (await answer.json()) as { reason?: string } };
  };

  /** Everything acknowledged is in files and history, once. */
  async function expectAll(acknowledged: ReadonlySet<string>): Promise<void> {
    await apiOf(server).call('/v1/flush', {});
    const files = await idsInFiles(server, 'logs');
    expect(doubles(files), 'twice in the files').toEqual([]);
    expect(missing(acknowledged, files), 'lost in the files').toEqual([]);
    const history = await idsInHistory(server);
    expect(doubles(history), 'twice in the history').toEqual([]);
    expect(missing(acknowledged, history), 'lost in the history').toEqual([]);
  }

  it('refuses events before it is full, says why, and goes on once there is space', {
    timeout: 120_000,
  }, async () => {
    load = startLoad(server, 2);
    await until('events come in', 20_000, () => load!.acknowledged.size > 100);
    disk.fill(RESERVE - 10 * MB);
    await until('events are refused', 10_000, () => load!.refusals() > 10);
    expect(disk.freeBytes()).toBeGreaterThan(RESERVE / 2);
    const refused = await ready();
    expect(refused.status).toBe(503);
    expect(refused.body.reason).toMatch(
      /^the disk of the data directory has \d+ MB left, less than --min-free-disk$/,
    );
    const held = load.acknowledged.size;
    await setTimeout(300);
    expect(load.acknowledged.size, 'taken while refusing').toBe(held);
    disk.empty();
    await until('events come in again', 10_000, () => load!.acknowledged.size > held + 100);
    expect((await ready()).status).toBe(200);
    await load.stop();
    await expectAll(load.acknowledged);
  });

  it('loses and doubles nothing when others fill it to the last byte', {
    timeout: 120_000 + ROUNDS * 20_000,
  }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      load = startLoad(server, 3, 3_000);
      await until('events come in', 20_000, () => load!.acknowledged.size > 200);
      disk.fill(0);
      expect(disk.freeBytes()).toBeLessThan(64 * 1024);
      await setTimeout(2_500);
      const isUp = await fetch(`${server.url}/health`).then(
        (answer) => answer.ok,
        () => false,
      );
      await load.stop();
      const { acknowledged } = load;
      // The hardest: the machine also loses power now.
      if (round % 3 === 1) await server.kill9();
      disk.empty();
      console.log(
        `full disk, round ${round}: ${acknowledged.size} acknowledged, server ${isUp ? 'went on' : 'stopped'}`,
      );
      if (round % 3 === 1 || !isUp) await server.restart();
      await until('the server is ready', 10_000, async () => (await ready()).status === 200);
      await expectAll(acknowledged);
    }
  });
});
