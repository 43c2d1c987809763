import { createPrivateKey, type KeyObject } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../durable-file/index.ts';
import { publishedForm } from './public-key.ts';

const REGION = /^[a-z0-9-]{1,64}$/;

/**
 * The private halves, one PKCS #8 PEM file each: `<path>/<region>/<fingerprint>.pem`, mode 0600. Whoever reads one can
 * sign digests of that Region as this server until the key is rotated.
 */
export class PrivateKeyFiles {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Durable on return: a key must not sign anything that outlives it. */
  async write(region: string, fingerprint: string, key: KeyObject): Promise<void> {
    const file = this.#fileOf(region, fingerprint);
    const folder = dirname(file);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = `${file}.new`;
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      // An unusual umask must not decide who reads it.
      await chmod(temporary, 0o600);
      await handle.writeFile(key.export({ type: 'pkcs8', format: 'pem' }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  }

  /** Undefined when the file is not there. @throws when it holds another key than its name says. */
  async read(region: string, fingerprint: string): Promise<KeyObject | undefined> {
    const file = this.#fileOf(region, fingerprint);
    let pem: string;
    try {
      pem = await readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const key = createPrivateKey(pem);
    if (publishedForm(key).fingerprint !== fingerprint) {
      throw new Error(`digest: ${file} holds another key than its name says; restore it, or remove it`);
    }
    return key;
  }

  async remove(region: string, fingerprint: string): Promise<void> {
    await rm(this.#fileOf(region, fingerprint), { force: true });
  }

  #fileOf(region: string, fingerprint: string): string {
    // The Region came with an event; ingest has checked it, and a path is too dear to rely on that.
    if (!REGION.test(region)) throw new RangeError(`digest: ${JSON.stringify(region)} is not a Region`);
    return join(this.#path, region, `${fingerprint}.pem`);
  }
}
