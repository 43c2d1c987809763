import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { BackupAnswer, BackupQuestion, LateRefusal } from '../admin-api.ts';
import { type CliContext, CliError, write } from '../context.ts';

/** `opentrail backup`: the running server writes a consistent copy of itself. */
export function register(command: Command, context: CliContext): void {
  withAccessOptions(command)
    .argument('<directory>', "empty or new directory on the server's machine; the server writes it")
    .addHelpText('after', '\nExample:\n  npx opentrail backup /backup/opentrail-2026-11-01')
    .action(async (directory: string, options: AccessOptions) => {
      const question: BackupQuestion = { directory: resolve(directory) };
      const answer = await openApi(options, context).call<BackupAnswer | LateRefusal>('/v1/backup', question);
      if ('code' in answer) throw new CliError(`${answer.code}: ${answer.message}`);
      await write(context.out, `wrote ${answer.files} files, ${answer.bytes} bytes to ${answer.directory}\n`);
    });
}
