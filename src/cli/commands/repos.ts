import { type Command, InvalidArgumentError } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { RepoLine } from '../admin-api.ts';
import { columns, timeCell } from '../columns.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { type Json, openSourcesClient, type SourcesClient } from './sources/sources-client.ts';

interface Settings extends AccessOptions {
  readonly retention?: number;
  readonly copyTo?: string;
}

/** As the API answers a repository. */
interface RepoForm extends Json {
  readonly id: string;
  readonly name: string;
  readonly hiddenrepopath: readonly { readonly path: string; readonly retention: number }[];
  readonly remote_logpoint?: string;
}

const DEFAULT_DAYS = 365;

/** `opentrail repos`: where collected records are kept. */
export function register(command: Command, context: CliContext): void {
  const settings = (one: Command) =>
    withAccessOptions(one)
      .argument('<name>', 'letters, digits, _ . and -')
      .option('--retention <DAYS>', `days that records are kept; default: ${DEFAULT_DAYS}`, readDays)
      .option('--copy-to <FORWARD>', 'a destination of `forwards add --copies`; none ends the copy');

  withAccessOptions(command.command('list').description('sizes, retention, and how copies are doing'))
    .option('--json', 'as JSON')
    .action(async (options: AccessOptions & { readonly json?: boolean }) => {
      const { repos } = await openApi(options, context).call<{ readonly repos: readonly RepoLine[] }>(
        '/v1/admin/repos',
        { op: 'list' },
      );
      if (options.json) return await write(context.out, `${JSON.stringify(repos, null, 2)}\n`);
      await write(context.out, columns([HEAD, ...repos.map(row)]));
      for (const { name, copy } of repos) {
        if (copy?.lastError !== undefined)
          await write(context.out, `${name}: copy: ${clean(copy.lastError)}\n`);
      }
    });

  settings(command.command('add').description('make a repository')).action(
    async (name: string, { retention = DEFAULT_DAYS, copyTo, ...options }: Settings) => {
      const client = openSourcesClient(options, context);
      const data = {
        ...{ repo_name: name, path: 'data', retention },
        ...(copyTo !== undefined && copyTo !== 'none' && { remote_logpoint: copyTo }),
      };
      await write(context.out, `${(await client.order('POST', '/Repos', data)).message}\n`);
    },
  );

  settings(command.command('edit').description('change one; what is not said stays')).action(
    async (name: string, { retention, copyTo, ...options }: Settings) => {
      const client = openSourcesClient(options, context);
      const current = await mustFind(client, name);
      const remote = copyTo ?? current.remote_logpoint ?? 'none';
      const paths = current.hiddenrepopath.map((one) => ({ ...one, ...(retention && { retention }) }));
      const { remote_logpoint: _before, ...rest } = current;
      const data = { ...rest, hiddenrepopath: paths, ...(remote !== 'none' && { remote_logpoint: remote }) };
      await write(context.out, `${(await client.order('PUT', `/Repos/${current.id}`, data)).message}\n`);
    },
  );

  withAccessOptions(command.command('remove').description('delete one that nothing uses, with its records'))
    .argument('<name>', 'as `repos list` shows it')
    .action(async (name: string, options: AccessOptions) => {
      const client = openSourcesClient(options, context);
      const { id } = await mustFind(client, name);
      await client.order('DELETE', `/Repos/${id}`);
      await write(context.out, `removed ${name} with its records\n`);
    });

  command.addHelpText(
    'after',
    '\nExamples:\n  npx opentrail repos add security --retention 730\n  npx opentrail repos edit security --copy-to dr',
  );
}

const HEAD = ['NAME', 'RETENTION', 'RECORDS', 'SIZE', 'FROM', 'COPY TO', 'STATE', 'SENT', 'BEHIND', 'DEAD'];

function row({ name, retentionDays, rows, bytes, oldest, copy }: RepoLine): string[] {
  const copied = copy
    ? [
        copy.to,
        copy.state,
        ...[copy.sent, copy.behind, copy.deadLetters?.events].map((n) => String(n ?? '-')),
      ]
    : ['', '', '', '', ''];
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return [name, `${retentionDays}d`, String(rows), size, timeCell(oldest), ...copied];
}

async function mustFind(client: SourcesClient, name: string): Promise<RepoForm> {
  const repos = await client.all<RepoForm>('Repos');
  const found = repos.find((repo) => repo.name === name);
  if (found) return found;
  throw new CliError(
    `there is no repository ${name}; there are ${repos.map((repo) => repo.name).join(', ')}`,
  );
}

function readDays(text: string): number {
  const days = Number(text);
  if (/^\d{1,5}$/.test(text) && days >= 1 && days <= 36_500) return days;
  throw new InvalidArgumentError('expected 1 to 36500 days');
}

/** What another server wrote must not drive the terminal. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 160);
}
