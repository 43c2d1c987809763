import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AccessOptions, withAccessOptions } from '../access.ts';
import { ask } from '../ask.ts';
import { openCisClients } from '../cis/clients.ts';
import { CIS_CONTROLS } from '../cis/controls.ts';
import { enableControl } from '../cis/enable.ts';
import { giveLogGroup } from '../cis/log-group.ts';
import { type CisStatus, hasSubscriber, readStatus } from '../cis/status.ts';
import { chooseTrail, readTrails } from '../cis/trail.ts';
import { columns, timeCell } from '../columns.ts';
import { type CliContext, CliError } from '../context.ts';

interface EnableOptions extends AccessOptions {
  readonly topic: string;
  readonly trail?: string;
  readonly logGroup?: string;
  readonly period: number;
}

interface StatusOptions extends AccessOptions {
  readonly output: 'table' | 'json';
}

/** `opentrail cis enable|status`: the 15 alarms of the CIS AWS Foundations Benchmark, on opentrail or on AWS. */
export function register(command: Command, context: CliContext): void {
  withAccessOptions(command.command('enable'))
    .description('set up the 15 metric filters and alarms of the CIS benchmark')
    .requiredOption('--topic <ARN>', 'SNS topic that the alarms tell')
    .option('--trail <NAME>', 'whose log group is watched; default the trail of all Regions')
    .option('--log-group <NAME>', 'made for a trail that has none; default aws-cloudtrail-logs-<account>')
    .option('--period <SECONDS>', 'that an alarm sums over: 10, 30, 60, 120, …', readPeriod, 300)
    .addHelpText(
      'after',
      '\nMay be repeated: it replaces what has the same names.\n\nExample:\n' +
        '  npx opentrail cis enable --topic arn:aws:sns:us-east-1:123456789012:security',
    )
    .action((options: EnableOptions) => enable(options, context));
  withAccessOptions(command.command('status'))
    .description('judge the 15 controls as Security Hub does; exit code 1 if one does not pass')
    .addOption(new Option('--output <FORM>', 'how to show it').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExample:\n  npx opentrail cis status')
    .action((options: StatusOptions) => status(options, context));
}

async function enable(options: EnableOptions, context: CliContext): Promise<void> {
  const clients = openCisClients(options, context);
  try {
    await ask(
      'GetTopicAttributes',
      clients.topics.send(new GetTopicAttributesCommand({ TopicArn: options.topic })),
    );
    const trail = chooseTrail(await readTrails(clients), options.trail);
    const logGroup = trail.logGroup ?? (await giveLogGroup(clients, trail, options.logGroup, context));
    context.out.write(`trail ${trail.name}, log group ${logGroup}\n`);
    for (const control of CIS_CONTROLS) {
      await enableControl(clients, control, { logGroup, topic: options.topic, period: options.period });
      context.out.write(`${control.number.padEnd(4)}  ${control.name.padEnd(28)}  ${control.title}\n`);
    }
    for (const fault of trail.faults.filter((one) => one !== 'it has no log group'))
      context.err.write(`warning: trail ${trail.name}: ${fault}, which Security Hub does not accept\n`);
    if (!(await hasSubscriber(clients, options.topic)))
      context.err.write(
        `warning: nobody is subscribed to ${options.topic}: aws sns subscribe --topic-arn ${options.topic} --protocol https --notification-endpoint https://…\n`,
      );
  } finally {
    clients.close();
  }
}

async function status(options: StatusOptions, context: CliContext): Promise<void> {
  const clients = openCisClients(options, context);
  try {
    const found = await readStatus(clients);
    context.out.write(options.output === 'json' ? jsonOf(found) : tableOf(found));
    const failing = found.controls.filter(({ faults }) => faults.length > 0).length;
    if (failing > 0) throw new CliError(`${failing} of ${found.controls.length} controls do not pass`);
  } finally {
    clients.close();
  }
}

function tableOf({ trails, controls }: CisStatus): string {
  const watched = trails.map(({ name, logGroup, faults }) =>
    faults.length === 0
      ? `trail ${name} is watched through log group ${logGroup}\n`
      : `trail ${name} is not watched: ${faults.join(', ')}\n`,
  );
  const rows = controls.map(({ control, state, since, faults }) => [
    control.number,
    control.securityHub ?? '',
    control.name,
    faults.length === 0 ? 'passes' : faults.join(', '),
    state ?? '',
    since === undefined ? '' : timeCell(since),
  ]);
  return watched.join('') + columns([['CIS', 'Security Hub', 'Alarm', 'Control', 'State', 'Since'], ...rows]);
}

function jsonOf({ trails, controls }: CisStatus): string {
  const list = controls.map(({ control, since, ...rest }) => ({
    number: control.number,
    ...(control.securityHub && { securityHub: control.securityHub }),
    name: control.name,
    passes: rest.faults.length === 0,
    ...rest,
    ...(since !== undefined && { since: new Date(since).toISOString() }),
  }));
  return `${JSON.stringify({ trails, controls: list }, undefined, 2)}\n`;
}

function readPeriod(text: string): number {
  const period = Number(text);
  const isPeriod = period === 10 || period === 30 || (period > 0 && period % 60 === 0);
  if (!isPeriod || period > 86_400)
    throw new InvalidArgumentError('expected 10, 30, or a multiple of 60 up to 86400');
  return period;
}
