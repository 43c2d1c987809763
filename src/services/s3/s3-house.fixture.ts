import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as s3 from '@aws-sdk/client-s3';
import { type CallReport, createFrontDoor } from '../../aws/index.ts';
import type { AuthorizationRequest, Caller } from '../../identity/index.ts';
import { type EmbeddedObjects, openFsObjectStore } from '../../objects/index.ts';
import { createS3Service, type NoticeDestinations } from './index.ts';

/** What the clock of the store shows. */
export const START = Date.UTC(2026, 10, 1, 10);

const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['AKIAIOSFODNN7EXAMPLE', '111122223333'],
  ['AKIAI44QH8DHBEXAMPLE', '444455556666'],
]);

/** The s3 service behind a front door of its own, with AWS's client before it. */
export interface S3House {
  readonly url: string;
  readonly objects: EmbeddedObjects;
  /** Root of 111122223333. */
  readonly client: s3.S3Client;
  /** Root of 444455556666. */
  readonly stranger: s3.S3Client;
  /** All that the policies were asked, and all calls that were reported. */
  readonly asked: AuthorizationRequest[];
  readonly reports: CallReport[];
  /** What the policies refuse besides other accounts' things. */
  deny: (request: AuthorizationRequest) => boolean;
  makeClient(region: string): s3.S3Client;
  /** Makes a bucket and forgets what was asked and reported so far. */
  newBucket(): Promise<string>;
  close(): Promise<void>;
}

/** Opens a house on a port and in a folder of its own. */
export async function openS3House(
  more: { readonly destinations?: NoticeDestinations } = {},
): Promise<S3House> {
  const path = await mkdtemp(join(tmpdir(), 's3-service-'));
  const objects = openFsObjectStore({ path, now: () => START });
  const authorizer = {
    authorize: async (request: AuthorizationRequest) => {
      house.asked.push(request);
      const own = (request.resourceAccount ?? request.caller.account) === request.caller.account;
      return own && !house.deny(request)
        ? { allowed: true as const }
        : { allowed: false as const, message: 'no' };
    },
  };
  const door = createFrontDoor({
    services: [
      createS3Service({ objects, authorizer, now: () => START, defaultRegion: 'us-east-1', ...more }),
    ],
    findAccessKey: async (id) => {
      const account = ACCOUNTS.get(id);
      return account === undefined ? undefined : { secretAccessKey: 'secret', caller: rootOf(account) };
    },
    authorizer,
    report: async (report) => void house.reports.push(report),
    now: Date.now,
    defaultRegion: 'us-east-1',
  });
  const server = createServer((req, res) => void door(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const makeClient = (accessKeyId: string, region: string) =>
    new s3.S3Client({
      endpoint: url,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
  const [mine = '', theirs = ''] = ACCOUNTS.keys();
  let buckets = 0;
  const house: S3House = {
    url,
    objects,
    client: makeClient(mine, 'us-east-1'),
    stranger: makeClient(theirs, 'us-east-1'),
    asked: [],
    reports: [],
    deny: () => false,
    makeClient: (region) => makeClient(mine, region),
    async newBucket() {
      const Bucket = `test-${++buckets}`;
      house.deny = () => false;
      await house.client.send(new s3.CreateBucketCommand({ Bucket }));
      house.asked.length = 0;
      house.reports.length = 0;
      return Bucket;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await objects.close();
      await rm(path, { recursive: true });
    },
  };
  return house;
}

function rootOf(account: string): Caller {
  return { kind: 'root', account, arn: `arn:aws:iam::${account}:root`, principalId: account };
}

/** Status and code of a refused call, `no error` of one that went through. */
export async function code(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
      `${error.$metadata?.httpStatusCode} ${error.name}`,
  );
}
