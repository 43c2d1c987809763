import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Command } from 'commander';
import {
  compileRulePattern,
  EventBusError,
  matchedForm,
  type TrailEvent,
  trailBusEvent,
} from '../../event-bus/index.ts';
import { findAccess, openApi } from '../access.ts';
import { ask } from '../ask.ts';
import { type CliContext, CliError } from '../context.ts';
import { type PastEvent, readHistory } from '../rehearse/history.ts';
import { pastRange, type RehearsalOptions, withRehearsalOptions } from '../rehearse/options.ts';
import { tallyText } from '../rehearse/report.ts';
import { MatchTally } from '../rehearse/tally.ts';

interface Options extends RehearsalOptions {
  readonly eventPattern?: string;
  readonly rule?: string;
}

/** A rule to rehearse. */
interface ChosenRule {
  readonly name: string;
  readonly pattern: string;
  /** Rules see reading management events only in a state of its own. */
  readonly withReads: boolean;
}

/** `opentrail rules rehearse`: how often a rule of the event bus would have matched. */
export function register(command: Command, context: CliContext): void {
  withRehearsalOptions(command.command('rehearse'), context.now)
    .description('run an event rule over the last days of history: how often, when, on what')
    .option('--event-pattern <JSON>', 'an event pattern')
    .option('--rule <NAME>', 'or a rule of the default bus')
    .addHelpText(
      'after',
      '\nManagement events only, unless --category names others.\n\nExample:\n' +
        '  npx opentrail rules rehearse --event-pattern \'{"source":["aws.iam"],"detail":{"eventName":[{"prefix":"Delete"}]}}\'',
    )
    .action((options: Options) => rehearse(options, context));
}

async function rehearse(options: Options, context: CliContext): Promise<void> {
  const range = pastRange(options, context.now());
  const rule = await chooseRule(options, context);
  const pattern = compile(rule.pattern);
  const tally = new MatchTally(range, options.samples);
  for await (const event of readHistory(openApi(options, context), range, context)) {
    const busEvent = trailBusEvent(trailEventOf(event));
    const isSeen = rule.withReads || busEvent.isReadOnlyManagement !== true;
    tally.add(event, isSeen && pattern.matches(matchedForm(busEvent)));
  }
  const result = tally.result();
  context.out.write(
    options.output === 'json'
      ? `${JSON.stringify({ rule, ...result }, undefined, 2)}\n`
      : tallyText(rule.name, result),
  );
}

async function chooseRule(options: Options, context: CliContext): Promise<ChosenRule> {
  const { eventPattern, rule } = options;
  if ((eventPattern === undefined) === (rule === undefined))
    throw new CliError('name one of --event-pattern, --rule', { exitCode: 2 });
  if (eventPattern !== undefined) return { name: 'rule', pattern: eventPattern, withReads: false };
  const { url, region, identity } = findAccess(options, context.env);
  if (identity.kind === 'token')
    throw new CliError('rules are read through the AWS API, which takes access keys, not tokens');
  const client = new EventBridgeClient({ endpoint: url, region, credentials: identity.credentials });
  try {
    const found = await ask('DescribeRule', client.send(new DescribeRuleCommand({ Name: rule })));
    if (found.EventPattern === undefined) throw new CliError(`the rule ${rule} has no event pattern`);
    return {
      name: rule!,
      pattern: found.EventPattern,
      withReads: found.State === 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    };
  } finally {
    client.destroy();
  }
}

function compile(pattern: string): ReturnType<typeof compileRulePattern> {
  try {
    return compileRulePattern(pattern);
  } catch (error) {
    if (!(error instanceof EventBusError)) throw error;
    throw new CliError(error.message, { exitCode: 2, cause: error });
  }
}

function trailEventOf({ text, record, time }: PastEvent): TrailEvent {
  return {
    account: String(record.recipientAccountId),
    region: String(record.awsRegion),
    eventId: String(record.eventID),
    time,
    category: String(record.eventCategory ?? 'Management'),
    raw: Buffer.from(text),
    record,
  };
}
