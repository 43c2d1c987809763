import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outgoing } from './outgoing.ts';

/** An event that an intake did not take, and why. */
export interface DeadLetter {
  readonly reason: string;
  /** When it was given up, milliseconds since the epoch. */
  readonly at: number;
  readonly event: Outgoing;
}

/** How much lies there. */
export interface DeadLetterCount {
  readonly events: number;
  readonly bytes: number;
}

const NAME = /^(\d{10})-(\d{1,9})\.ndjson$/;

/**
 * Events that were given up, on disk, in files of a batch each, named by a growing number and how many they hold. Above
 * the bound the oldest file goes. Calls must not overlap; the forwarder makes them one after the other.
 */
export class DeadLetters {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** On disk when it resolves. Answers how many older ones had to go for it. */
  async add(letters: readonly DeadLetter[]): Promise<number> {
    if (letters.length === 0) return 0;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const last = (await this.#files()).at(-1);
    const number = String((last?.number ?? 0) + 1).padStart(10, '0');
    const path = join(this.#folder, `${number}-${letters.length}.ndjson`);
    const unfinished = join(this.#folder, 'unfinished');
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
    return await this.#makeRoom();
  }

  /** The files that lie there now, oldest first. */
  async list(): Promise<readonly string[]> {
    return (await this.#files()).map(({ name }) => name);
  }

  /** The letters of one file; lines that do not read are left out. */
  async read(name: string): Promise<readonly DeadLetter[]> {
    if (!NAME.test(name)) return [];
    const text = await readFile(join(this.#folder, name), 'utf8');
    return text.split('\n').flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as DeadLetter];
      } catch {
        return [];
      }
    });
  }

  async remove(name: string): Promise<void> {
    if (NAME.test(name)) await rm(join(this.#folder, name), { force: true });
  }

  async count(): Promise<DeadLetterCount> {
    let [events, bytes] = [0, 0];
    for (const file of await this.#files()) {
      events += file.events;
      bytes += (await stat(join(this.#folder, file.name)).catch(() => undefined))?.size ?? 0;
    }
    return { events, bytes };
  }

  /** With the folder. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeRoom(): Promise<number> {
    let gone = 0;
    const files = [...(await this.#files())];
    let { bytes } = await this.count();
    while (bytes > this.#maxBytes && files.length > 1) {
      const oldest = files.shift();
      if (!oldest) break;
      bytes -= (await stat(join(this.#folder, oldest.name))).size;
      await this.remove(oldest.name);
      gone += oldest.events;
    }
    return gone;
  }

  async #files(): Promise<readonly { name: string; number: number; events: number }[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.sort().flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [{ name, number: Number(match[1]), events: Number(match[2]) }] : [];
    });
  }
}
