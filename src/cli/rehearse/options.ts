import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AccessOptions, withAccessOptions } from '../access.ts';
import { CliError } from '../context.ts';
import { readCount, withRangeOptions } from '../search-options.ts';
import type { PastRange } from './history.ts';

/** What every rehearsal takes. */
export interface RehearsalOptions extends AccessOptions {
  readonly days?: number;
  readonly start?: number;
  readonly end?: number;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly category?: readonly string[];
  readonly samples: number;
  readonly output: 'text' | 'json';
}

const DAY = 86_400_000;
const DEFAULT_DAYS = 7;

/** Adds the options of a rehearsal: the server, the range, and how to show what was found. */
export function withRehearsalOptions(command: Command, now: () => number): Command {
  return withRangeOptions(withAccessOptions(command), now)
    .option('--days <N>', 'the last N days', readDays)
    .option('--samples <N>', 'events to show', readCount, 5)
    .addOption(new Option('--output <FORM>', 'how to report').choices(['text', 'json']).default('text'));
}

/** The range to rehearse on: seven days unless told otherwise. Trails take management events unless told otherwise. */
export function pastRange(options: RehearsalOptions, now: number): PastRange {
  if (options.days !== undefined && options.start !== undefined)
    throw new CliError('--days and --start exclude each other', { exitCode: 2 });
  const end = options.end ?? now;
  return {
    start: options.start ?? end - (options.days ?? DEFAULT_DAYS) * DAY,
    end,
    category: options.category ?? ['Management'],
    ...(options.account && { account: options.account }),
    ...(options.region && { region: options.region }),
  };
}

function readDays(text: string): number {
  const days = Number(text);
  if (!(days > 0 && days <= 36_500)) throw new InvalidArgumentError('expected a number of days');
  return days;
}
