import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, run } from './programs.ts';
import type { TestServer } from './server.ts';

const root = join(import.meta.dirname, '..', '..');

/**
 * The shell blocks of a page between `<!-- mark -->` and `<!-- /mark -->`, one after the other.
 * @throws Error when there are none: a renamed mark must not make a test pass
 */
export function commandsOf(page: string, mark: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const part = text.split(`<!-- ${mark} -->`)[1]?.split(`<!-- /${mark} -->`)[0] ?? '';
  const blocks = [...part.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]);
  if (blocks.length === 0) throw new Error(`${page} has no commands between its marks ${mark}`);
  return blocks.join('\n');
}

/** A session of the shell, as one text for the message of a failed test. */
export function transcript({ stdout, stderr }: Outcome, server: TestServer): string {
  return `the shell said:\n${stderr.slice(-3000)}\n${stdout.slice(-1500)}\nthe server said:\n${server.output.slice(-2000)}`;
}

/**
 * Types commands into a shell as a reader would who sits in the checkout: npx finds the command in node_modules, and
 * files fall where the shell is. The first one that fails ends it.
 */
export async function typeCommands(commands: string, server: TestServer): Promise<Outcome> {
  symlinkSync(join(root, 'node_modules'), join(server.folder, 'node_modules'));
  return await run('bash', ['-e', '-o', 'pipefail', '-x'], {
    cwd: server.folder,
    env: { ...server.plainEnv, OPENTRAIL_DATA_DIR: server.dataDir },
    input: commands,
    milliseconds: 120_000,
  });
}
