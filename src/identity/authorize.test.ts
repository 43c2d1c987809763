import { describe, expect, test } from 'vitest';
import type { Caller } from './caller.ts';
import { allow, deny, MAIN, OTHER, useIdentityHouse } from './identity.fixture.ts';

const house = useIdentityHouse();

describe('within an account', () => {
  const key = 'arn:aws:s3:::b/k';

  test('root may everything, a user without policies nothing', async () => {
    expect(await house.ask(await house.rootCaller(), 'iam:DeleteUser')).toBe('allowed');
    expect(await house.ask(await house.userWith('ann'), 'cloudtrail:LookupEvents')).toBe(
      'cloudtrail:LookupEvents on resource: * because no identity-based policy allows the cloudtrail:LookupEvents action',
    );
  });

  test('a user may what the policy says, without case in actions and with it in resources', async () => {
    const ann = await house.userWith('ann', allow(['CloudTrail:Get*', 's3:?etObject'], 'arn:aws:s3:::b/*'));
    expect(await house.ask(ann, 's3:GetObject', { resource: key })).toBe('allowed');
    expect(await house.ask(ann, 's3:GetObject', { resource: 'arn:aws:s3:::B/k' })).toContain(
      'no identity-based',
    );
    expect(await house.ask(ann, 's3:GetObjects', { resource: key })).toContain('no identity-based');
    expect(await house.ask(ann, 'cloudtrail:GetTrail')).toContain('no identity-based');
  });

  test('a deny wins over every allow', async () => {
    const ann = await house.userWith('ann', allow('*'));
    await house.identity.users.putInlinePolicy(MAIN, 'ann', { name: 'no', document: deny('s3:*') });
    expect(await house.ask(ann, 's3:GetObject', { resource: key })).toBe(
      's3:GetObject on resource: arn:aws:s3:::b/k with an explicit deny in an identity-based policy',
    );
    expect(await house.ask(ann, 'sns:Publish')).toBe('allowed');
  });

  test('a resource policy that names the user suffices; one that names the account leaves it to the user', async () => {
    const ann = await house.userWith('ann');
    const policy = (AWS: string) => allow('s3:GetObject', key, { Principal: { AWS } });
    const asked = (AWS: string, caller = ann) =>
      house.ask(caller, 's3:GetObject', { resource: key, resourcePolicy: policy(AWS) });
    expect(await asked(ann.arn)).toBe('allowed');
    expect(await asked('*')).toBe('allowed');
    expect(await asked(`arn:aws:iam::${MAIN}:root`)).toContain('no identity-based policy');
    expect(await asked(`arn:aws:iam::${MAIN}:user/bob`)).toContain('no identity-based policy');
    expect(await asked(MAIN, await house.userWith('reader', allow('s3:GetObject')))).toBe('allowed');
  });

  test('a deny of the resource holds for root too, but not for the repair of a bucket policy', async () => {
    const root = await house.rootCaller();
    const resourcePolicy = deny('s3:*', '*', { Principal: '*' });
    expect(await house.ask(root, 's3:GetObject', { resource: key, resourcePolicy })).toContain(
      'with an explicit deny in a resource-based policy',
    );
    expect(
      await house.ask(root, 's3:DeleteBucketPolicy', { resource: 'arn:aws:s3:::b', resourcePolicy }),
    ).toBe('allowed');
  });

  test('a resource policy that cannot be read allows nothing', async () => {
    expect(await house.ask(await house.rootCaller(), 's3:GetObject', { resourcePolicy: '{' })).toContain(
      'explicit deny',
    );
  });

  test('managed policies count while they are attached, in their default version', async () => {
    const ann = await house.userWith('ann');
    const { name } = await house.identity.policies.create({
      account: MAIN,
      name: 'P',
      document: allow('sns:*'),
    });
    const arn = `arn:aws:iam::${MAIN}:policy/${name}`;
    await house.identity.users.attach(MAIN, 'ann', arn);
    expect(await house.ask(ann, 'sns:Publish')).toBe('allowed');
    await house.identity.policies.createVersion(MAIN, arn, allow('s3:*'), true);
    expect(await house.ask(ann, 'sns:Publish')).toContain('no identity-based');
    await house.identity.policies.setDefaultVersion(MAIN, arn, 'v1');
    expect(await house.ask(ann, 'sns:Publish')).toBe('allowed');
    await house.identity.users.detach(MAIN, 'ann', arn);
    expect(await house.ask(ann, 'sns:Publish')).toContain('no identity-based');
  });

  test('a permissions boundary bounds', async () => {
    const ann = await house.userWith('ann', allow('*'));
    await house.identity.users.setPermissionsBoundary(
      MAIN,
      'ann',
      'arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess',
    );
    expect(await house.ask(ann, 'cloudtrail:LookupEvents')).toBe('allowed');
    expect(await house.ask(ann, 'cloudtrail:DeleteTrail')).toContain(
      'because no permissions boundary allows the cloudtrail:DeleteTrail action',
    );
  });

  test('conditions read the caller and the request, and the request cannot play the caller', async () => {
    const ann = await house.userWith(
      'ann',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      allow('s3:GetObject', 'arn:aws:s3:::b/${aws:username}/*', {
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      }),
    );
    const from = (ip: string, user = 'ann', more = {}) =>
      house.ask(ann, 's3:GetObject', {
        resource: `arn:aws:s3:::b/${user}/k`,
        context: { 'aws:SourceIp': ip, ...more },
      });
    expect(await from('10.1.1.1')).toBe('allowed');
    expect(await from('11.1.1.1')).toContain('no identity-based');
    expect(await from('10.1.1.1', 'bob', { 'AWS:UserName': 'bob' })).toContain('no identity-based');
  });

  test('a user made again under an old name has none of the old rights', async () => {
    const ann = await house.userWith('ann', allow('*'));
    await house.identity.removeUser(MAIN, 'ann');
    const again = await house.userWith('ann', allow('*'));
    expect(await house.ask(ann, 's3:GetObject')).toContain('no identity-based');
    expect(await house.ask(again, 's3:GetObject')).toBe('allowed');
  });
});

