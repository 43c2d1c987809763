import { type Command, InvalidArgumentError, Option } from 'commander';
import { COMPARISONS, MISSING_DATA } from '../../cloudwatch/index.ts';
import { LogMessage } from '../../logs/index.ts';
import { openApi } from '../access.ts';
import { type CisClients, openCisClients } from '../cis/clients.ts';
import { timeCell } from '../columns.ts';
import type { CliContext } from '../context.ts';
import { type AlarmChoice, type ChosenAlarm, chooseAlarm } from '../rehearse/alarm-choice.ts';
import { type Firing, fireOver, MatchLog } from '../rehearse/alarm-run.ts';
import { readHistory } from '../rehearse/history.ts';
import { pastRange, type RehearsalOptions, withRehearsalOptions } from '../rehearse/options.ts';
import { compileChosen } from '../rehearse/pattern-choice.ts';
import { PointCollector } from '../rehearse/points.ts';
import { samplesText } from '../rehearse/report.ts';
import { readCount } from '../search-options.ts';

interface Options extends RehearsalOptions, AlarmChoice {}

/** `opentrail alarms rehearse`: how often an alarm would have fired. */
export function register(command: Command, context: CliContext): void {
  withRehearsalOptions(command.command('rehearse'), context.now)
    .description('run an alarm over the last days of history: how often it would have fired, when, on what')
    .option('--alarm <NAME>', 'an alarm that is there, with the filters of its metric')
    .option('--pattern <PATTERN>', 'or a filter pattern')
    .option('--cis <CONTROL>', 'or the pattern of a control of the CIS benchmark: 4.1 to 4.15')
    .option('--filter <NAME>', 'or a metric filter that is there')
    .option('--log-group <NAME>', 'with --filter: of this group')
    .option('--value <VALUE>', 'what an event counts: a number, or a field such as $.bytes', '1')
    .option('--period <SECONDS>', '10, 30, or a multiple of 60', readPeriod, 300)
    .option('--evaluation-periods <N>', 'periods that are looked at', readCount, 1)
    .option('--datapoints-to-alarm <N>', 'of which so many must breach; default all', readCount)
    .option('--threshold <NUMBER>', 'to compare with', readNumber, 1)
    .option('--statistic <NAME>', 'Sum, SampleCount, Average, Minimum, Maximum, p99', 'Sum')
    .addOption(
      new Option('--comparison <OPERATOR>', 'how to compare')
        .choices(COMPARISONS)
        .default('GreaterThanOrEqualToThreshold'),
    )
    .addOption(
      new Option('--treat-missing-data <HOW>', 'what periods without data count as')
        .choices(MISSING_DATA)
        .default('notBreaching'),
    )
    .addHelpText(
      'after',
      '\nManagement events only, unless --category names others.\n\nExamples:\n' +
        '  npx opentrail alarms rehearse --alarm RootAccountUsage --days 30\n' +
        '  npx opentrail alarms rehearse --pattern \'{ $.errorCode = "AccessDenied*" }\' --threshold 20 --period 60',
    )
    .action((options: Options) => rehearse(options, context));
}

async function rehearse(options: Options, context: CliContext): Promise<void> {
  const range = pastRange(options, context.now());
  let clients: CisClients | undefined;
  const alarm = await chooseAlarm(options, () => {
    clients ??= openCisClients(options, context);
    return clients;
  }).finally(() => clients?.close());
  const filters = alarm.filters.map((chosen) => ({ ...chosen, compiled: compileChosen(chosen) }));
  const points = new PointCollector(alarm.rule.period < 60 ? 1_000 : 60_000);
  const log = new MatchLog();
  let [events, matches] = [0, 0];
  for await (const event of readHistory(openApi(options, context), range, context)) {
    events++;
    const message = new LogMessage(event.text, event.record);
    for (const { compiled, defaultValue } of filters) {
      const value = compiled.matches(message) ? compiled.measure(message)[0]?.value : undefined;
      if (value !== undefined) {
        matches++;
        points.add(event.time, value);
        log.add(event);
      } else if (defaultValue !== undefined) points.addDefault(event.time, defaultValue);
    }
  }
  const firings = fireOver(alarm.rule, points, log, range, options.samples);
  context.out.write(
    options.output === 'json'
      ? `${JSON.stringify({ alarm, events, matches, fired: firings.length, firings }, undefined, 2)}\n`
      : textOf(alarm, { events, matches, firings, isWhole: log.isWhole }),
  );
}

function textOf(
  { name, rule }: ChosenAlarm,
  found: {
    readonly events: number;
    readonly matches: number;
    readonly firings: readonly Firing[];
    readonly isWhole: boolean;
  },
): string {
  const { events, matches, firings, isWhole } = found;
  const times = firings.length === 1 ? 'once' : `${firings.length} times`;
  return [
    `${name}: would have fired ${firings.length === 0 ? 'never' : times}; ${matches} of ${events} events match\n`,
    `${rule.statistic} over ${rule.evaluationPeriods} × ${rule.period} s, ${rule.comparison} ${rule.threshold}\n`,
    ...firings.map(
      ({ at, until, events: count, samples }) =>
        `\n${timeCell(at)}  until ${until === undefined ? 'now' : timeCell(until)}, on ${count} events\n${samplesText(samples)}`,
    ),
    ...(isWhole ? [] : ['\nmore events matched than are kept: of later firings the events are not shown\n']),
  ].join('');
}

function readPeriod(text: string): number {
  const period = Number(text);
  if (period === 10 || period === 30 || (period > 0 && period % 60 === 0)) return period;
  throw new InvalidArgumentError('expected 10, 30, or a multiple of 60');
}

function readNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('expected a number');
  return number;
}
