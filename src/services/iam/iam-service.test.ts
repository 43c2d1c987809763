import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallContext, Service } from '../../aws/index.ts';
import { type Identity, openIdentity } from '../../identity/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import { createIamService } from './index.ts';

const ACCOUNT = '111122223333';
const START = Date.UTC(2024, 4, 6, 14, 8, 9, 500);
const now = () => START;

let folder: string;
let state: State;
let identity: Identity;
let service: Service;
let call: CallContext;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-'));
  state = openLmdbState(folder);
  identity = await openIdentity({ state, accountId: ACCOUNT, accounts: 'any', now });
  service = createIamService({ identity, now });
  const { caller } = (await identity.findAccessKey(identity.rootCredentials.accessKeyId))!;
  call = { caller, account: ACCOUNT, region: 'us-east-1', sourceIp: '127.0.0.1' } as CallContext;
});

afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

/** Calls a handler as the front door does, after decoding. */
async function ask(operation: string, input: object = {}, context = call): Promise<Record<string, unknown>> {
  const { handler } = service.operations.get(operation)!;
  return (await handler!(input as never, context)) as Record<string, unknown>;
}

const document = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' },
});
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: 'sts:AssumeRole',
  },
});
const policyArn = `arn:aws:iam::${ACCOUNT}:policy/p`;

