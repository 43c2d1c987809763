import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { registerCompleteness } from './sources/completeness-command.ts';
import { registerControls } from './sources/control-commands.ts';
import { registerDiscover } from './sources/discover-command.ts';
import { registerEdits } from './sources/edit-commands.ts';
import { registerNotices } from './sources/notices-command.ts';
import { registerPolicy } from './sources/policy-command.ts';
import { registerQuarantine } from './sources/quarantine-command.ts';
import { registerShows } from './sources/show-commands.ts';

/** `opentrail sources`: the buckets where real accounts' trails deliver, from which logs are collected. */
export function register(command: Command, context: CliContext): void {
  registerEdits(command, context);
  registerShows(command, context);
  registerControls(command, context);
  registerQuarantine(command, context);
  registerCompleteness(command, context);
  registerNotices(command, context);
  registerPolicy(command, context);
  registerDiscover(command, context);
  command.addHelpText(
    'after',
    `
Secrets are never given as options: OPENTRAIL_SOURCE_SECRET_KEY, OPENTRAIL_SOURCE_SESSION_TOKEN and
OPENTRAIL_SOURCE_PROXY_PASSWORD hold them, or --secret-key-file.

Examples:
  npx opentrail sources discover --profile audit
  npx opentrail sources add prod --bucket prod-trail --region eu-west-1 --profile audit
  npx opentrail sources status`,
  );
}
