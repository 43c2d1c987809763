import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { CountLine, SearchLine, SearchQuestion, StepLine } from '../admin-api.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { OUTPUTS, type Output } from '../event-output.ts';
import { readLines } from '../ndjson.ts';
import { readCount } from '../search-options.ts';
import { createSearchWriter, writeCounts, writeTimeline } from '../search-output.ts';
import { readTime } from '../time.ts';

interface Options extends AccessOptions {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
  readonly countBy?: readonly string[];
  readonly timeline?: boolean;
  readonly follow?: boolean;
  readonly context?: boolean;
  readonly as?: string;
  readonly output: Output;
}

/** As it was given. */
type Given = Omit<Options, 'output'> & { readonly output?: Output };

const DEFAULT_LIMIT = 100;
const DEFAULT_COUNTS = 20;
/** Columns of a drawing that nobody's terminal is too narrow for. */
const STEPS = 72;

/** `opentrail search`: everything that was collected and recorded, by the search language. */
export function register(command: Command, context: CliContext): void {
  const time = (text: string) => readTime(text, context.now());
  withAccessOptions(command)
    .argument('[search...]', 'what to search for; without it everything')
    .option(
      '--from <TIME>',
      'not before: 2026-11-01T10:00:00Z, epoch seconds, or -1h, -7d; default: -24h',
      time,
    )
    .option('--to <TIME>', 'not after', time)
    .option(
      '--limit <N>',
      `at most so many; default: ${DEFAULT_LIMIT}, of counts ${DEFAULT_COUNTS}`,
      readCount,
    )
    .option('--count-by <FIELDS>', 'count instead, by fields such as name,user; commas between', readFields)
    .option('--timeline', 'draw how many events there were when')
    .option('-f, --follow', 'go on with what arrives, until interrupted')
    .option(
      '--as <VIEW>',
      'json, ndjson: a view in place of the record: flat, ecs, ocsf, a normalizer, or policy (by its log source)',
    )
    .option('--context', 'json, ndjson: with repository, tags, rule and file around each record')
    .addOption(
      new Option('--output <FORM>', 'how to show it; default: table, with --as ndjson').choices(OUTPUTS),
    )
    .addHelpText(
      'after',
      '\nPut the search in quotes; before one that begins with a minus write --\n\nExamples:\n' +
        "  npx opentrail search 'source:iam @userIdentity.arn:*admin* -error:*' --from -7d\n" +
        "  npx opentrail search 'error:AccessDenied' --count-by user,name\n" +
        "  npx opentrail search 'ip:10.0.0.0/8 (name:Delete* OR name:Put*)' --timeline --from -30d\n" +
        "  npx opentrail search -f -- '-readonly:true'",
    )
    .action(async (words: readonly string[], given: Given) => {
      const options = withOutput(given);
      if (options.follow && (options.countBy || options.timeline)) {
        throw new CliError('--follow goes with neither --count-by nor --timeline', { exitCode: 2 });
      }
      if (options.countBy && options.timeline) {
        throw new CliError('--count-by and --timeline exclude each other', { exitCode: 2 });
      }
      const question: SearchQuestion = {
        query: words.join(' '),
        ...(options.from !== undefined && { from: options.from }),
        ...(options.to !== undefined && { to: options.to }),
        ...(options.as !== undefined && { view: options.as }),
      };
      if (options.countBy) return showCounts(question, options.countBy, options, context);
      if (options.timeline) return showTimeline(question, options, context);
      return showEvents(question, options, context);
    });
}

/** A view has other fields for each event: no columns. */
function withOutput({ output, ...options }: Given): Options {
  if (options.as === undefined) return { ...options, output: output ?? 'table' };
  if (options.countBy || options.timeline || output === 'table' || output === 'csv') {
    throw new CliError('--as goes with events, as json or ndjson', { exitCode: 2 });
  }
  return { ...options, output: output ?? 'ndjson' };
}

async function showEvents(question: SearchQuestion, options: Options, context: CliContext): Promise<void> {
  const limit = options.limit ?? DEFAULT_LIMIT;
  const response = await ask(
    { ...question, limit, ...(options.follow && { follow: true }) },
    options,
    context,
  );
  const writer = createSearchWriter(options.output, options.context === true);
  let count = 0;
  await write(context.out, writer.head);
  for await (const line of readLines(response)) {
    await write(context.out, writer.line(JSON.parse(line) as SearchLine, count++));
  }
  await write(context.out, writer.tail(count));
  if (count === limit && options.limit === undefined) {
    context.err.write(`the newest ${limit}; there may be more: --limit, or a shorter time\n`);
  }
}

async function showCounts(
  question: SearchQuestion,
  countBy: readonly string[],
  options: Options,
  context: CliContext,
): Promise<void> {
  const limit = options.limit ?? DEFAULT_COUNTS;
  const counts = await readAll<CountLine>(await ask({ ...question, countBy, limit }, options, context));
  await write(context.out, writeCounts(options.output, countBy, counts));
}

async function showTimeline(question: SearchQuestion, options: Options, context: CliContext): Promise<void> {
  // What is to come needs no columns.
  const window = { ...question, to: question.to ?? context.now() };
  const timeline = Math.min(Math.max((context.out.columns ?? STEPS + 12) - 12, 20), 200);
  const steps = await readAll<StepLine>(await ask({ ...window, timeline }, options, context));
  await write(context.out, writeTimeline(options.output, steps));
}

function ask(question: SearchQuestion, options: Options, context: CliContext): Promise<Response> {
  return openApi(options, context).post('/v1/search', JSON.stringify(question));
}

async function readAll<Line>(response: Response): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(response)) lines.push(JSON.parse(line) as Line);
  return lines;
}

function readFields(text: string): readonly string[] {
  const fields = text.split(',').map((field) => field.trim());
  if (fields.includes('')) throw new InvalidArgumentError('expected fields with commas between them');
  return fields;
}