async function make(): Promise<void> {
  await ask('CreateUser', { UserName: 'ann', Path: '/ops/' });
  await ask('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
  await ask('CreatePolicy', { PolicyName: 'p', PolicyDocument: document });
}

describe('the service', () => {
  test('has every operation of the client package, and codes with IAM’s statuses', () => {
    expect(service.operations.size).toBe(180);
    expect(service.operations.get('CreateSAMLProvider')?.handler).toBeUndefined();
    expect(service.errors.get('NoSuchEntity')).toBe(404);
    expect(service.errors.get('DeleteConflict')).toBe(409);
  });
});

describe('roles', () => {
  test('answer their documents percent-encoded by RFC 3986', async () => {
    await ask('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
    await ask('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: document });
    const { PolicyDocument } = await ask('GetRolePolicy', { RoleName: 'r', PolicyName: 'p' });
    expect(PolicyDocument).toMatch(/^[\w.~%-]+$/);
    expect(PolicyDocument).toContain('s3%3A%2A');
    expect(decodeURIComponent(PolicyDocument as string)).toBe(document);
    expect(await ask('GetRole', { RoleName: 'r' })).toMatchObject({
      Role: {
        Arn: `arn:aws:iam::${ACCOUNT}:role/r`,
        Path: '/',
        CreateDate: new Date(Math.floor(START / 1000) * 1000),
        AssumeRolePolicyDocument: encodeURIComponent(trust),
        MaxSessionDuration: 3_600,
      },
    });
  });

  test('are changed, tagged and listed', async () => {
    await ask('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust, Description: 'old' });
    await ask('UpdateRole', { RoleName: 'r', Description: '', MaxSessionDuration: 7_200 });
    await ask('TagRole', { RoleName: 'r', Tags: [{ Key: 'Team', Value: 'a' }] });
    await ask('TagRole', { RoleName: 'r', Tags: [{ Key: 'team', Value: 'b' }] });
    expect(await ask('GetRole', { RoleName: 'R' })).toMatchObject({
      Role: { Description: '', MaxSessionDuration: 7_200, Tags: [{ Key: 'team', Value: 'b' }] },
    });
    await ask('UntagRole', { RoleName: 'r', TagKeys: ['TEAM'] });
    expect(await ask('ListRoleTags', { RoleName: 'r' })).toEqual({ Tags: [], IsTruncated: false });
    expect((await ask('ListRoles', { PathPrefix: '/x/' })).Roles).toEqual([]);
  });
});

describe('a refusal', () => {
  test.each([
    ['GetUser', { UserName: 'bob' }, 'NoSuchEntity', 'The user with name bob cannot be found.'],
    ['GetRole', { RoleName: 'x' }, 'NoSuchEntity', 'The role with name x cannot be found.'],
    ['GetPolicy', { PolicyArn: `${policyArn}x` }, 'NoSuchEntity', `Policy ${policyArn}x was not found.`],
    [
      'GetRolePolicy',
      { RoleName: 'r', PolicyName: 'x' },
      'NoSuchEntity',
      'The role policy with name x cannot be found.',
    ],
    [
      'GetPolicyVersion',
      { PolicyArn: policyArn, VersionId: 'v2' },
      'NoSuchEntity',
      `Policy ${policyArn} version v2 does not exist or is not attachable.`,
    ],
    [
      'AttachRolePolicy',
      { RoleName: 'r', PolicyArn: `${policyArn}x` },
      'NoSuchEntity',
      `Policy ${policyArn}x does not exist or is not attachable.`,
    ],
    ['AttachRolePolicy', { RoleName: 'r', PolicyArn: 'p' }, 'InvalidInput', 'ARN p is not valid.'],
    [
      'DetachUserPolicy',
      { UserName: 'ann', PolicyArn: policyArn },
      'NoSuchEntity',
      `Policy ${policyArn} was not found.`,
    ],
    ['CreateUser', { UserName: 'ANN' }, 'EntityAlreadyExists', 'User with name ANN already exists.'],
    [
      'CreateRole',
      { RoleName: 'r', AssumeRolePolicyDocument: trust },
      'EntityAlreadyExists',
      'Role with name r already exists.',
    ],
    [
      'CreatePolicy',
      { PolicyName: 'p', PolicyDocument: document },
      'EntityAlreadyExists',
      'A policy called p already exists. Duplicate names are not allowed.',
    ],
    [
      'CreateUser',
      { UserName: 'x', Path: 'ops' },
      'ValidationError',
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    ],
    [
      'CreateRole',
      { RoleName: 'x', AssumeRolePolicyDocument: document },
      'MalformedPolicyDocument',
      'Has prohibited field Resource',
    ],
    [
      'PutUserPolicy',
      { UserName: 'ann', PolicyName: 'x', PolicyDocument: 'x' },
      'MalformedPolicyDocument',
      'Syntax errors in policy.',
    ],
    [
      'TagUser',
      {
        UserName: 'ann',
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      'InvalidInput',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'DeletePolicyVersion',
      { PolicyArn: policyArn, VersionId: 'v1' },
      'DeleteConflict',
      'Cannot delete the default version of a policy.',
    ],
    [
      'DeletePolicy',
      { PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      'AccessDenied',
      "arn:aws:iam::aws:policy/ReadOnlyAccess is one of AWS's own policies and cannot be changed.",
    ],
    [
      'CreateAccessKey',
      {},
      'ValidationError',
      'Must specify userName when calling with non-User credentials',
    ],
    [
      'UpdateAccessKey',
      { UserName: 'ann', AccessKeyId: 'AKIAX', Status: 'Active' },
      'NoSuchEntity',
      'The Access Key with id AKIAX cannot be found.',
    ],
    ['GetLoginProfile', { UserName: 'ann' }, 'NoSuchEntity', 'Login Profile for User ann cannot be found.'],
  ])('of %s %j is %s', async (operation, input, code, message) => {
    await make();
    if (operation === 'GetRolePolicy')
      await ask('PutRolePolicy', { RoleName: 'r', PolicyName: 'y', PolicyDocument: document });
    await expect(ask(operation, input)).rejects.toMatchObject({ code, message });
  });

  test('stands in the way of deleting until nothing hangs on it', async () => {
    await make();
    await ask('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn });
    await ask('PutRolePolicy', { RoleName: 'r', PolicyName: 'i', PolicyDocument: document });
    const conflict = (message: string) => ({ code: 'DeleteConflict', message });
    const role = { RoleName: 'r' };
    const policy = { PolicyArn: policyArn };
    await expect(ask('DeletePolicy', policy)).rejects.toMatchObject(
      conflict('Cannot delete a policy attached to entities.'),
    );
    await expect(ask('DeleteRole', role)).rejects.toMatchObject(
      conflict('Cannot delete entity, must detach all policies first.'),
    );
    await ask('DetachRolePolicy', { ...role, ...policy });
    await expect(ask('DeleteRole', role)).rejects.toMatchObject(
      conflict('Cannot delete entity, must delete policies first.'),
    );
    await ask('DeleteRolePolicy', { ...role, PolicyName: 'i' });
    await ask('DeleteRole', role);
    await ask('DeletePolicy', policy);
    expect(await state.list('identity/roles/')).toEqual([]);
    expect(await state.list('identity/policies/')).toEqual([]);
  });
});

describe('managed policies', () => {
  test('count their attachments, and list who holds them', async () => {
    await make();
    await ask('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn });
    await ask('AttachUserPolicy', { UserName: 'ann', PolicyArn: policyArn });
    await ask('PutUserPermissionsBoundary', { UserName: 'ann', PermissionsBoundary: policyArn });
    expect((await ask('GetPolicy', { PolicyArn: policyArn })).Policy).toMatchObject({
      AttachmentCount: 2,
      PermissionsBoundaryUsageCount: 1,
    });
    const entities = await ask('ListEntitiesForPolicy', { PolicyArn: policyArn });
    expect(entities).toMatchObject({
      PolicyUsers: [{ UserName: 'ann' }],
      PolicyRoles: [{ RoleName: 'r' }],
      PolicyGroups: [],
    });
    expect((await ask('ListPolicies', { Scope: 'Local', OnlyAttached: true })).Policies).toHaveLength(1);
    expect(await ask('ListAttachedRolePolicies', { RoleName: 'r' })).toEqual({
      AttachedPolicies: [{ PolicyName: 'p', PolicyArn: policyArn }],
      IsTruncated: false,
    });
  });

  test('hold five versions, newest first, and never use a version’s name again', async () => {
    await make();
    const more = () => ask('CreatePolicyVersion', { PolicyArn: policyArn, PolicyDocument: document });
    for (let version = 2; version <= 5; version++) await more();
    await expect(more()).rejects.toMatchObject({ code: 'LimitExceeded' });
    await ask('DeletePolicyVersion', { PolicyArn: policyArn, VersionId: 'v5' });
    await more();
    const { Versions } = await ask('ListPolicyVersions', { PolicyArn: policyArn });
    expect((Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual([
      'v6',
      'v4',
      'v3',
      'v2',
      'v1',
    ]);
  });

  test('of another account are not seen', async () => {
    await make();
    const other = { ...call, account: '444455556666', caller: { ...call.caller, account: '444455556666' } };
    await expect(ask('GetPolicy', { PolicyArn: policyArn }, other)).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
    await expect(ask('GetUser', { UserName: 'ann' }, other)).rejects.toMatchObject({ code: 'NoSuchEntity' });
    expect((await ask('ListRoles', {}, other)).Roles).toEqual([]);
    expect((await ask('ListPolicies', { Scope: 'Local' }, other)).Policies).toEqual([]);
  });
});

describe('the permission that a call needs', () => {
  const askFor = async (operation: string, input: object, context = call) =>
    service.operations.get(operation)!.permissions!(input as never, context);
  const arn = (rest: string) => `arn:aws:iam::${ACCOUNT}:${rest}`;

  test.each([
    ['CreateUser', { UserName: 'new', Path: '/x/' }, arn('user/x/new')],
    ['DeleteUser', { UserName: 'ann' }, arn('user/ops/ann')],
    ['CreateAccessKey', { UserName: 'ann' }, arn('user/ops/ann')],
    ['CreateRole', { RoleName: 'new' }, arn('role/new')],
    ['AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn }, arn('role/r')],
    ['CreatePolicy', { PolicyName: 'new', Path: '/x/' }, arn('policy/x/new')],
    ['GetPolicyVersion', { PolicyArn: policyArn, VersionId: 'v1' }, policyArn],
    ['ListUsers', {}, arn('user/')],
    ['GetAccountSummary', {}, '*'],
    ['CreateSAMLProvider', {}, '*'],
  ])('%s %j is on %s', async (operation, input, resource) => {
    await make();
    expect(await askFor(operation, input)).toMatchObject([{ action: `iam:${operation}`, resource }]);
  });

  test('to attach names the policy in iam:PolicyARN', async () => {
    expect(await askFor('AttachRolePolicy', { RoleName: 'r', PolicyArn: policyArn })).toMatchObject([
      { context: { 'iam:PolicyARN': policyArn } },
    ]);
  });
});

describe('the record', () => {
  test('of a new access key has no secret, and times as CloudTrail writes them', async () => {
    await ask('CreateUser', { UserName: 'ann' });
    const output = await ask('CreateAccessKey', { UserName: 'ann' });
    const key = output.AccessKey as { AccessKeyId: string; SecretAccessKey: string };
    const elements = service.operations.get('CreateAccessKey')!.record!.responseElements!(
      output as never,
      {} as never,
      call,
    );
    expect(elements).toEqual({
      accessKey: {
        userName: 'ann',
        accessKeyId: key.AccessKeyId,
        status: 'Active',
        createDate: 'May 6, 2024 2:08:09 PM',
      },
    });
  });

  test('of a write without an answer has null, and of a read the default', async () => {
    const record = (operation: string) => service.operations.get(operation)!.record;
    expect(record('DeleteUser')!.responseElements!({} as never, {} as never, call)).toBeNull();
    expect(record('GetUser')).toBeUndefined();
  });
});
