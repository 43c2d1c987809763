import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretBox, SecretUnreadable } from './secret-box.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'box-'));
  path = join(folder, 'keys', 'secrets.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a secret box', () => {
  it('opens what it sealed, also after a restart, and shows nothing of it', async () => {
    const sealed = (await openSecretBox({ path })).seal('source/1', 'hunter2');
    expect(sealed).not.toContain('hunter2');
    expect((await openSecretBox({ path })).open('source/1', sealed)).toBe('hunter2');
  });

  it('keeps its key where only the owner reads it', async () => {
    await openSecretBox({ path });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('never seals the same text into the same bytes', async () => {
    const box = await openSecretBox({ path });
    expect(box.seal('a', 'x')).not.toBe(box.seal('a', 'x'));
  });

  it('refuses a sealed text that was moved to another place or changed', async () => {
    const box = await openSecretBox({ path });
    const sealed = box.seal('source/1', 'hunter2');
    expect(() => box.open('source/2', sealed)).toThrow(SecretUnreadable);
    const [format, id, nonce, body = ''] = sealed.split('.');
    const turned = Buffer.from(body, 'base64url');
    turned[0] = turned[0]! ^ 1;
    expect(() => box.open('source/1', [format, id, nonce, turned.toString('base64url')].join('.'))).toThrow(
      'set them again',
    );
    for (const text of ['', 'v1', 'v1.x.y.z', `v1.${id}..`, `v1.${id}.${nonce}.AAAA`]) {
      expect(() => box.open('source/1', text)).toThrow(SecretUnreadable);
    }
  });

  it('rotates: everything is sealed anew, and the old key is gone', async () => {
    const box = await openSecretBox({ path });
    let sealed = box.seal('a', 'hunter2');
    const old = sealed;
    await box.rotate(async () => {
      expect(box.isCurrent(sealed)).toBe(false);
      sealed = box.seal('a', box.open('a', sealed));
    });
    expect(box.open('a', sealed)).toBe('hunter2');
    expect(() => box.open('a', old)).toThrow('key file');
    expect(JSON.parse(await readFile(path, 'utf8')).keys).toHaveLength(1);
  });

  it('finishes a rotation that was cut off: nothing is lost in between', async () => {
    const box = await openSecretBox({ path });
    let sealed = box.seal('a', 'hunter2');
    await expect(
      box.rotate(async () => {
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    const next = await openSecretBox({ path });
    expect(next.isRotating).toBe(true);
    await next.finishRotation(async () => {
      sealed = next.seal('a', next.open('a', sealed));
    });
    expect(next.isRotating).toBe(false);
    expect((await openSecretBox({ path })).open('a', sealed)).toBe('hunter2');
  });

  it.each(['', '{', '{}', '{"format":1,"keys":[]}', '{"format":1,"keys":[{"id":"a","key":"AAAA"}]}'])(
    'refuses the damaged key file %j, and does not write over it',
    async (text) => {
      await openSecretBox({ path });
      await writeFile(path, text);
      await expect(openSecretBox({ path })).rejects.toThrow('damaged');
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );
});
