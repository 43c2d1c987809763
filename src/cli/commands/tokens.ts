import { type Command, Option } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { CreatedToken, TokenLine, TokensQuestion } from '../admin-api.ts';
import { columns, timeCell } from '../columns.ts';
import { type CliContext, write } from '../context.ts';
import { readDurationOption } from '../time.ts';

const PATH = '/v1/admin/tokens';

interface CreateOptions extends AccessOptions {
  readonly scope: 'ingest' | 'read' | 'sources';
  readonly expires?: number;
  readonly account?: string;
  readonly description?: string;
}

/** `opentrail tokens`: bearer tokens for senders that cannot sign. */
export function register(command: Command, context: CliContext): void {
  const ask = <Answer>(options: AccessOptions, question: TokensQuestion) =>
    openApi(options, context).call<Answer>(PATH, question);

  withAccessOptions(command.command('create').description('create a token and show it once'))
    .addOption(
      new Option('--scope <SCOPE>', 'what it allows')
        .choices(['ingest', 'read', 'sources'])
        .makeOptionMandatory(),
    )
    .option('--expires <DURATION>', 'from now, such as 30d; default: never', readDurationOption)
    .option('--account <ID>', 'account that it acts for; default: yours')
    .option('--description <TEXT>', 'what it is for')
    .addHelpText('after', '\nExample:\n  npx opentrail tokens create --scope ingest --expires 30d')
    .action(async ({ scope, expires, account, description, ...access }: CreateOptions) => {
      const created = await ask<CreatedToken>(access, {
        op: 'create',
        scope,
        ...(expires !== undefined && { expiresInMs: expires }),
        ...(account && { account }),
        ...(description && { description }),
      });
      // The token alone on standard output, so that it can go into a variable.
      context.err.write(`created token ${created.id}, expires ${timeCell(created.expiresAt)}\n`);
      await write(context.out, `${created.token}\n`);
    });

  withAccessOptions(command.command('list').description('list tokens, without their secrets')).action(
    async (options: AccessOptions) => {
      const { tokens } = await ask<{ tokens: readonly TokenLine[] }>(options, { op: 'list' });
      const rows = tokens.map((token) => [
        token.id,
        token.scope,
        token.account,
        timeCell(token.createdAt),
        timeCell(token.expiresAt),
        token.description ?? '',
      ]);
      await write(
        context.out,
        columns([['ID', 'SCOPE', 'ACCOUNT', 'CREATED', 'EXPIRES', 'DESCRIPTION'], ...rows]),
      );
    },
  );

  withAccessOptions(command.command('revoke').description('end a token now'))
    .argument('<id>', 'id as `tokens list` shows it')
    .action(async (id: string, options: AccessOptions) => {
      await ask(options, { op: 'revoke', id });
      await write(context.out, `revoked ${id}\n`);
    });

  command.addHelpText('after', '\nExample:\n  npx opentrail tokens list');
}
