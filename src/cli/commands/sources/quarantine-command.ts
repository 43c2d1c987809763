import type { Command } from 'commander';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { tableCell } from '../../cells.ts';
import { columns, timeCell } from '../../columns.ts';
import { type CliContext, write } from '../../context.ts';
import { openSourcesClient } from './sources-client.ts';

interface QuarantineOptions extends AccessOptions {
  /** True: all of them. */
  readonly retry?: true | readonly string[];
  readonly forget?: true | readonly string[];
  readonly limit: string;
  readonly json?: boolean;
}

/** Longer ones are other people's mischief: `--json` shows them whole. */
const KEY_WIDTH = 1_024;
const MESSAGE_WIDTH = 200;

/** `sources quarantine`: the files that could not be read, and another try at them. */
export function registerQuarantine(command: Command, context: CliContext): void {
  withAccessOptions(
    command
      .command('quarantine')
      .description('list the files that could not be read, try them again, or forget them'),
  )
    .argument('<name>', 'name or id')
    .option('--retry [KEYS...]', 'try these again, or all of them')
    .option(
      '--forget [KEYS...]',
      'take these from the list, or all of them; they are read again only if they change',
    )
    .option('--limit <COUNT>', 'how many are listed, up to 1000', '100')
    .option('--json', 'as the API answers them')
    .addHelpText(
      'after',
      '\nExamples:\n  npx opentrail sources quarantine prod\n  npx opentrail sources quarantine prod --retry',
    )
    .action(async (name: string, options: QuarantineOptions) => {
      const client = openSourcesClient(options, context);
      const { id } = await client.find(name);
      for (const verb of ['retry', 'forget'] as const) {
        const keys = options[verb];
        if (keys === undefined) continue;
        const { message } = await client.control(id, verb, keys === true ? {} : { keys });
        return await write(context.out, `${String(message)}\n`);
      }
      const answer = await client.quarantine(id, options.limit);
      if (options.json) return await write(context.out, `${JSON.stringify(answer, null, 2)}\n`);
      const { files, more, unlisted } = answer;
      const rows = files.map(({ key, kind, reason, message, since, records, nextAt }) => [
        reason,
        timeCell(since),
        kind === 'retry' ? timeCell(nextAt) : 'when asked',
        String(records),
        tableCell(key, KEY_WIDTH).trimEnd(),
        tableCell(message, MESSAGE_WIDTH).trimEnd(),
      ]);
      const text = files.length === 0 ? 'every file could be read\n' : columns([HEAD, ...rows]);
      await write(context.out, text);
      if (more) await write(context.out, `there are more than ${files.length}: see --limit\n`);
      if (unlisted > 0) {
        await write(
          context.out,
          `${unlisted} more are not listed, because the list was full, nor tried again\n`,
        );
      }
    });
}

const HEAD = ['REASON', 'SINCE', 'NEXT TRY', 'KEPT', 'KEY', 'WHAT WAS FOUND'];
