import { describe, expect, test } from 'vitest';
import { MAIN, OTHER, START, useIdentityHouse } from '../identity.fixture.ts';

const house = useIdentityHouse();

describe('a bearer token', () => {
  test('is found by its secret until it is revoked, also after a restart; the secret is not stored', async () => {
    const { secret, token } = await house.identity.createToken({
      account: MAIN,
      name: 'ci job',
      scopes: ['ingest', 'read'],
    });
    expect(secret).toMatch(/^ott_[\w-]{43}$/);
    house.identity = await house.open();
    expect(await house.identity.findToken(secret)).toEqual(token);
    expect(await house.identity.listTokens(MAIN)).toEqual([token]);
    expect(JSON.stringify(await house.state.list('identity/'))).not.toContain(secret);
    expect(await house.identity.revokeToken(OTHER, token.id)).toBe(false);
    expect(await house.identity.revokeToken(MAIN, token.id)).toBe(true);
    expect(await house.identity.findToken(secret)).toBeUndefined();
    expect(await (await house.open()).findToken(secret)).toBeUndefined();
  });

  test('ends at its time', async () => {
    const { secret } = await house.identity.createToken({
      account: MAIN,
      name: 't',
      scopes: ['flush'],
      expiresAt: START + 1,
    });
    expect(await house.identity.findToken(secret)).toBeDefined();
    house.now += 1;
    expect(await house.identity.findToken(secret)).toBeUndefined();
  });

  test.each([
    [{ scopes: [] }, 'Token scopes are'],
    [{ scopes: ['root'] }, 'found root'],
    [{ expiresAt: START }, 'already have expired'],
    [{ name: '' }, '1 to 128'],
    [{ account: '777788889999' }, '--accounts'],
  ])('is refused with %j', async (given, message) => {
    const wanted = { account: MAIN, name: 't', scopes: ['read'], ...given };
    await expect(house.identity.createToken(wanted as never)).rejects.toThrow(message);
  });

  test.each(['', 'ott_', 'ott_x', 'x'.repeat(10_000), '__proto__'])('%j is nobody', async (secret) => {
    expect(await house.identity.findToken(secret)).toBeUndefined();
    expect(await house.identity.findAccessKey(secret)).toBeUndefined();
  });
});
