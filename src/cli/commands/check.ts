import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { runCheck } from '../../checks/index.ts';
import { type CliContext, write } from '../context.ts';

/** `opentrail check`: named for the list of commands; its words never come here, see `pass`. */
export function register(command: Command): void {
  command.argument('[options...]', 'those of check_cloudtrail; `opentrail check --help` tells them');
}

/**
 * Runs the monitoring check with all words after `check`, which follow rules of their own: `check_cloudtrail` does the
 * same and starts faster. Answers the exit code of the check, 0 to 4.
 */
export async function pass(words: readonly string[], context: CliContext): Promise<number> {
  const program = fileURLToPath(new URL('../../../bin/check_cloudtrail.js', import.meta.url));
  const { text, exitCode } = await runCheck(words, {
    env: context.env,
    now: context.now,
    command: [process.execPath, program],
  });
  await write(context.out, text);
  return exitCode;
}
