import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { columns } from '../../columns.ts';
import { type CliContext, CliError, write } from '../../context.ts';
import { dateOf } from './form-options.ts';
import { openSourcesClient } from './sources-client.ts';

interface Options extends AccessOptions {
  readonly from?: string;
  readonly to?: string;
  readonly publicKeys?: string;
  readonly json?: boolean;
}

/** The report as the API answers it. */
interface Report {
  readonly verdict: 'complete' | 'behind' | 'incomplete' | 'unproven';
  readonly from: string;
  readonly to: string;
  readonly chains: readonly Chain[];
  readonly without_digests: readonly { readonly account: string; readonly region: string }[];
  readonly suspicions: readonly {
    readonly account: string;
    readonly region: string;
    readonly from: string;
    readonly to: string;
    readonly usual: number;
  }[];
}

interface Counts {
  readonly promised: number;
  readonly in: number;
  readonly late: number;
  readonly quarantined: number;
  readonly missing: number;
  readonly removed: number;
  readonly changed: number;
  readonly unlisted: number;
}

interface Chain extends Counts {
  readonly account: string;
  readonly region: string;
  readonly trail: string;
  readonly windows: readonly (Counts & {
    readonly from: string;
    readonly to: string;
    readonly digest: string;
  })[];
  readonly findings: readonly {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
  }[];
  readonly examples: readonly { readonly fate: string; readonly key: string }[];
}

interface Answer {
  readonly status: string;
  readonly message?: string;
  readonly report?: Report;
}

const WORDS = {
  complete: 'complete: everything that was promised is in, as it was promised',
  behind: 'behind: the bucket has everything, the collector has not read it all yet',
  incomplete: 'INCOMPLETE: something is missing, changed, or was put in',
  unproven: 'unproven: there are no digests, so nothing was promised',
} as const;

/** `sources completeness`: what the bucket's digests promise, beside what was collected. */
export function registerCompleteness(command: Command, context: CliContext): void {
  withAccessOptions(
    command
      .command('completeness')
      .description(
        'prove that nothing is missing: digests and log files of the bucket, beside what was collected',
      ),
  )
    .argument('<name>', 'name or id')
    .option('--from <DATE>', "first day, such as 2026-01-31 (of the source's time zone) or -7d; default -1d")
    .option('--to <DATE>', 'up to here; default: now')
    .option(
      '--public-keys <FILE>',
      'trust these (as `aws cloudtrail list-public-keys` prints them), not the account',
    )
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nReads every log file of the range. Exit code 0 when complete, 1 when not.\n\nExample:\n  npx opentrail sources completeness prod --from -7d',
    )
    .action(async (name: string, options: Options) => {
      const client = openSourcesClient(options, context);
      const { id } = await client.find(name);
      const [from, to] = [dateOf(options.from, context), dateOf(options.to, context)];
      const answer = (await client.control(id, 'completeness', {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(options.publicKeys !== undefined && { public_keys: readKeys(options.publicKeys) }),
      })) as unknown as Answer;
      const { report } = answer;
      if (report === undefined) throw new CliError(answer.message ?? 'the server gave no report');
      await write(context.out, options.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
      if (report.verdict !== 'complete') throw new CliError('');
    });
}

function readKeys(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

const HEAD = [
  'FROM',
  'TO',
  'DIGEST',
  'PROMISED',
  'IN',
  'LATE',
  'QUARANTINED',
  'MISSING',
  'REMOVED',
  'CHANGED',
];

function textOf({ verdict, from, to, chains, without_digests: unproven, suspicions }: Report): string {
  const parts = [`${from} to ${to}: ${WORDS[verdict]}\n`];
  for (const chain of chains) {
    const rows = chain.windows.map((row) => [row.from, row.to, row.digest, ...counts(row)]);
    const total = ['', '', 'total', ...counts(chain)];
    parts.push(`\n${chain.account} ${chain.region}, trail ${chain.trail}\n`);
    parts.push(columns([[...HEAD, 'UNLISTED'], ...rows, total]));
    for (const { severity, code, message } of chain.findings)
      parts.push(`${severity}: ${code}: ${message}\n`);
    for (const { fate, key } of chain.examples) parts.push(`${fate}: ${printable(key)}\n`);
  }
  for (const { account, region } of unproven) parts.push(`\n${account} ${printable(region)}: no digests\n`);
  for (const { account, region, from: since, to: until, usual } of suspicions) {
    parts.push(
      `suspicion: ${account} ${printable(region)}: no log file from ${since} to ${until}, where an hour usually has ${usual}\n`,
    );
  }
  return parts.join('');
}

function counts(row: Counts): string[] {
  return [
    row.promised,
    row.in,
    row.late,
    row.quarantined,
    row.missing,
    row.removed,
    row.changed,
    row.unlisted,
  ].map(String);
}

/** Who holds the bucket chooses these: control characters would drive the reader's terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}
