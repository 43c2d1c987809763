import type { Command } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { RootAnswer, RootQuestion } from '../admin-api.ts';
import { type CliContext, write } from '../context.ts';

/** `opentrail root rotate`: a new root key; the old one ends at once. */
export function register(command: Command, context: CliContext): void {
  withAccessOptions(
    command.command('rotate').description('replace the root access key; the old one ends at once'),
  )
    .addHelpText('after', '\nExample:\n  npx opentrail root rotate && eval "$(npx opentrail env)"')
    .action(async (options: AccessOptions) => {
      const question: RootQuestion = { op: 'rotate' };
      const keys = await openApi(options, context).call<RootAnswer>('/v1/admin/root', question);
      await write(
        context.out,
        `AWS_ACCESS_KEY_ID=${keys.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${keys.secretAccessKey}\n`,
      );
    });
  command.addHelpText('after', '\nExample:\n  npx opentrail root rotate');
}
