import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sqs from '@aws-sdk/client-sqs';
import { type CallReport, createFrontDoor } from '../../aws/index.ts';
import type { AuthorizationRequest, Caller } from '../../identity/index.ts';
import { openQueues, type Queues } from '../../queues/index.ts';
import { createSqsService } from './index.ts';

/** The accounts whose root may call, by access key. */
const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['AKIAIOSFODNN7EXAMPLE', '111122223333'],
  ['AKIAI44QH8DHBEXAMPLE', '444455556666'],
]);

/** The sqs service behind a front door of its own, with AWS's client before it. */
export interface SqsHouse {
  readonly url: string;
  readonly queues: Queues;
  /** Root of 111122223333 in eu-west-1. */
  readonly client: sqs.SQSClient;
  /** Root of 444455556666. */
  readonly stranger: sqs.SQSClient;
  readonly asked: AuthorizationRequest[];
  readonly reports: CallReport[];
  /** Receives that have not been answered yet. */
  waiting: number;
  /** Milliseconds since the epoch, moved by tests. */
  now: number;
  /** Makes a queue and answers its URL. */
  newQueue(attributes?: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

/** Opens a house on a port and in a folder of its own. */
export async function openSqsHouse(): Promise<SqsHouse> {
  const path = await mkdtemp(join(tmpdir(), 'sqs-service-'));
  const now = () => house.now;
  const queues = openQueues({ path, now, maxBytes: 10_000_000 });
  const receive: Queues['receive'] = async (address, request) => {
    house.waiting++;
    return await queues.receive(address, request).finally(() => house.waiting--);
  };
  const authorizer = {
    authorize: async (request: AuthorizationRequest) => {
      house.asked.push(request);
      const own = (request.resourceAccount ?? request.caller.account) === request.caller.account;
      return own ? { allowed: true as const } : { allowed: false as const, message: 'not yours' };
    },
  };
  const door = createFrontDoor({
    services: [createSqsService({ queues: { ...queues, receive }, now })],
    findAccessKey: async (id) => {
      const account = ACCOUNTS.get(id);
      return account === undefined ? undefined : { secretAccessKey: 'secret', caller: rootOf(account) };
    },
    authorizer,
    report: async (report) => void house.reports.push(report),
    now: Date.now,
    defaultRegion: 'eu-west-1',
  });
  const server = createServer((req, res) => void door(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const makeClient = (accessKeyId: string) =>
    new sqs.SQSClient({
      endpoint: url,
      region: 'eu-west-1',
      credentials: { accessKeyId, secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
  const [mine = '', theirs = ''] = ACCOUNTS.keys();
  let made = 0;
  const house: SqsHouse = {
    url,
    queues,
    client: makeClient(mine),
    stranger: makeClient(theirs),
    asked: [],
    reports: [],
    waiting: 0,
    now: 1_700_000_000_500,
    async newQueue(Attributes) {
      const { QueueUrl } = await house.client.send(
        new sqs.CreateQueueCommand({ QueueName: `q${++made}`, ...(Attributes && { Attributes }) }),
      );
      house.asked.length = 0;
      house.reports.length = 0;
      return QueueUrl!;
    },
    async close() {
      house.client.destroy();
      house.stranger.destroy();
      await queues.close();
      server.closeAllConnections();
      server.close();
      await rm(path, { recursive: true });
    },
  };
  return house;
}

function rootOf(account: string): Caller {
  return { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, principalId: account };
}

/** Code and words of a refused call, `no error` of one that went through. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: Error & { Error?: { Code?: string } }) => `${error.name}: ${error.message}`,
  );
}
