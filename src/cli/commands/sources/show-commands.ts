import type { Command } from 'commander';
import type { NoticeStatus } from '../../../sources/index.ts';
import { type AccessOptions, withAccessOptions } from '../../access.ts';
import { columns, timeCell } from '../../columns.ts';
import { type CliContext, write } from '../../context.ts';
import { progressLine } from './progress.ts';
import { openSourcesClient, type SourceLine, type StatusAnswer } from './sources-client.ts';
import { spanCell } from './span-cell.ts';

interface ShowOptions extends AccessOptions {
  readonly json?: boolean;
}

/** `sources list`, `show` and `status`. */
export function registerShows(command: Command, context: CliContext): void {
  withAccessOptions(command.command('list').description('list the sources'))
    .option('--json', 'as the API answers them')
    .action(async (options: ShowOptions) => {
      const sources = await openSourcesClient(options, context).list();
      const text = options.json
        ? `${JSON.stringify(sources, null, 2)}\n`
        : columns([HEAD, ...sources.map(row)]);
      await write(context.out, text);
    });

  withAccessOptions(command.command('show').description('print one source as JSON, without its secrets'))
    .argument('<name>', 'name or id')
    .action(async (name: string, options: AccessOptions) => {
      const source = await openSourcesClient(options, context).find(name);
      await write(context.out, `${JSON.stringify(source, null, 2)}\n`);
    });

  withAccessOptions(command.command('status').description('what was collected, and what went wrong'))
    .argument('[name]', 'name or id; default: all')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  npx opentrail sources status prod --json')
    .action(async (name: string | undefined, options: ShowOptions) => {
      const client = openSourcesClient(options, context);
      const sources = name === undefined ? await client.list() : [await client.find(name)];
      const answers: StatusAnswer[] = [];
      for (const { id } of sources) answers.push(await client.status(id));
      if (options.json) return await write(context.out, `${JSON.stringify(answers, null, 2)}\n`);
      await write(
        context.out,
        columns([STATUS_HEAD, ...answers.map((answer) => statusRow(answer, context.now()))]),
      );
      for (const { name, status } of answers) {
        if (status?.lastError !== undefined) await write(context.out, `${name}: ${status.lastError}\n`);
        if (status?.notices) await write(context.out, `${name}: ${noticesLine(status.notices)}\n`);
        if (status?.notices?.lastError !== undefined)
          await write(context.out, `${name}: queue: ${status.notices.lastError}\n`);
        if (status?.backFill)
          await write(context.out, `${name}: back-fill ${progressLine(status.backFill)}\n`);
      }
    });
}

const HEAD = ['NAME', 'BUCKET', 'REGION', 'ENDPOINT', 'EVERY', 'STATE', 'FROM', 'ID'];

function row({ id, name, active, origin, config }: SourceLine): string[] {
  const { bucket_name, region_name, endpoint_url, prefix } = config.Connector;
  const bucket = typeof prefix === 'string' ? `${bucket_name}/${prefix}` : bucket_name;
  return [
    name,
    bucket,
    region_name,
    endpoint_url,
    `${config.Source.interval}m`,
    active ? 'active' : 'paused',
    origin,
    id,
  ];
}

const STATUS_HEAD = [
  'NAME',
  'STATE',
  'LAST SUCCESS',
  'NEXT',
  'LAG',
  'FILES',
  'RECORDS',
  'DUPLICATES',
  'QUARANTINED',
];

function statusRow({ name, active, status }: StatusAnswer, now: number): string[] {
  if (!status) return [name, active ? 'not collected' : 'paused', '-', '-', '-', '-', '-', '-', '-'];
  const { state, lastSuccessAt, nextRunAt, lag } = status;
  return [
    name,
    active ? state : 'paused',
    timeCell(lastSuccessAt),
    nextRunAt === undefined ? '-' : nextRunAt <= now ? 'now' : `in ${spanCell(nextRunAt - now)}`,
    lag === undefined ? '-' : spanCell(lag),
    ...[status.files, status.records, status.duplicates, status.quarantined].map(String),
  ];
}

/** What notifications came to, in one line. */
function noticesLine({ messages, files, ignored, failures, ...topic }: NoticeStatus): string {
  const reasons = Object.entries(ignored).map(([reason, count]) => `${count} ${reason}`);
  const rest = reasons.length === 0 ? '' : `; ignored: ${reasons.join(', ')}`;
  const failed = failures === 0 ? '' : `; ${failures} failures`;
  const { confirmedAt = 0, endedAt = 0 } = topic;
  const isEnded = endedAt > confirmedAt;
  const since = timeCell(isEnded ? endedAt : confirmedAt);
  const subscribed =
    confirmedAt === endedAt ? '' : `; subscription ${isEnded ? 'ended' : 'confirmed'} at ${since}`;
  return `${messages} notices of ${files} files since the server's start${rest}${failed}${subscribed}`;
}
