import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Identity, openIdentity } from '../identity/index.ts';
import { openLmdbState, type State } from '../state/index.ts';
import type { TrailLogGroup } from '../trails/index.ts';
import { type Logs, openLogs } from './logs.ts';
import { createTrailLogGroup } from './trail-log-group.ts';

const ACCOUNT = '111122223333';
const PLACE = { account: ACCOUNT, region: 'us-east-1' };
const TARGET = {
  logGroupArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:g:*`,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
  stream: `${ACCOUNT}_CloudTrail_us-east-1`,
};
const SOURCE = { ...PLACE, trailArn: `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/t` };
const now = () => Date.UTC(2026, 0, 10);

let folder: string;
let state: State;
let identity: Identity;
let logs: Logs;
let logGroup: TrailLogGroup;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trail-log-group-'));
  state = openLmdbState(join(folder, 'state'));
  identity = await openIdentity({ state, accountId: ACCOUNT, accounts: [], now });
  logs = openLogs({ path: join(folder, 'logs'), now });
  logGroup = createTrailLogGroup({ logs, identity, now });
});
afterEach(async () => {
  await logs.close();
  await state.close();
  rmSync(folder, { recursive: true, force: true });
});

const makeGroup = () =>
  logs.groups.create({ ...PLACE, name: 'g', createdAt: 0, tags: [], metricFilters: [] });

async function makeRole(trust: object, actions: readonly string[], name = 'r'): Promise<void> {
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
  const trustPolicy = document({ Action: 'sts:AssumeRole', ...trust });
  await identity.roles.create({ account: ACCOUNT, name, trustPolicy });
  await identity.roles.putInlinePolicy(ACCOUNT, name, {
    name: 'write',
    document: document({
      Action: actions,
      Resource: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:g:log-stream:${TARGET.stream}*`,
    }),
  });
}

const CLOUDTRAIL = { Principal: { Service: 'cloudtrail.amazonaws.com' } };
const BOTH = ['logs:CreateLogStream', 'logs:PutLogEvents'];

const texts = () => {
  const group = logs.groups.get(PLACE, 'g');
  return logs
    .read(group, logs.streams.get(group, TARGET.stream), {
      range: { from: 0, to: Number.MAX_SAFE_INTEGER },
      direction: 'forward',
      limits: { events: 100, bytes: 1e6 },
    })
    .map(({ message }) => message);
};

const append = (from: number, ...messages: readonly string[]) =>
  logGroup.append(
    TARGET,
    { trail: 'u', messages, numbers: messages.map((_, index) => from + index), next: from + messages.length },
    SOURCE,
  );

describe('the log group of a trail', () => {
  test('is prepared under a role that trusts CloudTrail', async () => {
    await makeGroup();
    await makeRole(CLOUDTRAIL, BOTH);
    await logGroup.prepare(TARGET, SOURCE);
    await logGroup.prepare(TARGET, SOURCE);
    expect(texts()).toEqual([]);
  });

  test.each([
    ['no role', undefined, BOTH, 'RoleNotTrusted'],
    ['a role of another service', { Principal: { Service: 'ec2.amazonaws.com' } }, BOTH, 'RoleNotTrusted'],
    [
      'a role for another trail',
      {
        ...CLOUDTRAIL,
        Condition: { StringEquals: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:1:trail/x' } },
      },
      BOTH,
      'RoleNotTrusted',
    ],
    ['no right to make the stream', CLOUDTRAIL, ['logs:PutLogEvents'], 'AccessDenied'],
    ['no right to put', CLOUDTRAIL, ['logs:CreateLogStream'], 'AccessDenied'],
  ] as const)('is refused with %s', async (_, trust, actions, code) => {
    await makeGroup();
    if (trust) await makeRole(trust, actions);
    await expect(logGroup.prepare(TARGET, SOURCE)).rejects.toMatchObject({ code });
  });

  test('must exist', async () => {
    await makeRole(CLOUDTRAIL, BOTH);
    await expect(logGroup.prepare(TARGET, SOURCE)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  test('takes records once, and makes its stream again when somebody deleted it', async () => {
    await makeGroup();
    await makeRole(CLOUDTRAIL, BOTH);
    expect(await append(5, 'a', 'b')).toBe(2);
    expect(await append(5, 'a', 'b')).toBe(0);
    expect(texts()).toEqual(['a', 'b']);
    await logs.streams.delete(logs.groups.get(PLACE, 'g'), TARGET.stream);
    expect(await append(7, 'c')).toBe(1);
    expect(texts()).toEqual(['c']);
  });

  test('asks the role anew for each delivery', async () => {
    await makeGroup();
    await makeRole(CLOUDTRAIL, BOTH);
    await append(0, 'a');
    await identity.roles.deleteInlinePolicy(ACCOUNT, 'r', 'write');
    await expect(append(1, 'b')).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(texts()).toEqual(['a']);
  });
});
