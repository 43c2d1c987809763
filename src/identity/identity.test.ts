import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import type { AuthorizationRequest, Caller } from './caller.ts';
import { type Identity, openIdentity } from './identity.ts';

const MAIN = '111122223333';
const OTHER = '444455556666';
const START = Date.UTC(2024, 4, 6, 7, 8, 9);

let folder: string;
let state: State;
let identity: Identity;
let now: number;

const open = (more = {}) =>
  openIdentity({ state, accountId: MAIN, accounts: [MAIN, OTHER], now: () => now, ...more });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'));
  state = openLmdbState(folder);
  now = START;
  identity = await open();
});

afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

const allow = (Action: string | string[], Resource = '*', more = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource, ...more }] });
const deny = (Action: string, Resource = '*', more = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action, Resource, ...more }] });
const trusting = (Principal: unknown, more = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
  });

/** A user with an inline policy, as the front door sees it. */
async function userWith(name: string, document?: string, account = MAIN): Promise<Caller> {
  await identity.users.create({ account, name });
  if (document) await identity.users.putInlinePolicy(account, name, { name: 'p', document });
  const { id } = await identity.users.createAccessKey(account, name);
  return (await identity.findAccessKey(id))!.caller;
}

async function rootCaller(): Promise<Caller> {
  return (await identity.findAccessKey(identity.rootCredentials.accessKeyId))!.caller;
}

async function ask(
  caller: Caller,
  action: string,
  more: Partial<AuthorizationRequest> = {},
): Promise<string> {
  const decision = await identity.authorize({ caller, action, resource: '*', ...more });
  return decision.allowed
    ? 'allowed'
    : decision.message.replace(/^User: \S+ is not authorized to perform: /, '');
}

