import type { Command } from 'commander';
import { SETTINGS } from '../../config/index.ts';
import { type CliContext, write } from '../context.ts';
import { restoreBackup } from '../restore-backup.ts';

/** `opentrail restore`: works without a server, into a directory that holds nothing yet. */
export function register(command: Command, context: CliContext): void {
  command
    .argument('<directory>', 'what `opentrail backup` wrote')
    .option('--data-dir <PATH>', 'data directory to make; else OPENTRAIL_DATA_DIR, ./opentrail-data')
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail restore /backup/opentrail-2026-11-01 --data-dir /var/lib/opentrail',
    )
    .action(async (directory: string, options: { readonly dataDir?: string }) => {
      const dataDir = options.dataDir ?? (context.env.OPENTRAIL_DATA_DIR || SETTINGS.dataDir.default);
      const { files, bytes } = await restoreBackup(directory, dataDir);
      await write(
        context.out,
        `restored ${files} files, ${bytes} bytes to ${dataDir}; start it with opentrail serve\n`,
      );
    });
}
