import { describe, expect, test } from 'vitest';
import { MAIN, OTHER, useIdentityHouse } from './identity.fixture.ts';

const house = useIdentityHouse();

describe('the root key', () => {
  test('is made on the first start and stays over restarts', async () => {
    const first = house.identity.rootCredentials;
    expect(first.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(first.secretAccessKey).toMatch(/^[A-Za-z0-9]{40}$/);
    expect((await house.open()).rootCredentials).toEqual(first);
  });

  test('is rotated: the old one is unknown at once, the new one outlives a restart', async () => {
    const old = house.identity.rootCredentials;
    const fresh = await house.identity.rotateRoot();
    expect(await house.identity.findAccessKey(old.accessKeyId)).toBeUndefined();
    expect((await house.identity.findAccessKey(fresh.accessKeyId))?.caller.kind).toBe('root');
    expect((await house.open()).rootCredentials).toEqual(fresh);
  });

  test('may be given from outside, and is then neither stored nor rotated here', async () => {
    const given = { accessKeyId: 'AKIAGIVEN', secretAccessKey: 'given-secret-key' };
    const other = await house.open({ rootCredentials: given });
    expect(other.rootCredentials).toEqual(given);
    await expect(other.rotateRoot()).rejects.toThrow('OPENTRAIL_ROOT_ACCESS_KEY_ID');
    expect((await house.open()).rootCredentials).toEqual(house.identity.rootCredentials);
    await expect(house.open({ rootCredentials: { ...given, secretAccessKey: 'short' } })).rejects.toThrow(
      '8 characters',
    );
  });
});

describe('access keys', () => {
  test('of a user are found with the user, also after a restart', async () => {
    await house.identity.users.create({ account: OTHER, name: 'Ann', path: '/ops/' });
    const key = await house.identity.users.createAccessKey(OTHER, 'ann');
    const found = await (await house.open()).findAccessKey(key.id);
    expect(found).toMatchObject({
      secretAccessKey: key.secret,
      caller: { kind: 'user', account: OTHER, arn: `arn:aws:iam::${OTHER}:user/ops/Ann`, userName: 'Ann' },
    });
    expect(found?.caller.principalId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  });

  test('work no more once inactive or deleted, and again when activated', async () => {
    await house.identity.users.create({ account: MAIN, name: 'ann' });
    const { id } = await house.identity.users.createAccessKey(MAIN, 'ann');
    await house.identity.users.setAccessKeyActive(MAIN, 'ann', id, false);
    expect(await house.identity.findAccessKey(id)).toBeUndefined();
    expect(house.identity.ownerOfAccessKey(id)?.account).toBe(MAIN);
    await house.identity.users.setAccessKeyActive(MAIN, 'ann', id, true);
    expect(await house.identity.findAccessKey(id)).toBeDefined();
    await house.identity.users.deleteAccessKey(MAIN, 'ann', id);
    expect(await house.identity.findAccessKey(id)).toBeUndefined();
    await expect(house.identity.users.deleteAccessKey(MAIN, 'ann', id)).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  test('are two at most, also when asked for at the same moment', async () => {
    await house.identity.users.create({ account: MAIN, name: 'ann' });
    const asked = await Promise.allSettled(
      [1, 2, 3, 4].map(() => house.identity.users.createAccessKey(MAIN, 'ann')),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect((await house.open()).users.get(MAIN, 'ann').accessKeys).toHaveLength(2);
  });

  test('end with a user that is removed whole', async () => {
    const { accessKey } = await house.identity.createPresetUser({
      account: MAIN,
      name: 'm',
      preset: 'monitoring',
    });
    await expect(house.identity.users.delete(MAIN, 'm')).rejects.toMatchObject({ code: 'DeleteConflict' });
    await house.identity.removeUser(MAIN, 'm');
    expect(await house.identity.findAccessKey(accessKey.accessKeyId)).toBeUndefined();
  });
});

describe('a user name', () => {
  test('is unique in its account without case, also for two at the same moment', async () => {
    const both = await Promise.allSettled(
      ['ann', 'ANN'].map((name) => house.identity.users.create({ account: MAIN, name })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await house.identity.users.create({ account: OTHER, name: 'ann' });
    expect(house.identity.users.list(OTHER)).toHaveLength(1);
  });

  test.each(['', 'a b', 'a/b', '../x', 'x'.repeat(65), 'a\nb'])('%j is refused', async (name) => {
    await expect(house.identity.users.create({ account: MAIN, name })).rejects.toMatchObject({
      code: 'ValidationError',
    });
  });
});

describe('a preset', () => {
  test('monitoring may look at trails, their events and their digests, and at nothing else', async () => {
    const { accessKey } = await house.identity.createPresetUser({
      account: MAIN,
      name: 'm',
      preset: 'monitoring',
    });
    const caller = await house.callerOf(accessKey.accessKeyId);
    expect(await house.ask(caller, 'cloudtrail:GetTrailStatus')).toBe('allowed');
    expect(await house.ask(caller, 'cloudtrail:LookupEvents')).toBe('allowed');
    const inBucket = (key: string) => ({ resource: `arn:aws:s3:::logs/AWSLogs/${MAIN}/${key}` });
    expect(await house.ask(caller, 's3:GetObject', inBucket('CloudTrail-Digest/us-east-1/x.gz'))).toBe(
      'allowed',
    );
    expect(await house.ask(caller, 's3:GetObject', inBucket('CloudTrail/us-east-1/x.gz'))).toContain(
      'no identity-based policy',
    );
    for (const action of ['cloudtrail:GetTrail', 'cloudtrail:StopLogging', 'opentrail:PutEvents']) {
      expect(await house.ask(caller, action)).toContain(
        `no identity-based policy allows the ${action} action`,
      );
    }
  });

  test('is refused for accounts that are not served, and other accounts for all but auditors', async () => {
    const make = (given: object) =>
      house.identity.createPresetUser({ account: MAIN, name: 'x', preset: 'ingest', ...given });
    await expect(make({ account: '777788889999' })).rejects.toThrow('--accounts');
    await expect(make({ readableAccounts: [OTHER] })).rejects.toThrow('Only an auditor');
    await expect(make({ preset: 'king' })).rejects.toThrow('Presets are admin, auditor, ingest, monitoring');
    expect(house.identity.users.list(MAIN)).toEqual([]);
  });
});
