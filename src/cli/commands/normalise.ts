import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { readNormalizerForm } from '../../sources/form/index.ts';
import {
  compileNormalizer,
  readNormalizer,
  VIEW_OF,
  VIEWS,
  type View,
  type ViewName,
} from '../../sources/normalise/index.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { readBatches } from '../event-files.ts';

interface Options {
  readonly as: ViewName;
  readonly mapping?: string;
  readonly raw?: boolean;
}

/** `opentrail normalise`: shows records of files in another schema, without a server. */
export function register(command: Command, context: CliContext): void {
  command
    .argument('<file...>', 'NDJSON or {"Records":[…]} log files, gzip or not; - is standard input')
    .addOption(new Option('--as <schema>', 'flat, ecs or ocsf').choices([...VIEWS]).default('flat'))
    .option(
      '--mapping <FILE>',
      'by a normalizer of your own, as JSON: see the guide of enriching and routing',
    )
    .option('--raw', "carry each record's own text (event.original, raw_data); not with flat")
    .addHelpText(
      'after',
      '\nWrites one JSON object a line. Records are not changed, and stored nowhere.\n\nExample:\n  npx opentrail normalise --as ocsf AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz',
    )
    .action((files: readonly string[], options: Options) => normalise(files, options, context));
}

async function normalise(files: readonly string[], options: Options, context: CliContext): Promise<void> {
  const view = viewOf(options);
  const arrivedAt = context.now();
  const broken: string[] = [];
  let unreadable = 0;
  for (const file of files) {
    try {
      for await (const { records } of readBatches(file)) {
        let lines = '';
        for (const record of records) {
          const raw = record.toString();
          const parsed = parse(raw);
          if (parsed === undefined) unreadable++;
          else lines += `${JSON.stringify(view(parsed, { arrivedAt, ...(options.raw && { raw }) }))}\n`;
        }
        await write(context.out, lines);
      }
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      broken.push(error.message);
    }
  }
  if (unreadable > 0) broken.push(`${unreadable} records are no JSON objects, and were left out`);
  for (const line of broken) context.err.write(`${line}\n`);
  if (broken.length > 0) throw new CliError('');
}

/** @throws CliError naming every fault of a mapping */
function viewOf({ as, mapping }: Options): View {
  if (mapping === undefined) return VIEW_OF[as];
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(mapping, 'utf8'));
  } catch (cause) {
    throw new CliError(`cannot read ${mapping}: ${(cause as Error).message}`, { cause });
  }
  // The file is what the server takes too; a name is not needed here.
  const form = readNormalizerForm(
    { name: 'mapping', ...(typeof json === 'object' && json) },
    {
      ...{ normalizers: [], repoExists: () => true, policyExists: () => true, isAllowedAddress: () => true },
      checkEnrichment: () => [],
      checkMapping: (rules) => faultsOf(readNormalizer(rules)),
    },
  );
  const read = form.kind === 'read' ? readNormalizer(form.policy.mapping) : form;
  if (read.kind === 'read') return compileNormalizer(read.policy).view;
  const faults = read.faults.map(({ at, message }) => `${at} ${message}`).join('; ');
  throw new CliError(`${mapping} is no mapping: ${faults}`);
}

function faultsOf(read: ReturnType<typeof readNormalizer>) {
  return read.kind === 'refused' ? read.faults : [];
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
