import type { Command } from 'commander';
import { LogMessage } from '../../logs/index.ts';
import { openApi } from '../access.ts';
import { type CisClients, openCisClients } from '../cis/clients.ts';
import type { CliContext } from '../context.ts';
import { readHistory } from '../rehearse/history.ts';
import { pastRange, type RehearsalOptions, withRehearsalOptions } from '../rehearse/options.ts';
import { chooseFilter, compileChosen, type FilterChoice } from '../rehearse/pattern-choice.ts';
import { tallyText } from '../rehearse/report.ts';
import { MatchTally } from '../rehearse/tally.ts';

interface Options extends RehearsalOptions, FilterChoice {}

/** `opentrail filters rehearse`: how often a metric filter would have matched. */
export function register(command: Command, context: CliContext): void {
  withRehearsalOptions(command.command('rehearse'), context.now)
    .description('run a metric filter over the last days of history: how often, when, on what')
    .option('--pattern <PATTERN>', 'a filter pattern')
    .option('--cis <CONTROL>', 'the pattern of a control of the CIS benchmark: 4.1 to 4.15')
    .option('--filter <NAME>', 'a metric filter that is there')
    .option('--log-group <NAME>', 'with --filter: of this group')
    .addHelpText(
      'after',
      '\nManagement events only, unless --category names others.\n\nExamples:\n' +
        '  npx opentrail filters rehearse --pattern \'{ $.errorCode = "AccessDenied" }\' --days 30\n' +
        '  npx opentrail filters rehearse --cis 4.3',
    )
    .action((options: Options) => rehearse(options, context));
}

async function rehearse(options: Options, context: CliContext): Promise<void> {
  const range = pastRange(options, context.now());
  let clients: CisClients | undefined;
  const chosen = await chooseFilter(options, () => {
    clients = openCisClients(options, context);
    return clients;
  }).finally(() => clients?.close());
  const filter = compileChosen(chosen);
  const tally = new MatchTally(range, options.samples);
  for await (const event of readHistory(openApi(options, context), range, context))
    tally.add(event, filter.matches(new LogMessage(event.text, event.record)));
  const result = tally.result();
  context.out.write(
    options.output === 'json'
      ? `${JSON.stringify({ filter: chosen, ...result }, undefined, 2)}\n`
      : tallyText(chosen.name, result),
  );
}
