import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallContext, Service } from '../../aws/index.ts';
import { type Caller, type Identity, openIdentity } from '../../identity/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import { createStsService } from './index.ts';

const ACCOUNT = '111122223333';
const START = Date.UTC(2024, 4, 6, 0, 8, 9);
const now = () => START;
const roleArn = `arn:aws:iam::${ACCOUNT}:role/r`;

let folder: string;
let state: State;
let identity: Identity;
let service: Service;
let root: Caller;
let ann: Caller;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sts-'));
  state = openLmdbState(folder);
  identity = await openIdentity({ state, accountId: ACCOUNT, accounts: [], now });
  service = createStsService({ identity, now });
  root = (await identity.findAccessKey(identity.rootCredentials.accessKeyId))!.caller;
  await identity.users.create({ account: ACCOUNT, name: 'ann' });
  const { id } = await identity.users.createAccessKey(ACCOUNT, 'ann');
  ann = (await identity.findAccessKey(id))!.caller;
  const Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: ann.arn } };
  const Condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringEquals: { 'sts:ExternalId': 'x1' } };
  const trustPolicy = JSON.stringify({ Version: '2012-10-17', Statement: { ...Statement, Condition } });
  await identity.roles.create({ account: ACCOUNT, name: 'r', trustPolicy });
});

afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

const callOf = (caller: Caller, more = {}) =>
  ({
    caller,
    account: ACCOUNT,
    region: 'us-east-1',
    sourceIp: '10.0.0.1',
    userAgent: 'x',
    ...more,
  }) as CallContext;

async function ask(operation: string, input: object, call: CallContext) {
  return (await service.operations.get(operation)!.handler!(input as never, call)) as Record<string, unknown>;
}

const wanted = { RoleArn: roleArn, RoleSessionName: 'session-1', ExternalId: 'x1' };

describe('AssumeRole', () => {
  test('gives credentials whose caller GetCallerIdentity names', async () => {
    const output = await ask('AssumeRole', { ...wanted, DurationSeconds: 900 }, callOf(ann));
    const { AccessKeyId, SessionToken, Expiration } = output.Credentials as Record<string, string>;
    expect(Expiration).toEqual(new Date(START + 900_000));
    const secret = (await identity.findAccessKey(AccessKeyId!))!;
    expect(secret.sessionToken).toBe(SessionToken);
    expect(await ask('GetCallerIdentity', {}, callOf(secret.caller))).toEqual({
      Account: ACCOUNT,
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/session-1`,
      UserId: (output.AssumedRoleUser as Record<string, string>).AssumedRoleId,
    });
  });

  test.each([
    ['without the external id', { ...wanted, ExternalId: undefined }, {}],
    ['from another address', wanted, { sourceIp: '192.168.0.1' }],
    ['for a role that is not there', { ...wanted, RoleArn: `${roleArn}x` }, {}],
  ])('is refused %s', async (_, input, more) => {
    await expect(ask('AssumeRole', input, callOf(ann, more))).rejects.toMatchObject({
      code: 'AccessDenied',
      message: `User: ${ann.arn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
    });
  });

  test('refuses what it would have to pass over', async () => {
    const input = { ...wanted, Tags: [{ Key: 'a', Value: 'b' }] };
    await expect(ask('AssumeRole', input, callOf(ann))).rejects.toMatchObject({
      code: 'NotImplemented',
      status: 501,
    });
  });

  test('is recorded as a read with token and times, without the secret', async () => {
    const output = await ask('AssumeRole', wanted, callOf(ann));
    const { readOnly, responseElements, resources } = service.operations.get('AssumeRole')!.record!;
    const elements = responseElements!(output as never, wanted as never, callOf(ann));
    expect(readOnly).toBe(true);
    expect(elements).toMatchObject({ credentials: { expiration: 'May 6, 2024 1:08:09 AM' } });
    expect(JSON.stringify(elements)).not.toContain(
      (output.Credentials as Record<string, string>).SecretAccessKey,
    );
    expect(resources!(wanted as never, callOf(ann))).toEqual([
      { accountId: ACCOUNT, type: 'AWS::IAM::Role', ARN: roleArn },
    ]);
  });
});

describe('GetSessionToken', () => {
  test('gives a user its own rights for twelve hours, and root for one', async () => {
    for (const [caller, hours] of [
      [ann, 12],
      [root, 1],
    ] as const) {
      const { Credentials } = await ask('GetSessionToken', {}, callOf(caller));
      const { AccessKeyId, Expiration } = Credentials as Record<string, string>;
      expect(Expiration).toEqual(new Date(START + hours * 3_600_000));
      const found = (await identity.findAccessKey(AccessKeyId!))!.caller;
      expect(found).toEqual({
        ...caller,
        accessKeyId: AccessKeyId,
        sessionCreatedAt: '2024-05-06T00:08:09Z',
      });
      if (caller === ann)
        await expect(ask('GetSessionToken', {}, callOf(found))).rejects.toMatchObject({
          code: 'AccessDenied',
        });
    }
  });

  test.each([899, 129_601])('refuses %i seconds', async (DurationSeconds) => {
    await expect(ask('GetSessionToken', { DurationSeconds }, callOf(ann))).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });
});

test('GetAccessKeyInfo names the account of a key, and says nothing of others', async () => {
  expect(await ask('GetAccessKeyInfo', { AccessKeyId: ann.accessKeyId }, callOf(root))).toEqual({
    Account: ACCOUNT,
  });
  await expect(ask('GetAccessKeyInfo', { AccessKeyId: 'AKIAX' }, callOf(root))).rejects.toMatchObject({
    code: 'ValidationError',
  });
});
