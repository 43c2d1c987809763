import { describe, expect, test } from 'vitest';
import type { Caller } from './caller.ts';
import { allow, MAIN, OTHER, START, trusting, useIdentityHouse } from './identity.fixture.ts';

const house = useIdentityHouse();

describe('assuming a role', () => {
  const roleArn = `arn:aws:iam::${MAIN}:role/r`;
  const assume = (caller: Caller, more = {}) =>
    house.identity.assumeRole({ caller, roleArn, sessionName: 'session-1', ...more });
  const refusal = (caller: Caller) =>
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;

  async function role(trustPolicy: string, document?: string): Promise<void> {
    await house.identity.roles.create({ account: MAIN, name: 'r', trustPolicy });
    if (document) await house.identity.roles.putInlinePolicy(MAIN, 'r', { name: 'p', document });
  }

  test('gives a session that carries role and session name, for the time asked, over a restart', async () => {
    const ann = await house.userWith('ann');
    await role(trusting({ AWS: ann.arn }), allow('cloudtrail:*'));
    const made = await assume(ann, { duration: 900 });
    house.identity = await house.open();
    const secret = (await house.identity.findAccessKey(made.session.accessKeyId))!;
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
    expect(await house.ask(secret.caller, 'cloudtrail:LookupEvents')).toBe('allowed');
    expect(await house.ask(secret.caller, 's3:GetObject')).toContain('no identity-based policy');
    expect(
      await house.ask(secret.caller, 's3:GetObject', {
        resourcePolicy: allow('s3:*', '*', { Principal: { AWS: roleArn } }),
      }),
    ).toBe('allowed');
  });

  test('needs the role to trust the caller', async () => {
    const ann = await house.userWith('ann', allow('*'));
    await role(trusting({ Service: 'ec2.amazonaws.com' }));
    await expect(assume(ann)).rejects.toMatchObject({ code: 'AccessDenied', message: refusal(ann) });
  });

  test('needs the caller to be allowed too where the role trusts the account', async () => {
    await role(trusting({ AWS: MAIN }));
    await expect(assume(await house.userWith('unable'))).rejects.toMatchObject({ code: 'AccessDenied' });
    expect((await assume(await house.userWith('able', allow('sts:AssumeRole')))).arn).toContain(
      'assumed-role/r/',
    );
  });

  test('needs both sides between accounts, and the external id that the role asks for', async () => {
    const condition = { Condition: { StringEquals: { 'sts:ExternalId': 'x1' } } };
    await role(trusting({ AWS: OTHER }, condition));
    const able = await house.userWith('able', allow('sts:AssumeRole'), OTHER);
    await expect(assume(able)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(
      assume(await house.userWith('unable', undefined, OTHER), { context: { 'sts:ExternalId': 'x1' } }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
    expect((await assume(able, { context: { 'sts:ExternalId': 'x1' } })).session.account).toBe(MAIN);
  });

  test('tells a stranger the same of a role that does not exist', async () => {
    const ann = await house.userWith('ann', allow('*'));
    await expect(assume(ann)).rejects.toMatchObject({ code: 'AccessDenied', message: refusal(ann) });
  });

  test('is not for root', async () => {
    await role(trusting({ AWS: MAIN }));
    await expect(assume(await house.rootCaller())).rejects.toThrow(
      'Roles may not be assumed by root accounts.',
    );
  });

  test('with a session policy gives the intersection', async () => {
    const ann = await house.userWith('ann');
    await role(trusting({ AWS: ann.arn }), allow(['s3:*', 'sns:Publish']));
    const { session } = await assume(ann, { policy: allow(['s3:GetObject', 'iam:*']) });
    const caller = await house.callerOf(session.accessKeyId);
    expect(await house.ask(caller, 's3:GetObject')).toBe('allowed');
    expect(await house.ask(caller, 'sns:Publish')).toContain(
      'because no session policy allows the sns:Publish action',
    );
    expect(await house.ask(caller, 'iam:GetUser')).toContain('no identity-based policy');
  });

  test('ends with the role', async () => {
    const ann = await house.userWith('ann');
    await role(trusting({ AWS: ann.arn }));
    const { session } = await assume(ann);
    await house.identity.roles.delete(MAIN, 'r');
    expect(await house.identity.findAccessKey(session.accessKeyId)).toBeUndefined();
    await role(trusting({ AWS: ann.arn }));
    expect(await house.identity.findAccessKey(session.accessKeyId)).toBeUndefined();
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
    const ann = await house.userWith('ann');
    await role(trusting({ AWS: ann.arn }));
    await expect(assume(ann, given)).rejects.toThrow(message);
  });

  test('from a session lasts an hour at most', async () => {
    const ann = await house.userWith('ann');
    await house.identity.roles.create({
      account: MAIN,
      name: 'r',
      trustPolicy: trusting({ AWS: MAIN }),
      maxSessionDuration: 43_200,
    });
    await house.identity.roles.putInlinePolicy(MAIN, 'r', { name: 'p', document: allow('sts:*') });
    await house.identity.users.putInlinePolicy(MAIN, 'ann', { name: 'p', document: allow('sts:*') });
    const { session } = await assume(ann, { duration: 43_200 });
    const caller = await house.callerOf(session.accessKeyId);
    await expect(assume(caller, { duration: 3_601 })).rejects.toThrow('role chaining');
    expect((await assume(caller)).session.expiresAt).toBe(START + 3_600_000);
  });

  test('leaves no expired sessions behind for longer than a day', async () => {
    const ann = await house.userWith('ann');
    await role(trusting({ AWS: ann.arn }));
    const { session } = await assume(ann);
    house.now += 2 * 3_600_000;
    await assume(ann);
    expect((await house.identity.findAccessKey(session.accessKeyId))?.expiresAt).toBeLessThan(house.now);
    house.now += 24 * 3_600_000;
    await assume(ann);
    expect(await house.identity.findAccessKey(session.accessKeyId)).toBeUndefined();
    expect(await house.state.list('identity/sessions/')).toHaveLength(2);
  });
});
