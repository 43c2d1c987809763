import { compileColumnPattern } from './columns/column-pattern.ts';
import { compileJsonPattern } from './json/json-pattern.ts';
import type { LogMessage } from './log-message.ts';
import { FilterPatternError } from './pattern-error.ts';
import { compileTermPattern } from './terms/term-pattern.ts';

/** A compiled filter pattern. Pure: may be kept and asked by many. */
export interface FilterPattern {
  /** The language it is written in: nothing, `{ … }`, `[ … ]`, or words. */
  readonly kind: 'everything' | 'json' | 'columns' | 'terms';
  matches(message: LogMessage): boolean;
  /** The fields of a message that the pattern names (`$.eventName`, `$ip`), as TestMetricFilter shows them. */
  extract(message: LogMessage): ReadonlyMap<string, string>;
}

/** Characters of a pattern; https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html */
export const MAX_PATTERN_LENGTH = 1_024;

/**
 * Compiles a pattern of metric filters, FilterLogEvents and TestMetricFilter. No pattern can hang: matching takes at
 * most the message's length times the pattern's.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * @throws FilterPatternError
 */
export function compileFilterPattern(text: string): FilterPattern {
  if (text.length > MAX_PATTERN_LENGTH)
    throw new FilterPatternError(
      `a pattern has at most ${MAX_PATTERN_LENGTH} characters, found ${text.length}`,
    );
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '""') return EVERYTHING;
  if (trimmed.startsWith('{')) return compileJsonPattern(text);
  if (trimmed.startsWith('[')) return compileColumnPattern(text);
  return compileTermPattern(text);
}

const EVERYTHING: FilterPattern = { kind: 'everything', matches: () => true, extract: () => new Map() };
