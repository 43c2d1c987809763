import type { Command } from 'commander';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { type CliContext, CliError, write } from '../../context.ts';
import { dateOf } from './form-options.ts';
import { progressLine } from './progress.ts';
import { openSourcesClient, type SourcesClient } from './sources-client.ts';

interface BackFillOptions extends AccessOptions {
  readonly from: string;
  readonly to?: string;
  readonly wait: boolean;
}

/** `sources run`, `pause`, `resume`, `test`, `back-fill` and `rotate-key`. */
export function registerControls(command: Command, context: CliContext): void {
  for (const [verb, description] of [
    ['run', 'look through the bucket now'],
    ['pause', 'fetch nothing until it is resumed'],
    ['resume', 'fetch again'],
    ['test', 'look into the bucket once, and say what came of it'],
  ] as const) {
    withAccessOptions(command.command(verb).description(description))
      .argument('<name>', 'name or id')
      .action(async (name: string, options: AccessOptions) => {
        const client = openSourcesClient(options, context);
        const { id } = await client.find(name);
        const { status, message } = await client.control(id, verb);
        if (status !== 'Success') throw new CliError(String(message));
        await write(context.out, `${String(message)}\n`);
      });
  }

  withAccessOptions(command.command('back-fill').description('collect old days, beside the fresh files'))
    .argument('<name>', 'name or id')
    .requiredOption('--from <DATE>', "first day, such as 2024-01-31 (of the source's time zone) or -365d")
    .option('--to <DATE>', 'up to here; default: now')
    .option('--no-wait', 'do not follow its progress')
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail sources back-fill prod --from 2024-01-01 --to 2025-01-01',
    )
    .action(async (name: string, options: BackFillOptions) => {
      const client = openSourcesClient(options, context);
      const { id } = await client.find(name);
      const to = dateOf(options.to, context);
      const range = { from: dateOf(options.from, context), ...(to !== undefined && { to }) };
      const { message } = await client.control(id, 'backfill', range);
      await write(context.out, `${String(message)}\n`);
      if (options.wait) await follow(id, client, context);
    });

  withAccessOptions(
    command
      .command('rotate-key')
      .description('seal the stored secrets with a new key; the old one is forgotten'),
  ).action(async (options: AccessOptions) => {
    const { message } = await openSourcesClient(options, context).rotateKey();
    await write(context.out, `${message}\n`);
  });
}

/** Milliseconds between two looks, and between two lines where nothing can be written over. */
const EVERY = 1_000;
const EVERY_LINE = 15_000;

/** Shows how far the back-fill is until it is done; it goes on without us too. */
async function follow(id: string, client: SourcesClient, context: CliContext): Promise<void> {
  const { err, now } = context;
  let shownAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const { status, active } = await client.status(id);
    // It is kept, and nothing moves before somebody resumes the source.
    if (!active) return;
    const progress = status?.backFill;
    if (!progress) throw new CliError('the collector knows nothing of this back-fill');
    if (err.isTTY) err.write(`\r\x1b[K${progressLine(progress)}`);
    else if (now() - shownAt >= EVERY_LINE || progress.done) {
      err.write(`${progressLine(progress)}\n`);
      shownAt = now();
    }
    if (progress.done) {
      if (err.isTTY) err.write('\n');
      return;
    }
    await context.sleep(EVERY);
  }
}
