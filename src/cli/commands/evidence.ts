import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type PublicKey, readPublicKeys } from '../../digest/verify/index.ts';
import { type CliContext, CliError } from '../context.ts';
import type { ArchiveVerdict } from '../evidence/check-archive.ts';
import { readTime } from '../time.ts';
import { accessOf, type TargetOptions } from '../validate-logs/target.ts';

interface ExportOptions extends Omit<TargetOptions, 'trailArn' | 'from'> {
  readonly eventId?: string;
  readonly start?: number;
  readonly end?: number;
  readonly trailArn?: string;
  readonly output: string;
}

interface VerifyOptions {
  readonly publicKeys?: string;
  readonly json?: boolean;
}

/** `opentrail evidence`: records with everything that proves them, in one file; and the check of such a file. */
export function register(command: Command, context: CliContext): void {
  const time = (text: string) => readTime(text, context.now());
  command
    .command('export')
    .description('write records, log files, digests and keys into one archive')
    .option('--event-id <ID>', 'this event')
    .option('--start <TIME>', 'events from here on: 2026-11-01T10:00:00Z, -1h, -7d', time)
    .option('--end <TIME>', 'and until here', time)
    .option('--trail-arn <ARN>', 'default: the only trail with log file validation')
    .requiredOption('--output <FILE>', 'the archive to write, a .tar.gz')
    .option('--s3-bucket <NAME>', "where the digests lie; default the trail's bucket")
    .option('--s3-prefix <PREFIX>', "with --s3-bucket: the trail's key prefix")
    .option('--account-id <ID>', "whose log files, for an organization's trail")
    .option('--region <REGION>', 'only log files of this Region; default all that have digests')
    .option('--endpoint <URL>', 'CloudTrail and S3 at another place; else AWS_ENDPOINT_URL')
    .option('--data-dir <PATH>', 'data directory of a server on this machine, for its address and keys')
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail evidence export --start -1d --end now --output case-17.tar.gz',
    )
    .action(async (options: ExportOptions) => {
      const { wanted, trailArn } = await complete(options, context);
      const { exportEvidence } = await import('../evidence/export-evidence.ts');
      const verdict = await exportEvidence(
        { target: { ...options, trailArn }, wanted, output: options.output },
        context,
      );
      context.err.write(`${countsOf(verdict)} in ${options.output}\n`);
    });
  command
    .command('verify')
    .description('check such an archive, offline')
    .argument('<FILE>', 'the archive')
    .option(
      '--public-keys <FILE>',
      'keys to trust, as list-public-keys prints them; default: those in the archive',
    )
    .option('--json', 'report as JSON')
    .action((file: string, options: VerifyOptions) => verifyFile(file, options, context));
}

/** Finds out what the options leave open. @throws CliError */
async function complete(options: ExportOptions, context: CliContext) {
  const { eventId, start, end } = options;
  if (eventId === undefined && (start === undefined || end === undefined)) {
    throw new CliError('--event-id is needed, or --start and --end', { exitCode: 2 });
  }
  if (start !== undefined && end !== undefined && start > end) {
    throw new CliError('--start is after --end', { exitCode: 2 });
  }
  const { env, now } = context;
  const homeRegion = options.trailArn?.split(':')[3];
  const access = accessOf({ ...options, trailArn: options.trailArn ?? '' }, env);
  const region =
    options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || access.region || homeRegion || undefined);
  const { askCloudTrail } = await import('../evidence/ask-cloudtrail.ts');
  const service = askCloudTrail({ ...access, ...(region !== undefined && { region }) }, env);
  const trailArn = options.trailArn ?? (await service.findTrail());
  if (start !== undefined) {
    return { trailArn, wanted: { start, end: end ?? now(), ...(eventId !== undefined && { eventId }) } };
  }
  const time = await service.timeOfEvent(eventId ?? '');
  if (time === undefined) {
    throw new CliError(
      `the event history${region === undefined ? '' : ` of ${region}`} has no event ${eventId}; say when it was with --start and --end`,
    );
  }
  return { trailArn, wanted: { start: time, end: time, eventId: eventId ?? '' } };
}

async function verifyFile(file: string, options: VerifyOptions, context: CliContext): Promise<void> {
  const trusted = options.publicKeys === undefined ? undefined : await readTrusted(options.publicKeys);
  const { checkArchive } = await import('../evidence/check-archive.ts');
  let verdict: ArchiveVerdict;
  try {
    verdict = await checkArchive(file, trusted);
  } catch (cause) {
    throw new CliError(`cannot read ${file} as an archive: ${(cause as Error).message}`, { cause });
  }
  if (options.json)
    context.out.write(`${JSON.stringify({ valid: verdict.problems.length === 0, ...verdict })}\n`);
  else context.out.write(describe(verdict, trusted !== undefined));
  if (verdict.problems.length > 0) throw new CliError('');
}

function describe(verdict: ArchiveVerdict, isTrusted: boolean): string {
  const lines = [
    ...verdict.problems.map((problem) => `INVALID: ${problem}`),
    ...verdict.notes.map((note) => `Note: ${note}`),
    countsOf(verdict),
  ];
  if (verdict.problems.length === 0) {
    lines.push(
      isTrusted
        ? 'VALID: signed by keys that you trust'
        : `VALID for the keys in the archive; compare them with what CloudTrail publishes: ${verdict.keys.join(', ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function countsOf({ records, logFiles, digests }: ArchiveVerdict): string {
  return `${records} records in ${logFiles} log files under ${digests} digests`;
}

async function readTrusted(path: string): Promise<readonly PublicKey[]> {
  try {
    return readPublicKeys(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CliError(`cannot read public keys from ${path}: ${(cause as Error).message}`, {
      exitCode: 2,
      cause,
    });
  }
}
