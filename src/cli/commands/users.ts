import { type Command, Option } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { CreatedUser, Preset, UserLine, UsersQuestion } from '../admin-api.ts';
import { columns, timeCell } from '../columns.ts';
import { type CliContext, write } from '../context.ts';

const PATH = '/v1/admin/users';

interface CreateOptions extends AccessOptions {
  readonly preset?: Preset;
  readonly account?: string;
  readonly readAccounts?: string;
}

/** `opentrail users`: people and programs with an access key of their own. */
export function register(command: Command, context: CliContext): void {
  const ask = <Answer>(options: AccessOptions, question: UsersQuestion) =>
    openApi(options, context).call<Answer>(PATH, question);

  withAccessOptions(command.command('create').description('create a user and show its access key once'))
    .argument('<name>', "the user's name")
    .addOption(
      new Option(
        '--preset <PRESET>',
        'what the user may do; without one: nothing until a policy says so',
      ).choices(['auditor', 'ingest', 'monitoring', 'admin']),
    )
    .option('--account <ID>', 'account of the user; default: yours')
    .option(
      '--read-accounts <IDS>',
      "other accounts whose events an auditor may read, or 'any'; commas between",
    )
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail users create alice --preset auditor --read-accounts 111111111111',
    )
    .action(async (userName: string, { preset, account, readAccounts, ...access }: CreateOptions) => {
      const user = await ask<CreatedUser>(access, {
        op: 'create',
        userName,
        ...(preset && { preset }),
        ...(account && { account }),
        ...(readAccounts && { readAccounts: readAccounts.split(',').map((id) => id.trim()) }),
      });
      await write(
        context.out,
        `created ${user.arn}\nAWS_ACCESS_KEY_ID=${user.accessKeyId}\nAWS_SECRET_ACCESS_KEY=${user.secretAccessKey}\n`,
      );
    });

  withAccessOptions(command.command('list').description('list users'))
    .option('--account <ID>', 'account of the users; default: yours')
    .action(async ({ account, ...access }: CreateOptions) => {
      const { users } = await ask<{ users: readonly UserLine[] }>(access, {
        op: 'list',
        ...(account && { account }),
      });
      const rows = users.map((user) => [
        user.userName,
        user.account,
        user.preset ?? '-',
        timeCell(user.createdAt),
      ]);
      await write(context.out, columns([['NAME', 'ACCOUNT', 'PRESET', 'CREATED'], ...rows]));
    });

  withAccessOptions(command.command('delete').description('delete a user and its keys'))
    .argument('<name>', "the user's name")
    .option('--account <ID>', 'account of the user; default: yours')
    .action(async (userName: string, { account, ...access }: CreateOptions) => {
      await ask(access, { op: 'delete', userName, ...(account && { account }) });
      await write(context.out, `deleted ${userName}\n`);
    });

  command.addHelpText('after', '\nExample:\n  npx opentrail users create shipper --preset ingest');
}
