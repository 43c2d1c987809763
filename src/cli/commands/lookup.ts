import { type Command, Option } from 'commander';
import { openApi, withAccessOptions } from '../access.ts';
import type { LookupLine } from '../admin-api.ts';
import { type CliContext, write } from '../context.ts';
import { createEventWriter, OUTPUTS, type Output } from '../event-output.ts';
import { readLines } from '../ndjson.ts';
import { questionOf, readCount, type SearchOptions, withSearchOptions } from '../search-options.ts';

interface Options extends SearchOptions {
  readonly limit?: number;
  readonly output: Output;
}

/** `opentrail lookup`: every event that the caller may read, newest first, without a page limit. */
export function register(command: Command, context: CliContext): void {
  withSearchOptions(withAccessOptions(command), context.now)
    .option('--limit <N>', 'at most so many events', readCount)
    .addOption(new Option('--output <FORM>', 'how to show them').choices(OUTPUTS).default('table'))
    .addHelpText(
      'after',
      '\nSeveral options must all match.\n\nExamples:\n' +
        '  npx opentrail lookup --event-name CreateTrail --start -1h\n' +
        '  npx opentrail lookup --username alice --read-only false --output ndjson | jq .eventName',
    )
    .action(async (options: Options) => {
      const question = JSON.stringify(questionOf(options, options.limit));
      const response = await openApi(options, context).post('/v1/lookup', question);
      const writer = createEventWriter(options.output);
      let count = 0;
      await write(context.out, writer.head);
      for await (const line of readLines(response)) {
        await write(context.out, writer.line(JSON.parse(line) as LookupLine, count++));
      }
      await write(context.out, writer.tail(count));
    });
}
