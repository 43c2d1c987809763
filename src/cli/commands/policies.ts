import { readFileSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { type AccessOptions, withAccessOptions } from '../access.ts';
import { columns } from '../columns.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { type Json, openSourcesClient, type SourcesClient } from './sources/sources-client.ts';

/** Kinds by the word on the command line, with the resource of the API and the member that names one. */
const KINDS: ReadonlyMap<string, readonly [resource: string, name: string]> = new Map([
  ['routing', ['RoutingPolicies', 'policy_name']],
  ['normalization', ['NormalizationPolicies', 'name']],
  ['normalizer', ['Normalizers', 'name']],
  ['enrichment', ['EnrichmentPolicies', 'name']],
]);
/** What the server adds; a file that was shown can be put back. */
const ANSWERED = ['id', 'active', 'built_in', 'created_at', 'updated_at'];

/** `opentrail policies`: what log sources do with records, as JSON. */
export function register(command: Command, context: CliContext): void {
  const kind = () => new Argument('<kind>', [...KINDS.keys()].join(', ')).choices([...KINDS.keys()]);

  withAccessOptions(command.command('list').description('list them by name'))
    .addArgument(new Argument('[kind]', 'only these').choices([...KINDS.keys()]))
    .action(async (only: string | undefined, options: AccessOptions) => {
      const client = openSourcesClient(options, context);
      const rows: string[][] = [];
      for (const one of only === undefined ? KINDS.keys() : [only]) {
        for (const line of await all(client, one)) {
          const isBuiltIn = line.built_in === true || line.id === undefined;
          rows.push([one, nameOf(one, line), isBuiltIn ? 'built in' : '', text(line.description)]);
        }
      }
      await write(context.out, columns([['KIND', 'NAME', '', 'DESCRIPTION'], ...rows]));
    });

  withAccessOptions(command.command('show').description('print one as JSON; the file can be put back'))
    .addArgument(kind())
    .argument('<name>', 'its name')
    .action(async (one: string, name: string, options: AccessOptions) => {
      const found = await mustFind(openSourcesClient(options, context), one, name);
      const shown = Object.entries(found).filter(([member]) => !ANSWERED.includes(member));
      await write(context.out, `${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`);
    });

  withAccessOptions(command.command('put').description('make one, or change the one of this name'))
    .addArgument(kind())
    .argument('<file>', 'JSON; - is standard input')
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail policies show routing production > routing.json\n  npx opentrail policies put routing routing.json',
    )
    .action(async (one: string, file: string, options: AccessOptions) => {
      const client = openSourcesClient(options, context);
      const data = readJson(file);
      const name = nameOf(one, data) || text(data.name);
      const current = (await all(client, one)).find((line) => name !== '' && nameOf(one, line) === name);
      const [resource] = mustKnow(one);
      const { message } =
        current?.id === undefined
          ? await client.order('POST', `/${resource}`, data)
          : await client.order('PUT', `/${resource}/${text(current.id)}`, data);
      await write(context.out, `${message}\n`);
    });

  withAccessOptions(command.command('remove').description('delete one that nothing uses'))
    .addArgument(kind())
    .argument('<name>', 'its name')
    .action(async (one: string, name: string, options: AccessOptions) => {
      const client = openSourcesClient(options, context);
      const found = await mustFind(client, one, name);
      if (found.id === undefined) throw new CliError(`${name} is built in: it stays`);
      await client.order('DELETE', `/${mustKnow(one)[0]}/${text(found.id)}`);
      await write(context.out, `removed ${name}\n`);
    });

  command.addHelpText('after', '\nExample:\n  npx opentrail policies put normalizer team.json');
}

function all(client: SourcesClient, kind: string): Promise<readonly Json[]> {
  return client.all<Json>(mustKnow(kind)[0]);
}

async function mustFind(client: SourcesClient, kind: string, name: string): Promise<Json> {
  const lines = await all(client, kind);
  const found = lines.find((line) => nameOf(kind, line) === name);
  if (found) return found;
  const names = lines.map((line) => nameOf(kind, line)).join(', ');
  throw new CliError(`there is no ${kind} ${name}${names === '' ? '' : `; there are ${names}`}`);
}

function mustKnow(kind: string): readonly [string, string] {
  const known = KINDS.get(kind);
  if (!known) throw new Error(`no kind ${kind}`);
  return known;
}

function nameOf(kind: string, line: Json): string {
  return text(line[mustKnow(kind)[1]]);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function readJson(file: string): Json {
  try {
    const value: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch (cause) {
    throw new CliError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  throw new CliError(`${file} must hold a JSON object`);
}
