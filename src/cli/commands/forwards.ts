import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { KINDS } from '../../forward/index.ts';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { ForwardLine, ForwardsQuestion } from '../admin-api.ts';
import { columns, timeCell } from '../columns.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { readDurationOption } from '../time.ts';

const PATH = '/v1/admin/forwards';
const SECRET = 'OPENTRAIL_FORWARD_SECRET';

interface AddOptions extends AccessOptions {
  readonly kind: string;
  readonly url: string;
  readonly secretFile?: string;
  readonly filter?: string;
  readonly form?: string;
  readonly feed?: readonly string[];
  readonly index?: string;
  readonly tag?: readonly string[];
  readonly user?: string;
  readonly s3Region?: string;
  readonly gather?: number;
  readonly copies?: boolean;
  readonly caFile?: string;
  readonly acknowledge?: boolean;
  readonly gzip: boolean;
  readonly giveUpAfter?: number;
  readonly fromStart?: boolean;
}

/** `opentrail forwards`: other tools that get the events. */
export function register(command: Command, context: CliContext): void {
  const ask = <Answer>(options: AccessOptions, question: ForwardsQuestion) =>
    openApi(options, context).call<Answer>(PATH, question);
  const each = (value: string, list: readonly string[] = []) => [...list, value];

  withAccessOptions(command.command('add').description('make a destination, or replace the one of this name'))
    .argument('<name>', 'letters, digits, _ and -')
    .addOption(new Option('--kind <KIND>', 'what takes the events').choices(KINDS).makeOptionMandatory())
    .requiredOption(
      '--url <URL>',
      'https://…; for s3 https://HOST/BUCKET/PREFIX; for syslog tls://host:port, tcp://… or udp://…',
    )
    .option('--secret-file <FILE>', `API key, token or password; else ${SECRET}`)
    .option('--filter <SEARCH>', 'only what fits this search')
    .option(
      '--form <FORM>',
      'raw, the record as it is; or a view: flat, ecs, ocsf, a normalizer, or policy (by its log source)',
    )
    .addOption(
      new Option('--feed <FEED>', 'collected or recorded; may be repeated; default: both').argParser(each),
    )
    .option('--index <NAME>', "Splunk's or Elasticsearch's index, Loki's tenant")
    .option('--tag <TAG>', 'name:value for Datadog and Loki; may be repeated', each)
    .option('--user <NAME>', "for basic authentication; for s3 the access key's id")
    .option('--s3-region <REGION>', "the bucket's Region")
    .option(
      '--gather <DURATION>',
      's3: how long events are gathered for a file; default: 1m',
      readDurationOption,
    )
    .option('--ca-file <FILE>', 'certificates (PEM) to trust instead of the system')
    .option('--copies', 'holds copies of repositories: gets only what lies in those that name it')
    .option('--acknowledge', "Splunk: wait for the indexers' acknowledgement")
    .option('--no-gzip', 'do not compress')
    .option(
      '--give-up-after <DURATION>',
      'then an event becomes a dead letter; default: 1d',
      readDurationOption,
    )
    .option('--from-start', 'begin with what is kept already, not with what comes')
    .addHelpText(
      'after',
      `\nExamples:\n  ${SECRET}=… npx opentrail forwards add dd --kind datadog-logs --url https://http-intake.logs.datadoghq.eu\n` +
        "  npx opentrail forwards add siem --kind syslog --url tls://siem.example.com:6514 --filter 'error:* OR user:root'",
    )
    .action(async (name: string, options: AddOptions) => {
      const secret = readSecret(options.secretFile, context);
      const { kind, url, filter, form, feed, index, tag, user, gzip, giveUpAfter, gather } = options;
      await ask(options, {
        op: 'add',
        forward: {
          ...{ name, kind, url, gzip },
          ...(secret !== undefined && { secret }),
          ...(filter !== undefined && { filter }),
          ...(form !== undefined && { form }),
          ...(feed !== undefined && { feeds: feed }),
          ...(index !== undefined && { index }),
          ...(tag !== undefined && { tags: tag }),
          ...(user !== undefined && { user }),
          ...(options.s3Region !== undefined && { region: options.s3Region }),
          ...(gather !== undefined && { gather }),
          ...(options.copies && { copies: true }),
          ...(options.caFile !== undefined && { ca: readText(options.caFile) }),
          ...(giveUpAfter !== undefined && { giveUpAfter }),
          ...(options.acknowledge && { acknowledge: true }),
          ...(options.fromStart && { fromStart: true }),
        },
      });
      await write(context.out, `events go to ${name}\n`);
    });

  withAccessOptions(command.command('list').description('list destinations, without their secrets')).action(
    async (options: AccessOptions) => {
      const rows = (await list(options)).map(({ name, kind, url, form, filter, status }) => {
        return [name, kind, status.state, form, url, filter ?? ''];
      });
      await write(context.out, columns([['NAME', 'KIND', 'STATE', 'FORM', 'URL', 'FILTER'], ...rows]));
    },
  );

  withAccessOptions(command.command('status').description('how each is doing'))
    .option('--json', 'as JSON')
    .action(async (options: AccessOptions & { readonly json?: boolean }) => {
      const forwards = await list(options);
      if (options.json) return write(context.out, `${JSON.stringify(forwards, undefined, 2)}\n`);
      const rows = forwards.map(({ name, status }) => {
        const { state, sent, behind, retries, deadLetters, lost, lastSentAt, lastError } = status;
        const gone = Object.values(lost ?? {}).reduce((sum, count) => sum + count, 0);
        const counts = [sent, behind, retries, deadLetters?.events, gone].map((count) =>
          String(count ?? '-'),
        );
        return [name, state, ...counts, timeCell(lastSentAt), clean(lastError ?? '')];
      });
      const head = ['NAME', 'STATE', 'SENT', 'BEHIND', 'RETRIES', 'DEAD', 'LOST', 'LAST SENT', 'LAST ERROR'];
      await write(context.out, columns([head, ...rows]));
    });

  for (const [op, description, done] of [
    ['remove', 'end it, and forget its secret and dead letters', 'removed'],
    ['pause', 'send nothing until it is resumed', 'paused'],
    ['resume', 'go on', 'resumed'],
  ] as const) {
    withAccessOptions(command.command(op).description(description))
      .argument('<name>', 'name as `forwards list` shows it')
      .action(async (name: string, options: AccessOptions) => {
        await ask(options, { op, name });
        await write(context.out, `${done} ${name}\n`);
      });
  }

  withAccessOptions(command.command('retry').description('send its dead letters once more'))
    .argument('<name>', 'name as `forwards list` shows it')
    .action(async (name: string, options: AccessOptions) => {
      const { events } = await ask<{ readonly events: number }>(options, { op: 'retry', name });
      await write(
        context.out,
        `${events} dead letters are sent again; \`forwards status\` tells what came of them\n`,
      );
    });

  command.addHelpText('after', '\nExample:\n  npx opentrail forwards status');

  async function list(options: AccessOptions): Promise<readonly ForwardLine[]> {
    return (await ask<{ readonly forwards: readonly ForwardLine[] }>(options, { op: 'list' })).forwards;
  }
}

/** Never an argument: these stand in the list of processes. */
function readSecret(file: string | undefined, context: CliContext): string | undefined {
  return file === undefined ? context.env[SECRET] || undefined : readText(file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CliError(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** What an intake wrote must not drive the terminal. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 120);
}
