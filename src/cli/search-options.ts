import { type Command, InvalidArgumentError } from 'commander';
import type { AccessOptions } from './access.ts';
import type { LookupQuestion } from './admin-api.ts';
import { readTime } from './time.ts';

/** Option to LookupEvents' attribute (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html). */
const ATTRIBUTES = [
  ['eventName', 'EventName', 'such as CreateTrail'],
  ['eventId', 'EventId', "the event's id"],
  ['username', 'Username', 'user, or session of a role'],
  ['resourceName', 'ResourceName', 'name or ARN of a resource'],
  ['resourceType', 'ResourceType', 'such as AWS::S3::Bucket'],
  ['eventSource', 'EventSource', 'such as s3.amazonaws.com'],
  ['accessKeyId', 'AccessKeyId', 'the key that signed'],
  ['readOnly', 'ReadOnly', 'true or false'],
] as const;

export interface SearchOptions extends AccessOptions {
  readonly eventName?: string;
  readonly eventId?: string;
  readonly username?: string;
  readonly resourceName?: string;
  readonly resourceType?: string;
  readonly eventSource?: string;
  readonly accessKeyId?: string;
  readonly readOnly?: string;
  readonly category?: readonly string[];
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly start?: number;
  readonly end?: number;
}

/** Adds the options by which events are found; several must all match. */
export function withSearchOptions(command: Command, now: () => number): Command {
  for (const [option, , description] of ATTRIBUTES) {
    command.option(
      `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <VALUE>`,
      description,
    );
  }
  return withRangeOptions(command, now);
}

/** Adds the options of a range: time, category, account, Region. */
export function withRangeOptions(command: Command, now: () => number): Command {
  const time = (text: string) => readTime(text, now());
  return command
    .option('--category <LIST>', 'Management, Data, NetworkActivity, Insight; commas between', readList)
    .option('--account <LIST>', 'account ids; commas between', readList)
    .option('--region <LIST>', 'Regions; commas between', readList)
    .option('--start <TIME>', 'not before: 2026-11-01T10:00:00Z, epoch seconds, or -1h, -7d', time)
    .option('--end <TIME>', 'not after', time);
}

/** The server's question for these options. */
export function questionOf(options: SearchOptions, limit?: number): LookupQuestion {
  return {
    attributes: ATTRIBUTES.flatMap(([option, key]) => {
      const value = options[option];
      return value === undefined ? [] : [{ key, value }];
    }),
    ...rangeOf(options),
    ...(limit !== undefined && { limit }),
  };
}

/** The members of a question that tell its range. */
export function rangeOf(options: SearchOptions) {
  return {
    ...(options.category && { categories: options.category }),
    ...(options.account && { accounts: options.account }),
    ...(options.region && { regions: options.region }),
    ...(options.start !== undefined && { start: options.start }),
    ...(options.end !== undefined && { end: options.end }),
  };
}

/** Reads how many. @throws InvalidArgumentError */
export function readCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number of at least 1');
  return Number(text);
}

function readList(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => word === ''))
    throw new InvalidArgumentError('expected words with commas between them');
  return words;
}
