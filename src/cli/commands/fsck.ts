import type { Command } from 'commander';
import { SETTINGS } from '../../config/index.ts';
import type { FsckReport } from '../../server/index.ts';
import { type CliContext, CliError, write } from '../context.ts';

interface Options {
  readonly dataDir?: string;
  readonly deep?: boolean;
  readonly json?: boolean;
  readonly clickhouseUrl?: string;
}

/** `opentrail fsck`: works without a server. */
export function register(command: Command, context: CliContext): void {
  command
    .option('--data-dir <PATH>', 'data directory to check; else OPENTRAIL_DATA_DIR, ./opentrail-data')
    .option('--deep', 'read every object, every digest and every event; default: a week, and a sample')
    .option(
      '--clickhouse-url <URL>',
      'where the event history is, if not in the directory; else OPENTRAIL_CLICKHOUSE_URL',
    )
    .option('--json', 'report as JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 all agrees, 1 something does not, 2 wrong command line.\n\nExample:\n  npx opentrail fsck --data-dir /var/lib/opentrail --deep',
    )
    .action(async (options: Options) => {
      const path = options.dataDir ?? (context.env.OPENTRAIL_DATA_DIR || SETTINGS.dataDir.default);
      const { fsck, StartError } = await import('../../server/index.ts');
      const clickhouseUrl = options.clickhouseUrl ?? (context.env.OPENTRAIL_CLICKHOUSE_URL || undefined);
      const question = { path, deep: options.deep ?? false, now: context.now(), clickhouseUrl };
      const report = await fsck(question).catch((error: unknown) => {
        throw error instanceof StartError ? new CliError(error.message, { cause: error }) : error;
      });
      const isWhole = !report.findings.some(({ severity }) => severity === 'error');
      await write(
        context.out,
        options.json ? `${JSON.stringify({ isWhole, ...report })}\n` : describe(report),
      );
      if (!isWhole) throw new CliError('');
    });
}

function describe({ findings, looked }: FsckReport): string {
  const lines = findings.map(
    ({ severity, code, message, repair }) =>
      `${severity === 'error' ? 'ERROR' : 'Note'}: ${code}: ${message}\n  repair: ${repair}`,
  );
  const { stateKeys, journalEvents, objects, pendingFiles, digests, historyEvents } = looked;
  const { logEvents, metrics, queuedMessages, eventRules, collectedRecords, repoRecords } = looked;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  lines.push(
    `looked at ${stateKeys} keys of state, ${journalEvents} events of the journal (${historyEvents} of them in the history), ${objects} objects, ${pendingFiles} files for the next digests, ${digests} digests`,
    `and at ${logEvents} log events, ${metrics} metrics, ${queuedMessages} queued messages, ${eventRules} rules for events, ${collectedRecords} collected records (${repoRecords} of them looked up in their repositories)`,
    errors === 0 ? 'all of it agrees' : `${errors} ${errors === 1 ? 'thing does' : 'things do'} not agree`,
  );
  return `${lines.join('\n')}\n`;
}
