import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { NoAnswer } from '../../src/cli/api-client.ts';
import { TestServer } from '../clients/server.ts';
import { ACCOUNT, apiOf, makeTrail, readLogFiles, runFsck } from './house-keeping.ts';
import { idsInHistory } from './load.ts';
import { randomFrom, seedOf } from './random.ts';

const ROUNDS = Number(process.env.OPENTRAIL_TEST_ROUNDS ?? 20);
const SENDERS = 4;

let server: TestServer | undefined;
afterEach(() => server?.dispose());

function record(eventID: string): string {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: 'crash', accountId: ACCOUNT },
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    eventSource: 'crash.example.com',
    eventName: 'DoIt',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    requestParameters: { filler: 'x'.repeat(500) },
    responseElements: null,
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Management',
  });
}

/** Sends batches of new events until it is told to stop; a batch that got no answer is sent again, as clients do. */
async function send(
  running: () => TestServer | undefined,
  stopped: () => boolean,
  acknowledged: Set<string>,
): Promise<void> {
  let batch: string[] = [];
  while (!stopped()) {
    if (batch.length === 0)
      batch = Array.from({ length: 1 + Math.floor(Math.random() * 50) }, () => randomUUID());
    const target = running();
    if (!target) {
      await pause(20);
      continue;
    }
    try {
      await apiOf(target).post('/v1/events', batch.map(record).join('\n'));
      for (const id of batch) acknowledged.add(id);
      batch = [];
    } catch (error) {
      // The process died under the request: nobody knows whether it was taken.
      if (!(error instanceof NoAnswer) && (error as { status?: number }).status !== 503) throw error;
      await pause(20);
    }
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Children of a process: the engine of the event store is one. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

it(`loses and doubles no acknowledged event over ${ROUNDS} kills of the server and of its engine`, {
  timeout: 60_000 + ROUNDS * 15_000,
}, async () => {
  const seed = seedOf('kill');
  const random = randomFrom(seed);
  server = await TestServer.start({ flags: ['--delivery-interval', '1s'] });
  const house = server;
  await makeTrail(house, 'crash-logs');

  const acknowledged = new Set<string>();
  let up: TestServer | undefined = house;
  let stop = false;
  const senders = Array.from({ length: SENDERS }, () =>
    send(
      () => up,
      () => stop,
      acknowledged,
    ),
  );
  for (let round = 0; round < ROUNDS; round++) {
    await pause(100 + random() * 1_200);
    if (random() < 0.3) {
      for (const child of childrenOf(house.pid)) process.kill(child, 'SIGKILL');
      await pause(random() * 500);
    }
    up = undefined;
    await house.kill9();
    await house.restart();
    up = house;
  }
  await pause(500);
  stop = true;
  await Promise.all(senders);
  await apiOf(house).call('/v1/flush', {});

  const delivered = [...(await readLogFiles(house, 'crash-logs')).values()]
    .flat()
    .map((text) => JSON.parse(text) as { eventID: string; eventSource: string })
    .filter(({ eventSource }) => eventSource === 'crash.example.com')
    .map(({ eventID }) => eventID);
  const unique = new Set(delivered);
  expect(delivered.length - unique.size, `events twice in the files, seed ${seed}`).toBe(0);
  expect(
    [...acknowledged].filter((id) => !unique.has(id)),
    `lost in the files, seed ${seed}`,
  ).toEqual([]);

  const found = await idsInHistory(house, 'crash.example.com');
  expect(found.length - new Set(found).size, `events twice in the history, seed ${seed}`).toBe(0);
  expect(new Set(found), `history and files differ, seed ${seed}`).toEqual(unique);
  console.log(`kill: ${ROUNDS} rounds, ${acknowledged.size} acknowledged, ${unique.size} delivered`);
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * 10);

  await house.stop();
  const checked = await runFsck(house, '--data-dir', house.dataDir, '--deep');
  expect(checked.status, `fsck, seed ${seed}: ${checked.stdout}${checked.stderr}`).toBe(0);
});
