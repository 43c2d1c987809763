import { Command, CommanderError } from 'commander';
import { type CliContext, CliError } from './context.ts';

type Register = (command: Command, context: CliContext) => void;

interface Entry {
  readonly summary: string;
  /** Loaded only when this command runs: `opentrail wait` must not pay for the server's modules. */
  readonly load: () => Promise<{
    readonly register: Register;
    /** For a command that reads its words by rules of its own, and answers the exit code. */
    readonly pass?: (words: readonly string[], context: CliContext) => Promise<number>;
  }>;
}

const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  ['serve', { summary: 'run the server', load: () => import('./commands/serve.ts') }],
  ['env', { summary: 'print what the AWS CLI needs, for eval', load: () => import('./commands/env.ts') }],
  ['flush', { summary: 'deliver now what was accepted', load: () => import('./commands/flush.ts') }],
  ['ingest', { summary: 'send events from files', load: () => import('./commands/ingest.ts') }],
  ['lookup', { summary: 'search events', load: () => import('./commands/lookup.ts') }],
  [
    'search',
    {
      summary: 'search everything that was collected and recorded',
      load: () => import('./commands/search.ts'),
    },
  ],
  ['forwards', { summary: 'send events to other tools', load: () => import('./commands/forwards.ts') }],
  ['wait', { summary: 'wait until an event is found', load: () => import('./commands/wait.ts') }],
  ['export', { summary: 'write out the events of a time range', load: () => import('./commands/export.ts') }],
  [
    'normalise',
    { summary: 'show records of files as flat, ECS or OCSF', load: () => import('./commands/normalise.ts') },
  ],
  [
    'validate-logs',
    {
      summary: 'prove that log files are what was delivered',
      load: () => import('./commands/validate-logs.ts'),
    },
  ],
  [
    'evidence',
    {
      summary: 'pack records with everything that proves them, and check such a pack',
      load: () => import('./commands/evidence.ts'),
    },
  ],
  ['cis', { summary: "set up the CIS benchmark's alarms", load: () => import('./commands/cis.ts') }],
  ['filters', { summary: 'rehearse a metric filter', load: () => import('./commands/filters.ts') }],
  ['alarms', { summary: 'rehearse an alarm', load: () => import('./commands/alarms.ts') }],
  ['rules', { summary: 'rehearse an event rule', load: () => import('./commands/rules.ts') }],
  [
    'fsck',
    { summary: 'prove that a data directory agrees with itself', load: () => import('./commands/fsck.ts') },
  ],
  [
    'sources',
    {
      summary: 'collect logs of real accounts from their buckets',
      load: () => import('./commands/sources.ts'),
    },
  ],
  [
    'policies',
    {
      summary: 'routing, normalization and enrichment policies, and normalizers',
      load: () => import('./commands/policies.ts'),
    },
  ],
  [
    'repos',
    { summary: 'where records are kept, and for how long', load: () => import('./commands/repos.ts') },
  ],
  ['users', { summary: 'create, list and delete users', load: () => import('./commands/users.ts') }],
  [
    'tokens',
    { summary: 'create, list and revoke bearer tokens', load: () => import('./commands/tokens.ts') },
  ],
  ['keys', { summary: 'list, rotate and export keys of digests', load: () => import('./commands/keys.ts') }],
  ['root', { summary: "rotate root's access key", load: () => import('./commands/root.ts') }],
  [
    'backup',
    { summary: 'copy the running server into a directory', load: () => import('./commands/backup.ts') },
  ],
  ['check', { summary: 'run a monitoring check', load: () => import('./commands/check.ts') }],
  ['restore', { summary: 'make a data directory of a backup', load: () => import('./commands/restore.ts') }],
]);

/**
 * Runs the command line `argv` (without node and script) and answers the exit code: 0, 1 when the work failed, 2 when
 * the command line is wrong. Never throws; errors are one line on `context.err`.
 */
export async function run(argv: readonly string[], context: CliContext): Promise<number> {
  let exitCode = 0;
  const program = new Command('opentrail')
    .description('A self-hosted audit trail that speaks AWS CloudTrail.')
    .showHelpAfterError(false)
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExample:\n  npm start                      run the server\n  eval "$(npx opentrail env)"    let the AWS CLI talk to it\n\n`opentrail COMMAND --help` tells more.',
    );
  const named = COMMANDS.has(argv[0] ?? '') ? argv[0] : undefined;
  try {
    const { pass } = (named === undefined ? undefined : await COMMANDS.get(named)?.load()) ?? {};
    if (pass) return await pass(argv.slice(1), context);
    for (const [name, entry] of COMMANDS) {
      if (named !== undefined && name !== named) continue;
      const command = program.command(name).description(entry.summary);
      if (name === named) (await entry.load()).register(command, context);
    }
    prepare(program, context);
    if (argv.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    exitCode = report(error, context);
  }
  return exitCode;
}

/** Commander's own exits and writes go through us, for each nested command too. */
function prepare(command: Command, context: CliContext): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.out.write(text),
    writeErr: (text) => context.err.write(text),
    outputError: () => undefined,
    getOutHelpWidth: () => context.out.columns ?? 100,
    getErrHelpWidth: () => 100,
  });
  for (const child of command.commands) prepare(child, context);
}

function report(error: unknown, context: CliContext): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // `(outputHelp)`: a group such as `users` without its subcommand; the help was the answer.
    if (!error.message.startsWith('('))
      context.err.write(`opentrail: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}\n`);
    return 2;
  }
  if (error instanceof CliError) {
    if (error.message) context.err.write(`opentrail: ${error.message}\n`);
    return error.exitCode;
  }
  // `opentrail lookup | head`: the reader has what it wanted.
  if ((error as NodeJS.ErrnoException)?.code === 'EPIPE') return 0;
  context.err.write(
    `opentrail: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

/** Runs as the process: real streams, real clock, and the exit code at the end. */
export async function main(): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    out: process.stdout,
    err: process.stderr,
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
}
