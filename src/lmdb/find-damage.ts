import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { DATA_FILE } from './walk.ts';

/**
 * Reads every page of these environments, which no process may be using, and answers what is wrong with those that are
 * damaged, by path; where there is none, nothing is wrong. The reading is done by a process of its own, because LMDB
 * does not survive every damage of its file.
 */
export async function findDamage(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const damaged = new Map<string, string>();
  let left = paths.filter((path) => existsSync(join(path, DATA_FILE)));
  while (left.length > 0) {
    const { problems, end } = await walkAll(left);
    for (const [at, problem] of problems.entries()) {
      if (problem !== null) damaged.set(left[at]!, problem);
    }
    // The one that it died of, and then those behind it.
    const fatal = left[problems.length];
    if (fatal !== undefined) damaged.set(fatal, `reading it ended with ${end}`);
    left = left.slice(problems.length + 1);
  }
  return damaged;
}

async function walkAll(
  paths: readonly string[],
): Promise<{ readonly problems: readonly (string | null)[]; readonly end: string }> {
  const program = fileURLToPath(new URL(`./walk-program${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [program, ...paths], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const [said, end] = await Promise.all([text(child.stdout), ended]);
  const lines = said.split('\n').slice(0, -1);
  return { problems: lines.map((line) => JSON.parse(line) as string | null), end };
}
