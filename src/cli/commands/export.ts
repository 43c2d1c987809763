import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Command } from 'commander';
import { openApi, withAccessOptions } from '../access.ts';
import type { ExportQuestion } from '../admin-api.ts';
import { type CliContext, CliError } from '../context.ts';
import { rangeOf, type SearchOptions, withRangeOptions } from '../search-options.ts';

interface Options extends SearchOptions {
  readonly output?: string;
}

/** `opentrail export`: the events of a time range as NDJSON, each with its own bytes. */
export function register(command: Command, context: CliContext): void {
  withRangeOptions(withAccessOptions(command), context.now)
    .option('--output <FILE>', 'write there instead of standard output; packed when it ends in .gz')
    .addHelpText('after', '\nExample:\n  npx opentrail export --start -7d --end now --output week.ndjson.gz')
    .action(async (options: Options) => {
      const { start, end } = options;
      if (start === undefined || end === undefined)
        throw new CliError('--start and --end are needed', { exitCode: 2 });
      const question: ExportQuestion = { ...rangeOf(options), start, end };
      const response = await openApi(options, context).post('/v1/export', JSON.stringify(question));
      const body = Readable.from(response.body ?? []);
      if (options.output === undefined) return copyOut(body, context);
      const events = await saveTo(options.output, body);
      context.err.write(`exported ${events} events to ${options.output}\n`);
    });
}

async function copyOut(body: Readable, context: CliContext): Promise<void> {
  try {
    await pipeline(body, context.out, { end: false });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EPIPE') throw cause;
    throw new CliError(`the export broke off: ${(cause as Error).message}`, { cause });
  }
}

/** The file has its name only once it is whole. Answers the number of lines. */
async function saveTo(file: string, body: Readable): Promise<number> {
  const unfinished = `${file}.part`;
  let lines = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines++;
      done(null, chunk);
    },
  });
  try {
    const target = createWriteStream(unfinished, { mode: 0o600 });
    if (file.endsWith('.gz')) await pipeline(body, count, createGzip(), target);
    else await pipeline(body, count, target);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new CliError(`cannot export to ${file}: ${(cause as Error).message}`, { cause });
  }
  return lines;
}
