import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { startInspectThread } from '../validate-logs/inspect-thread.ts';
import type { ValidateOptions } from '../validate-logs/validate.ts';

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
    .action(async (options: ValidateOptions) => {
      // It starts while this thread loads its own modules, which takes as long.
      const thread = options.jobs > 1 ? startInspectThread() : undefined;
      try {
        const { validate } = await import('../validate-logs/validate.ts');
        await validate(options, context, thread);
      } finally {
        await thread?.terminate();
      }
    });
}

function readJobs(text: string): number {
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64)
    throw new InvalidArgumentError('expected a number from 1 to 64');
  return jobs;
}
