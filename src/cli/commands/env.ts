import type { Command } from 'commander';
import { mustReadLocalServer } from '../access.ts';
import { type CliContext, write } from '../context.ts';

/** `opentrail env`: shell lines that point AWS's tools at the server on this machine, as root. */
export function register(command: Command, context: CliContext): void {
  command
    .option('--data-dir <PATH>', "the server's data directory; else OPENTRAIL_DATA_DIR, ./opentrail-data")
    .addHelpText('after', '\nExample:\n  eval "$(npx opentrail env)"\n  aws cloudtrail describe-trails')
    .action(async (options: { dataDir?: string }) => {
      const { url, region, credentials } = mustReadLocalServer(options, context.env);
      const values = {
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
      };
      // A session token of the user's own would not fit the root key.
      const lines = ['unset AWS_SESSION_TOKEN AWS_PROFILE'];
      for (const [name, value] of Object.entries(values)) lines.push(`export ${name}=${quote(value)}`);
      await write(context.out, `${lines.join('\n')}\n`);
    });
}

/** As one word of a POSIX shell. */
function quote(value: string): string {
  return /^[\w:/.@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
