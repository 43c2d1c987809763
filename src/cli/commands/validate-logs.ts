import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  createLogInspector,
  NoPublicKeys,
  type PublicKey,
  readPublicKeys,
  verifyChain,
} from '../../digest/verify/index.ts';
import { type CliContext, CliError } from '../context.ts';
import { readTime } from '../time.ts';
import { createJsonReport } from '../validate-logs/json-report.ts';
import { openReader } from '../validate-logs/open-reader.ts';
import { loadAnchors } from '../validate-logs/read-anchors.ts';
import { hasErrors } from '../validate-logs/report.ts';
import { Tally } from '../validate-logs/tally.ts';
import { resolveTarget, type TargetOptions } from '../validate-logs/target.ts';
import { createTextReport } from '../validate-logs/text-report.ts';
import { createThreadInspector } from '../validate-logs/thread-inspector.ts';

interface Options extends TargetOptions {
  readonly startTime: string;
  readonly endTime?: string;
  readonly publicKeys?: string;
  readonly anchor?: string;
  readonly verbose?: boolean;
  readonly output: 'text' | 'json';
  readonly jobs: number;
}

/** `opentrail validate-logs`: AWS's validator with all cores, and with the questions that it does not ask. */
export function register(command: Command, context: CliContext): void {
  command
    .requiredOption('--trail-arn <ARN>', 'the trail')
    .requiredOption('--start-time <TIME>', 'log files delivered from here on: 2026-11-01T10:00:00Z, -7d')
    .option('--end-time <TIME>', 'and until here; default now')
    .option('--s3-bucket <NAME>', "where the digests lie; default the trail's bucket")
    .option('--s3-prefix <PREFIX>', "with --s3-bucket: the trail's key prefix")
    .option('--account-id <ID>', "whose log files, for an organization's trail")
    .option('--region <REGION>', "whose log files; else AWS_REGION, then the trail's home Region")
    .option('--from <PLACE>', 'a folder with a copy of the bucket, or s3://bucket/prefix')
    .option('--public-keys <FILE>', 'keys to trust, as list-public-keys prints them; default: ask CloudTrail')
    .option(
      '--anchor <PLACE>',
      'anchors kept elsewhere, a file or an https address: nothing before them may be cut',
    )
    .option('--endpoint <URL>', 'CloudTrail and S3 at another place; else AWS_ENDPOINT_URL')
    .option('--data-dir <PATH>', 'data directory of a server on this machine, for its address and keys')
    .option(
      '--jobs <N>',
      'threads that read log files, the main one among them',
      readJobs,
      availableParallelism(),
    )
    .option('--verbose', 'name valid files too')
    .addOption(new Option('--output <FORM>', 'how to report').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExit codes: 0 all valid, 1 something is not, 2 wrong command line, 255 could not validate.\n\nExample:\n' +
        '  npx opentrail validate-logs --start-time -7d \\\n' +
        '    --trail-arn arn:aws:cloudtrail:us-east-1:123456789012:trail/main',
    )
    .action((options: Options) => validate(options, context));
}

async function validate(options: Options, context: CliContext): Promise<void> {
  const now = context.now();
  const range = { start: timeOf(options.startTime, now), end: timeOf(options.endTime ?? 'now', now) };
  if (range.start > range.end)
    throw refuse('Invalid time range specified: start-time must occur before end-time');
  const pinned = options.publicKeys === undefined ? undefined : await readPinned(options.publicKeys);
  const target = await resolveTarget(options, context, pinned);
  const anchors =
    options.anchor === undefined
      ? undefined
      : await loadAnchors(options.anchor, { arn: options.trailArn, chain: target.chain, keys: target.keys });
  const tally = new Tally(range);
  const create = options.output === 'json' ? createJsonReport : createTextReport;
  const report = create(context, {
    arn: options.trailArn,
    range,
    tally,
    isVerbose: options.verbose ?? false,
  });
  const reader = await openReader(target.place, context.env);
  const threads = options.jobs > 1 ? createThreadInspector(target.place, options.jobs, reader) : undefined;
  try {
    await report.begin();
    const verdict = await verifyChain(
      {
        ...{ chain: target.chain, bucket: target.bucket, keys: target.keys, reader, now, ...range },
        ...(target.prefix !== undefined && { prefix: target.prefix }),
        ...(target.status && { status: target.status }),
        ...(anchors && { anchors }),
        logs: threads ?? createLogInspector(reader),
      },
      report.tell,
    );
    await report.end(verdict);
    if (tally.hasInvalid || hasErrors(verdict.findings)) throw new CliError('');
  } catch (error) {
    if (error instanceof NoPublicKeys) throw refuse(error.message);
    throw error;
  } finally {
    await threads?.close();
  }
}

function timeOf(text: string, now: number): number {
  try {
    return readTime(text, now);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw refuse(`Unable to parse date value: ${text}`);
    throw error;
  }
}

async function readPinned(path: string): Promise<readonly PublicKey[]> {
  try {
    return readPublicKeys(await readFile(path, 'utf8'));
  } catch (cause) {
    throw refuse(`cannot read public keys from ${path}: ${(cause as Error).message}`, cause);
  }
}

function readJobs(text: string): number {
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64)
    throw new InvalidArgumentError('expected a number from 1 to 64');
  return jobs;
}

/** The AWS CLI ends with 255 when it could not validate: 1 is kept for what is invalid. */
function refuse(message: string, cause?: unknown): CliError {
  return new CliError(message, { exitCode: 255, cause });
}