describe('between accounts', () => {
  const of = (Principal: unknown) => ({
    resource: 'arn:aws:s3:::b/k',
    resourceAccount: OTHER,
    resourcePolicy: allow('s3:GetObject', '*', { Principal }),
  });

  test('both sides must allow', async () => {
    const able = await house.userWith('able', allow('s3:*'));
    const unable = await house.userWith('unable');
    expect(await house.ask(able, 's3:GetObject', of({ AWS: MAIN }))).toBe('allowed');
    expect(await house.ask(unable, 's3:GetObject', of({ AWS: unable.arn }))).toContain(
      'no identity-based policy',
    );
    expect(await house.ask(able, 's3:GetObject', of({ AWS: OTHER }))).toContain('no resource-based policy');
    expect(await house.ask(able, 's3:GetObject', { resourceAccount: OTHER })).toContain(
      'no resource-based policy',
    );
    expect(await house.ask(await house.rootCaller(), 's3:GetObject', of({ AWS: OTHER }))).toContain(
      'no resource-based policy',
    );
  });

  test('services and strangers have the resource policy only', async () => {
    const dns = 'cloudtrail.amazonaws.com';
    const service: Caller = { kind: 'service', account: MAIN, arn: dns, principalId: dns };
    const stranger: Caller = { kind: 'user', account: '', arn: 'anonymous', principalId: 'anonymous' };
    expect(await house.ask(service, 's3:GetObject', of({ Service: dns }))).toBe('allowed');
    expect(await house.ask(service, 's3:GetObject', of({ Service: 'sns.amazonaws.com' }))).toContain(
      'no resource-based',
    );
    expect(await house.ask(service, 's3:GetObject', of({ AWS: MAIN }))).toContain('no resource-based');
    expect(await house.ask(service, 's3:GetObject')).toContain('no resource-based');
    expect(await house.ask(stranger, 's3:GetObject', of('*'))).toBe('allowed');
    expect(await house.ask(stranger, 's3:GetObject', of({ AWS: OTHER }))).toContain('no resource-based');
    expect(await house.ask(stranger, 's3:ListAllMyBuckets')).toContain('no resource-based');
  });

  test('an auditor may read the accounts that it was given, and no others', async () => {
    const readableAccounts = [OTHER];
    const made = await house.identity.createPresetUser({
      account: MAIN,
      name: 'a',
      preset: 'auditor',
      readableAccounts,
    });
    const caller = await house.callerOf(made.accessKey.accessKeyId);
    expect(caller.readableAccounts).toEqual([OTHER]);
    expect(await house.ask(caller, 'cloudtrail:LookupEvents', { resourceAccount: OTHER })).toBe('allowed');
    expect(await house.ask(caller, 'cloudtrail:LookupEvents', { resourceAccount: '777788889999' })).toContain(
      'no resource-based',
    );
    expect(await house.ask(caller, 'cloudtrail:DeleteTrail', { resourceAccount: OTHER })).toContain(
      'no identity-based',
    );
    const resourcePolicy = deny('s3:*', '*', { Principal: '*' });
    expect(await house.ask(caller, 's3:GetObject', { resourceAccount: OTHER, resourcePolicy })).toContain(
      'explicit deny',
    );
  });
});
