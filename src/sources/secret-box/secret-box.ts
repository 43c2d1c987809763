import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type BoxKey, makeKey, readKeyFile, writeKeyFile } from './key-file.ts';

/** A sealed text cannot be opened: its key is gone, or it is not what was sealed for this place. Shows no content. */
export class SecretUnreadable extends Error {
  constructor(place: string, why: string, options?: ErrorOptions) {
    super(`the secrets of ${place} cannot be read: ${why}; set them again`, options);
    this.name = 'SecretUnreadable';
  }
}

/**
 * Encrypts what must not lie readable in the state: AES-256-GCM, a fresh nonce each, bound to the place where it is
 * stored, so that a sealed text moved elsewhere opens nothing. Whoever reads both the state and the key file reads the
 * secrets; a copy of the state alone tells nothing but their length.
 */
export interface SecretBox {
  /** `place` names where the sealed text is kept, such as `source/<id>`. */
  seal(place: string, text: string): string;
  /** @throws SecretUnreadable */
  open(place: string, sealed: string): string;
  /** Is it sealed with the newest key? */
  isCurrent(sealed: string): boolean;
  /**
   * Makes a new key, lets `reseal` seal everything anew (what is not `isCurrent`) and forgets the older keys, unless
   * `reseal` throws. Answers what `reseal` does. The same work, without a new key, finishes a rotation that a crash cut off.
   */
  rotate<T>(reseal: () => Promise<T>): Promise<T>;
  /** True: a rotation was cut off; `finishRotation` should be called. */
  readonly isRotating: boolean;
  finishRotation<T>(reseal: () => Promise<T>): Promise<T>;
}

const FORMAT = 'v1';

/** Opens the box whose keys are in the file at `path`, which is made (mode 0600) when it is not there. */
export async function openSecretBox(options: {
  readonly path: string;
  readonly random?: (bytes: number) => Buffer;
}): Promise<SecretBox> {
  const { path, random = randomBytes } = options;
  let keys = await readKeyFile(path);
  if (keys.length === 0) {
    keys = [makeKey(random)];
    await writeKeyFile(path, keys);
  }
  const newest = (): BoxKey => keys.at(-1)!;

  async function finishRotation<T>(reseal: () => Promise<T>): Promise<T> {
    const outcome = await reseal();
    const last = [newest()];
    await writeKeyFile(path, last);
    keys = last;
    return outcome;
  }

  return {
    seal(place, text) {
      const { id, bytes } = newest();
      const nonce = random(12);
      const cipher = createCipheriv('aes-256-gcm', bytes, nonce);
      cipher.setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [FORMAT, id, nonce.toString('base64url'), body.toString('base64url')].join('.');
    },
    open(place, sealed) {
      const [format, id, nonce = '', body = ''] = sealed.split('.');
      const key = keys.find((one) => one.id === id);
      if (format !== FORMAT || !key) throw new SecretUnreadable(place, 'their key is not in the key file');
      try {
        const bytes = Buffer.from(body, 'base64url');
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'), {
          authTagLength: 16,
        });
        decipher.setAAD(Buffer.from(place));
        decipher.setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SecretUnreadable(place, 'they were changed, or sealed for another place', { cause });
      }
    },
    isCurrent: (sealed) => sealed.split('.')[1] === newest().id,
    async rotate(reseal) {
      const grown = [...keys, makeKey(random)];
      // Both keys are durable before anything is sealed with the new one.
      await writeKeyFile(path, grown);
      keys = grown;
      return await finishRotation(reseal);
    },
    get isRotating() {
      return keys.length > 1;
    },
    finishRotation,
  };
}
