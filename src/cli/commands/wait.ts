import type { Command } from 'commander';
import { openApi, withAccessOptions } from '../access.ts';
import type { LookupLine } from '../admin-api.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { readLines } from '../ndjson.ts';
import { questionOf, type SearchOptions, withSearchOptions } from '../search-options.ts';
import { readDurationOption } from '../time.ts';

interface Options extends SearchOptions {
  readonly timeout: number;
}

const POLL_EVERY = 250;
const LOOK_BACK = 3_600_000;

/** `opentrail wait`: for tests and CI; prints the newest event that matches as soon as there is one. */
export function register(command: Command, context: CliContext): void {
  withSearchOptions(withAccessOptions(command), context.now)
    .option('--timeout <DURATION>', 'give up after (exit code 1)', readDurationOption, 10_000)
    .addHelpText(
      'after',
      '\nWithout --start the last hour is searched. --timeout is 10s where it is not given.\n\nExample:\n' +
        '  npx opentrail wait --event-name CreateTrail --timeout 10s',
    )
    .action(async (options: Options) => {
      const question = questionOf({ ...options, start: options.start ?? context.now() - LOOK_BACK }, 1);
      if (question.attributes.length === 0) {
        throw new CliError('say what to wait for, such as --event-name CreateTrail', { exitCode: 2 });
      }
      const api = openApi(options, context);
      for (const giveUp = context.now() + options.timeout; ; await context.sleep(POLL_EVERY)) {
        for await (const line of readLines(await api.post('/v1/lookup', JSON.stringify(question)))) {
          await write(context.out, `${(JSON.parse(line) as LookupLine).record}\n`);
          return;
        }
        if (context.now() >= giveUp) throw new CliError(`no such event within ${options.timeout / 1000} s`);
      }
    });
}
