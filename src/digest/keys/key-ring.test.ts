import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLmdbState, type State } from '../../state/index.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import { type DigestKeyRecord, publishedForm } from './public-key.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-11-01T10:17:23.500Z');
const REGION = 'us-east-1';

let folder: string;
let state: State;
let now: number;
let ring: KeyRing;
const open = () => openKeyRing({ state, path: join(folder, 'keys'), now: () => now });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  state = openLmdbState(join(folder, 'state'));
  now = START;
  ring = open();
});
afterEach(async () => {
  await state.close();
  await rm(folder, { recursive: true });
});

it('names the key that AWS shows in its documentation as AWS does', () => {
  // https://docs.aws.amazon.com/cli/latest/reference/cloudtrail/list-public-keys.html
  const value =
    'MIIBCgKCAQEAlSS3cl92HDycr/MTj0moOhas8habjrraXw+KzlWF0axSI2tcF+3iJ9BKQAVSKxGwxwu3m0wG3J+kUl1xboEcEPHYoIYMbgfSw7KGnuDKwkLzsQWhUJ0cIbOHASox1vv/5fNXkrHhGbDCHeVXm804c83nvHUEFYThr1PfyP/8HwrCtR3FX5OANtQCP61C1nJtSSkC8JSQUOrIP4CuwJjc+4WGDk+BGH5m9iuiAKkipEHWmUl8/P7XpfpWQuk4h8g3pXZOrNXr08lbh4d39svj7UqdhvOXoBISp9t/EXYuePGEtBdrKD9Dz+VHwyUPtBQvYr9BnkF88qBnaPNhS44rzwIDAQAB';
  const key = createPublicKey({ key: Buffer.from(value, 'base64'), format: 'der', type: 'pkcs1' });
  expect(publishedForm(key)).toEqual({ fingerprint: '7f3f401420072e50a65a141430817ab3', value });
});

async function verifies(record: DigestKeyRecord, text: string, signature: Buffer): Promise<boolean> {
  const der = Buffer.from(record.value, 'base64');
  const key = createPublicKey({ key: der, format: 'der', type: 'pkcs1' });
  expect(publishedForm(key).fingerprint).toBe(record.fingerprint);
  return verify('sha256', Buffer.from(text), key, signature);
}

const privateFiles = () => readdir(join(folder, 'keys', REGION));

describe('the key of a Region', () => {
  it('is made when it is first needed, valid for exactly 30 days, and signs the same way after a restart', async () => {
    expect(await ring.list()).toEqual([]);
    const signature = await (await ring.signer(REGION, now)).sign('text');
    const [record] = await ring.list();
    expect(record!.validTo - record!.validFrom).toBe(30 * DAY);
    expect(record!.validFrom % 1000).toBe(0);
    expect(await verifies(record!, 'text', signature)).toBe(true);
    expect(await (await open().signer(REGION, now)).sign('text')).toEqual(signature);
    expect(await ring.list()).toHaveLength(1);
  });

  it('is one, however many ask for the first at once', async () => {
    const signers = await Promise.all([1, 2, 3, 4].map(() => ring.signer(REGION, now)));
    expect(new Set(signers.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect((await ring.signer('eu-west-1', now)).fingerprint).not.toBe(signers[0]!.fingerprint);
  });

  it('lies in a file that only its owner can read', async () => {
    const { fingerprint } = await ring.signer(REGION, now);
    const path = join(folder, 'keys', REGION);
    expect(await privateFiles()).toEqual([`${fingerprint}.pem`]);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, `${fingerprint}.pem`))).mode & 0o777).toBe(0o600);
  });

  it('gets a successor before it ends; both are published, and hours of before keep the old one', async () => {
    const first = await ring.signer(REGION, now);
    const hour = now;
    now += 26 * DAY;
    const second = await ring.signer(REGION, now);
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect((await ring.signer(REGION, hour)).fingerprint).toBe(first.fingerprint);
    expect((await ring.valid(REGION, now, now)).map(({ fingerprint }) => fingerprint)).toEqual([
      first.fingerprint,
      second.fingerprint,
    ]);
  });

  it('loses its private half some days after its end, never its public one', async () => {
    const first = await ring.signer(REGION, now);
    for (let month = 0; month < 3; month++) {
      now += 29 * DAY;
      await ring.signer(REGION, now);
    }
    expect(await ring.list()).toHaveLength(4);
    expect(await privateFiles()).not.toContain(`${first.fingerprint}.pem`);
    expect(await ring.signerNamed(REGION, first.fingerprint)).toBeUndefined();
  });

  it('is replaced at once by hand, and signs no more', async () => {
    const first = await ring.signer(REGION, now);
    now += 1000;
    const made = await ring.rotate(REGION);
    expect(await privateFiles()).toEqual([`${made.fingerprint}.pem`]);
    expect((await ring.signer(REGION, now)).fingerprint).toBe(made.fingerprint);
    expect((await ring.signer(REGION, START)).fingerprint).toBe(made.fingerprint);
    expect((await ring.list()).find(({ fingerprint }) => fingerprint === first.fingerprint)?.retiredAt).toBe(
      now,
    );
  });

  it('is made anew when its file is lost, and the loss is not hidden', async () => {
    const first = await ring.signer(REGION, now);
    await rm(join(folder, 'keys'), { recursive: true });
    ring = open();
    expect(await ring.signerNamed(REGION, first.fingerprint)).toBeUndefined();
    expect((await ring.signer(REGION, now)).fingerprint).not.toBe(first.fingerprint);
    expect(await ring.list(REGION)).toHaveLength(2);
  });

  it('is not looked for outside of the folder', async () => {
    await expect(ring.signer('../elsewhere', now)).rejects.toThrow('is not a Region');
  });
});
