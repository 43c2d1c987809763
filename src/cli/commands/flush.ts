import type { Command } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { FlushAnswer } from '../admin-api.ts';
import { type CliContext, write } from '../context.ts';

/** `opentrail flush`: log files now, not at the next interval. */
export function register(command: Command, context: CliContext): void {
  withAccessOptions(command)
    .addHelpText('after', '\nExample:\n  npx opentrail flush && aws s3 ls --recursive s3://my-trail-bucket')
    .action(async (options: AccessOptions) => {
      const { files, events } = await openApi(options, context).call<FlushAnswer>('/v1/flush', {});
      await write(context.out, `delivered ${events ?? 0} events in ${files ?? 0} log files\n`);
    });
}