describe('the root key', () => {
  test('is made on the first start and stays over restarts', async () => {
    const first = identity.rootCredentials;
    expect(first.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(first.secretAccessKey).toMatch(/^[A-Za-z0-9]{40}$/);
    expect((await open()).rootCredentials).toEqual(first);
  });

  test('is rotated: the old one is unknown at once, the new one outlives a restart', async () => {
    const old = identity.rootCredentials;
    const fresh = await identity.rotateRoot();
    expect(await identity.findAccessKey(old.accessKeyId)).toBeUndefined();
    expect((await identity.findAccessKey(fresh.accessKeyId))?.caller.kind).toBe('root');
    expect((await open()).rootCredentials).toEqual(fresh);
  });

  test('may be given from outside, and is then neither stored nor rotated here', async () => {
    const given = { accessKeyId: 'AKIAGIVEN', secretAccessKey: 'given-secret-key' };
    const other = await open({ rootCredentials: given });
    expect(other.rootCredentials).toEqual(given);
    await expect(other.rotateRoot()).rejects.toThrow('OPENTRAIL_ROOT_ACCESS_KEY_ID');
    expect((await open()).rootCredentials).toEqual(identity.rootCredentials);
    await expect(open({ rootCredentials: { ...given, secretAccessKey: 'short' } })).rejects.toThrow(
      '8 characters',
    );
  });
});

describe('access keys', () => {
  test('of a user are found with the user, also after a restart', async () => {
    await identity.users.create({ account: OTHER, name: 'Ann', path: '/ops/' });
    const key = await identity.users.createAccessKey(OTHER, 'ann');
    const found = await (await open()).findAccessKey(key.id);
    expect(found).toMatchObject({
      secretAccessKey: key.secret,
      caller: { kind: 'user', account: OTHER, arn: `arn:aws:iam::${OTHER}:user/ops/Ann`, userName: 'Ann' },
    });
    expect(found?.caller.principalId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });

  test('work no more once inactive or deleted, and again when activated', async () => {
    await identity.users.create({ account: MAIN, name: 'ann' });
    const { id } = await identity.users.createAccessKey(MAIN, 'ann');
    await identity.users.setAccessKeyActive(MAIN, 'ann', id, false);
    expect(await identity.findAccessKey(id)).toBeUndefined();
    expect(identity.ownerOfAccessKey(id)?.account).toBe(MAIN);
    await identity.users.setAccessKeyActive(MAIN, 'ann', id, true);
    expect(await identity.findAccessKey(id)).toBeDefined();
    await identity.users.deleteAccessKey(MAIN, 'ann', id);
    expect(await identity.findAccessKey(id)).toBeUndefined();
    await expect(identity.users.deleteAccessKey(MAIN, 'ann', id)).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  test('are two at most, also when asked for at the same moment', async () => {
    await identity.users.create({ account: MAIN, name: 'ann' });
    const asked = await Promise.allSettled(
      [1, 2, 3, 4].map(() => identity.users.createAccessKey(MAIN, 'ann')),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect((await open()).users.get(MAIN, 'ann').accessKeys).toHaveLength(2);
  });

  test('end with a user that is removed whole', async () => {
    const { accessKey } = await identity.createPresetUser({ account: MAIN, name: 'm', preset: 'monitoring' });
    await expect(identity.users.delete(MAIN, 'm')).rejects.toMatchObject({ code: 'DeleteConflict' });
    await identity.removeUser(MAIN, 'm');
    expect(await identity.findAccessKey(accessKey.accessKeyId)).toBeUndefined();
  });
});

describe('a user name', () => {
  test('is unique in its account without case, also for two at the same moment', async () => {
    const both = await Promise.allSettled(
      ['ann', 'ANN'].map((name) => identity.users.create({ account: MAIN, name })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await identity.users.create({ account: OTHER, name: 'ann' });
    expect(identity.users.list(OTHER)).toHaveLength(1);
  });

  test.each(['', 'a b', 'a/b', '../x', 'x'.repeat(65), 'a\nb'])('%j is refused', async (name) => {
    await expect(identity.users.create({ account: MAIN, name })).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });
});

describe('within an account', () => {
  const key = 'arn:aws:s3:::b/k';

  test('root may everything, a user without policies nothing', async () => {
    expect(await ask(await rootCaller(), 'iam:DeleteUser')).toBe('allowed');
    expect(await ask(await userWith('ann'), 'cloudtrail:LookupEvents')).toBe(
      'cloudtrail:LookupEvents on resource: * because no identity-based policy allows the cloudtrail:LookupEvents action',
    );
  });

  test('a user may what the policy says, without case in actions and with it in resources', async () => {
    const ann = await userWith('ann', allow(['CloudTrail:Get*', 's3:?etObject'], 'arn:aws:s3:::b/*'));
    expect(await ask(ann, 's3:GetObject', { resource: key })).toBe('allowed');
    expect(await ask(ann, 's3:GetObject', { resource: 'arn:aws:s3:::B/k' })).toContain('no identity-based');
    expect(await ask(ann, 's3:GetObjects', { resource: key })).toContain('no identity-based');
    expect(await ask(ann, 'cloudtrail:GetTrail')).toContain('no identity-based');
  });

  test('a deny wins over every allow', async () => {
    const ann = await userWith('ann', allow('*'));
    await identity.users.putInlinePolicy(MAIN, 'ann', { name: 'no', document: deny('s3:*') });
    expect(await ask(ann, 's3:GetObject', { resource: key })).toBe(
      's3:GetObject on resource: arn:aws:s3:::b/k with an explicit deny in an identity-based policy',
    );
    expect(await ask(ann, 'sns:Publish')).toBe('allowed');
  });

  test('a resource policy that names the user suffices; one that names the account leaves it to the user', async () => {
    const ann = await userWith('ann');
    const policy = (AWS: string) => allow('s3:GetObject', key, { Principal: { AWS } });
    const asked = (AWS: string, caller = ann) =>
      ask(caller, 's3:GetObject', { resource: key, resourcePolicy: policy(AWS) });
    expect(await asked(ann.arn)).toBe('allowed');
    expect(await asked('*')).toBe('allowed');
    expect(await asked(`arn:aws:iam::${MAIN}:root`)).toContain('no identity-based policy');
    expect(await asked(`arn:aws:iam::${MAIN}:user/bob`)).toContain('no identity-based policy');
    expect(await asked(MAIN, await userWith('reader', allow('s3:GetObject')))).toBe('allowed');
  });

  test('a deny of the resource holds for root too, but not for the repair of a bucket policy', async () => {
    const root = await rootCaller();
    const resourcePolicy = deny('s3:*', '*', { Principal: '*' });
    expect(await ask(root, 's3:GetObject', { resource: key, resourcePolicy })).toContain(
      'with an explicit deny in a resource-based policy',
    );
    expect(await ask(root, 's3:DeleteBucketPolicy', { resource: 'arn:aws:s3:::b', resourcePolicy })).toBe(
      'allowed',
    );
  });

  test('a resource policy that cannot be read allows nothing', async () => {
    expect(await ask(await rootCaller(), 's3:GetObject', { resourcePolicy: '{' })).toContain('explicit deny');
  });

  test('managed policies count while they are attached, in their default version', async () => {
    const ann = await userWith('ann');
    const { name } = await identity.policies.create({ account: MAIN, name: 'P', document: allow('sns:*') });
    const arn = `arn:aws:iam::${MAIN}:policy/${name}`;
    await identity.users.attach(MAIN, 'ann', arn);
    expect(await ask(ann, 'sns:Publish')).toBe('allowed');
    await identity.policies.createVersion(MAIN, arn, allow('s3:*'), true);
    expect(await ask(ann, 'sns:Publish')).toContain('no identity-based');
    await identity.policies.setDefaultVersion(MAIN, arn, 'v1');
    expect(await ask(ann, 'sns:Publish')).toBe('allowed');
    await identity.users.detach(MAIN, 'ann', arn);
    expect(await ask(ann, 'sns:Publish')).toContain('no identity-based');
  });

  test('a permissions boundary bounds', async () => {
    const ann = await userWith('ann', allow('*'));
    await identity.users.setPermissionsBoundary(
      MAIN,
      'ann',
      'arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess',
    );
    expect(await ask(ann, 'cloudtrail:LookupEvents')).toBe('allowed');
    expect(await ask(ann, 'cloudtrail:DeleteTrail')).toContain(
      'because no permissions boundary allows the cloudtrail:DeleteTrail action',
    );
  });

  test('conditions read the caller and the request, and the request cannot play the caller', async () => {
    const ann = await userWith(
      'ann',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      allow('s3:GetObject', 'arn:aws:s3:::b/${aws:username}/*', {
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      }),
    );
    const from = (ip: string, user = 'ann', more = {}) =>
      ask(ann, 's3:GetObject', {
        resource: `arn:aws:s3:::b/${user}/k`,
        context: { 'aws:SourceIp': ip, ...more },
      });
    expect(await from('10.1.1.1')).toBe('allowed');
    expect(await from('11.1.1.1')).toContain('no identity-based');
    expect(await from('10.1.1.1', 'bob', { 'AWS:UserName': 'bob' })).toContain('no identity-based');
  });

  test('a user made again under an old name has none of the old rights', async () => {
    const ann = await userWith('ann', allow('*'));
    await identity.removeUser(MAIN, 'ann');
    const again = await userWith('ann', allow('*'));
    expect(await ask(ann, 's3:GetObject')).toContain('no identity-based');
    expect(await ask(again, 's3:GetObject')).toBe('allowed');
  });
});

describe('between accounts', () => {
  const of = (Principal: unknown) => ({
    resource: 'arn:aws:s3:::b/k',
    resourceAccount: OTHER,
    resourcePolicy: allow('s3:GetObject', '*', { Principal }),
  });

  test('both sides must allow', async () => {
    const able = await userWith('able', allow('s3:*'));
    const unable = await userWith('unable');
    expect(await ask(able, 's3:GetObject', of({ AWS: MAIN }))).toBe('allowed');
    expect(await ask(unable, 's3:GetObject', of({ AWS: unable.arn }))).toContain('no identity-based policy');
    expect(await ask(able, 's3:GetObject', of({ AWS: OTHER }))).toContain('no resource-based policy');
    expect(await ask(able, 's3:GetObject', { resourceAccount: OTHER })).toContain('no resource-based policy');
    expect(await ask(await rootCaller(), 's3:GetObject', of({ AWS: OTHER }))).toContain(
      'no resource-based policy',
    );
  });

  test('services and strangers have the resource policy only', async () => {
    const dns = 'cloudtrail.amazonaws.com';
    const service: Caller = { kind: 'service', account: MAIN, arn: dns, principalId: dns };
    const stranger: Caller = { kind: 'user', account: '', arn: 'anonymous', principalId: 'anonymous' };
    expect(await ask(service, 's3:GetObject', of({ Service: dns }))).toBe('allowed');
    expect(await ask(service, 's3:GetObject', of({ Service: 'sns.amazonaws.com' }))).toContain(
      'no resource-based',
    );
    expect(await ask(service, 's3:GetObject', of({ AWS: MAIN }))).toContain('no resource-based');
    expect(await ask(service, 's3:GetObject')).toContain('no resource-based');
    expect(await ask(stranger, 's3:GetObject', of('*'))).toBe('allowed');
    expect(await ask(stranger, 's3:GetObject', of({ AWS: OTHER }))).toContain('no resource-based');
    expect(await ask(stranger, 's3:ListAllMyBuckets')).toContain('no resource-based');
  });

  test('an auditor may read the accounts that it was given, and no others', async () => {
    const readableAccounts = [OTHER];
    const made = await identity.createPresetUser({
      account: MAIN,
      name: 'a',
      preset: 'auditor',
      readableAccounts,
    });
    const { caller } = (await identity.findAccessKey(made.accessKey.accessKeyId))!;
    expect(caller.readableAccounts).toEqual([OTHER]);
    expect(await ask(caller, 'cloudtrail:LookupEvents', { resourceAccount: OTHER })).toBe('allowed');
    expect(await ask(caller, 'cloudtrail:LookupEvents', { resourceAccount: '777788889999' })).toContain(
      'no resource-based',
    );
    expect(await ask(caller, 'cloudtrail:DeleteTrail', { resourceAccount: OTHER })).toContain(
      'no identity-based',
    );
    const resourcePolicy = deny('s3:*', '*', { Principal: '*' });
    expect(await ask(caller, 's3:GetObject', { resourceAccount: OTHER, resourcePolicy })).toContain(
      'explicit deny',
    );
  });
});

describe('a preset', () => {
  test('monitoring may look at trails, their events and their digests, and at nothing else', async () => {
    const { accessKey } = await identity.createPresetUser({ account: MAIN, name: 'm', preset: 'monitoring' });
    const { caller } = (await identity.findAccessKey(accessKey.accessKeyId))!;
    expect(await ask(caller, 'cloudtrail:GetTrailStatus')).toBe('allowed');
    expect(await ask(caller, 'cloudtrail:LookupEvents')).toBe('allowed');
    const inBucket = (key: string) => ({ resource: `arn:aws:s3:::logs/AWSLogs/${MAIN}/${key}` });
    expect(await ask(caller, 's3:GetObject', inBucket('CloudTrail-Digest/us-east-1/x.gz'))).toBe('allowed');
    expect(await ask(caller, 's3:GetObject', inBucket('CloudTrail/us-east-1/x.gz'))).toContain(
      'no identity-based policy',
    );
    for (const action of ['cloudtrail:GetTrail', 'cloudtrail:StopLogging', 'opentrail:PutEvents']) {
      expect(await ask(caller, action)).toContain(`no identity-based policy allows the ${action} action`);
    }
  });

  test('is refused for accounts that are not served, and other accounts for all but auditors', async () => {
    const make = (given: object) =>
      identity.createPresetUser({ account: MAIN, name: 'x', preset: 'ingest', ...given });
    await expect(make({ account: '777788889999' })).rejects.toThrow('--accounts');
    await expect(make({ readableAccounts: [OTHER] })).rejects.toThrow('Only an auditor');
    await expect(make({ preset: 'king' })).rejects.toThrow('Presets are admin, auditor, ingest, monitoring');
    expect(identity.users.list(MAIN)).toEqual([]);
  });
});

describe('assuming a role', () => {
  const roleArn = `arn:aws:iam::${MAIN}:role/r`;
  const assume = (caller: Caller, more = {}) =>
    identity.assumeRole({ caller, roleArn, sessionName: 'session-1', ...more });
  const refusal = (caller: Caller) =>
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;

  async function role(trustPolicy: string, document?: string): Promise<void> {
    await identity.roles.create({ account: MAIN, name: 'r', trustPolicy });
    if (document) await identity.roles.putInlinePolicy(MAIN, 'r', { name: 'p', document });
  }

  test('gives a session that carries role and session name, for the time asked, over a restart', async () => {
    const ann = await userWith('ann');
    await role(trusting({ AWS: ann.arn }), allow('cloudtrail:*'));
    const made = await assume(ann, { duration: 900 });
    identity = await open();
    const secret = (await identity.findAccessKey(made.session.accessKeyId))!;
    expect(secret).toMatchObject({
      sessionToken: made.session.token,
      expiresAt: START + 900_000,
      caller: {
        kind: 'assumed-role',
        account: MAIN,
        arn: `arn:aws:sts::${MAIN}:assumed-role/r/session-1`,
        session: { name: 'session-1', role: { arn: roleArn, name: 'r' }, createdAt: '2024-05-06T07:08:09Z' },
      },
    });
    expect(made.assumedRoleId).toBe(secret.caller.principalId);
    expect(await ask(secret.caller, 'cloudtrail:LookupEvents')).toBe('allowed');
    expect(await ask(secret.caller, 's3:GetObject')).toContain('no identity-based policy');
    expect(
      await ask(secret.caller, 's3:GetObject', {
        resourcePolicy: allow('s3:*', '*', { Principal: { AWS: roleArn } }),
      }),
    ).toBe('allowed');
  });

  test('needs the role to trust the caller', async () => {
    const ann = await userWith('ann', allow('*'));
    await role(trusting({ Service: 'ec2.amazonaws.com' }));
    await expect(assume(ann)).rejects.toMatchObject({ code: 'AccessDenied', message: refusal(ann) });
  });

  test('needs the caller to be allowed too where the role trusts the account', async () => {
    await role(trusting({ AWS: MAIN }));
    await expect(assume(await userWith('unable'))).rejects.toMatchObject({ code: 'AccessDenied' });
    expect((await assume(await userWith('able', allow('sts:AssumeRole')))).arn).toContain('assumed-role/r/');
  });

  test('needs both sides between accounts, and the external id that the role asks for', async () => {
    const condition = { Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } };
    await role(trusting({ AWS: OTHER }, condition));
    const able = await userWith('able', allow('sts:AssumeRole'), OTHER);
    await expect(assume(able)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(
      assume(await userWith('unable', undefined, OTHER), { context: { 'sts:ExternalId': 'x1' } }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
    expect((await assume(able, { context: { 'sts:ExternalId': 'x1' } })).session.account).toBe(MAIN);
  });

  test('tells a stranger the same of a role that does not exist', async () => {
    const ann = await userWith('ann', allow('*'));
    await expect(assume(ann)).rejects.toMatchObject({ code: 'AccessDenied', message: refusal(ann) });
  });

  test('is not for root', async () => {
    await role(trusting({ AWS: MAIN }));
    await expect(assume(await rootCaller())).rejects.toThrow('Roles may not be assumed by root accounts.');
  });

  test('with a session policy gives the intersection', async () => {
    const ann = await userWith('ann');
    await role(trusting({ AWS: ann.arn }), allow(['s3:*', 'sns:Publish']));
    const { session } = await assume(ann, { policy: allow(['s3:GetObject', 'iam:*']) });
    const { caller } = (await identity.findAccessKey(session.accessKeyId))!;
    expect(await ask(caller, 's3:GetObject')).toBe('allowed');
    expect(await ask(caller, 'sns:Publish')).toContain(
      'because no session policy allows the sns:Publish action',
    );
    expect(await ask(caller, 'iam:GetUser')).toContain('no identity-based policy');
  });

  test('ends with the role', async () => {
    const ann = await userWith('ann');
    await role(trusting({ AWS: ann.arn }));
    const { session } = await assume(ann);
    await identity.roles.delete(MAIN, 'r');
    expect(await identity.findAccessKey(session.accessKeyId)).toBeUndefined();
    await role(trusting({ AWS: ann.arn }));
    expect(await identity.findAccessKey(session.accessKeyId)).toBeUndefined();
  });

  test.each([
    [{ duration: 899 }, "Value '899' at 'durationSeconds' failed"],
    [{ duration: 3_601 }, 'exceeds the MaxSessionDuration set for this role'],
    [{ sessionName: 'x' }, 'greater than or equal to 2'],
    [{ sessionName: 'a b' }, 'regular expression pattern: [\\w+=,.@-]*'],
    [{ sessionName: 'x'.repeat(65) }, 'less than or equal to 64'],
    [{ roleArn: 'r' }, 'r is invalid'],
    [{ policy: '{' }, 'Syntax errors in policy.'],
    [{ policyArns: ['arn:aws:iam::aws:policy/Nope'] }, 'was not found'],
  ])('refuses %j', async (given, message) => {
    const ann = await userWith('ann');
    await role(trusting({ AWS: ann.arn }));
    await expect(assume(ann, given)).rejects.toThrow(message);
  });

  test('from a session lasts an hour at most', async () => {
    const ann = await userWith('ann');
    await identity.roles.create({
      account: MAIN,
      name: 'r',
      trustPolicy: trusting({ AWS: MAIN }),
      maxSessionDuration: 43_200,
    });
    await identity.roles.putInlinePolicy(MAIN, 'r', { name: 'p', document: allow('sts:*') });
    await identity.users.putInlinePolicy(MAIN, 'ann', { name: 'p', document: allow('sts:*') });
    const { session } = await assume(ann, { duration: 43_200 });
    const { caller } = (await identity.findAccessKey(session.accessKeyId))!;
    await expect(assume(caller, { duration: 3_601 })).rejects.toThrow('role chaining');
    expect((await assume(caller)).session.expiresAt).toBe(START + 3_600_000);
  });

  test('leaves no expired sessions behind for longer than a day', async () => {
    const ann = await userWith('ann');
    await role(trusting({ AWS: ann.arn }));
    const { session } = await assume(ann);
    now += 2 * 3_600_000;
    await assume(ann);
    expect((await identity.findAccessKey(session.accessKeyId))?.expiresAt).toBeLessThan(now);
    now += 24 * 3_600_000;
    await assume(ann);
    expect(await identity.findAccessKey(session.accessKeyId)).toBeUndefined();
    expect(await state.list('identity/sessions/')).toHaveLength(2);
  });
});

describe('a bearer token', () => {
  test('is found by its secret until it is revoked, also after a restart; the secret is not stored', async () => {
    const { secret, token } = await identity.createToken({
      account: MAIN,
      name: 'ci job',
      scopes: ['ingest', 'read'],
    });
    expect(secret).toMatch(/^ott_[\w-]{43}$/);
    identity = await open();
    expect(await identity.findToken(secret)).toEqual(token);
    expect(await identity.listTokens(MAIN)).toEqual([token]);
    expect(JSON.stringify(await state.list('identity/'))).not.toContain(secret);
    expect(await identity.revokeToken(OTHER, token.id)).toBe(false);
    expect(await identity.revokeToken(MAIN, token.id)).toBe(true);
    expect(await identity.findToken(secret)).toBeUndefined();
    expect(await (await open()).findToken(secret)).toBeUndefined();
  });

  test('ends at its time', async () => {
    const { secret } = await identity.createToken({
      account: MAIN,
      name: 't',
      scopes: ['flush'],
      expiresAt: START + 1,
    });
    expect(await identity.findToken(secret)).toBeDefined();
    now += 1;
    expect(await identity.findToken(secret)).toBeUndefined();
  });

  test.each([
    [{ scopes: [] }, 'Token scopes are'],
    [{ scopes: ['root'] }, 'found root'],
    [{ expiresAt: START }, 'already have expired'],
    [{ name: '' }, '1 to 128'],
    [{ account: '777788889999' }, '--accounts'],
  ])('is refused with %j', async (given, message) => {
    const wanted = { account: MAIN, name: 't', scopes: ['read'], ...given };
    await expect(identity.createToken(wanted as never)).rejects.toThrow(message);
  });

  test.each(['', 'ott_', 'ott_x', 'x'.repeat(10_000), '__proto__'])('%j is nobody', async (secret) => {
    expect(await identity.findToken(secret)).toBeUndefined();
    expect(await identity.findAccessKey(secret)).toBeUndefined();
  });
});
