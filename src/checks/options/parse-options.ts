import type { OptionSpec } from './option-spec.ts';
import { OptionValues } from './option-values.ts';

/** What a command line held. */
export interface ParsedOptions {
  readonly values: OptionValues;
  /** Words that no option took, in their order. */
  readonly rest: readonly string[];
}

/**
 * Reads a command line by the rules of Centreon's plugins, which differ from getopt's: only long options and no
 * abbreviations; `--name=value` or `--name value`, where the next word is the value unless it starts with `--`; an empty
 * `--name=` takes the next word too; flags swallow a next word as well, and the value `0` leaves them unset; `--` ends
 * the options, and what follows it is dropped. Options that are not declared stay in `rest`.
 */
export function parseOptions(argv: readonly string[], specs: readonly OptionSpec[]): ParsedOptions {
  const declared = new Map(specs.map((spec) => [spec.name, spec]));
  const values = new OptionValues(specs);
  const words = [...argv];
  const rest: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') break;
    const match = /^--(.*?)(?:=|$)([\s\S]*)/.exec(word);
    const spec = match && declared.get(match[1]!);
    if (!match || !spec) {
      rest.push(word);
      continue;
    }
    let value = match[2]!;
    if (value === '' && words[0] !== undefined && !words[0].startsWith('--')) value = words.shift()!;
    values.take(spec, value);
  }
  return { values, rest };
}

/**
 * The complaint about words that nothing took, or nothing: an option that nobody declared, or a second word that is no
 * option. The first such word has always been ignored, and stays so for the sake of existing command lines.
 */
export function complaintAbout(rest: readonly string[]): string | undefined {
  for (const [index, word] of rest.entries()) {
    const option = /^--(.*?)(?:=|$)/.exec(word)?.[1];
    if (option?.includes('list-counters')) return 'list-counters option not available yet for this mode.';
    if (option !== undefined) return `Unknown option: ${option}`;
    if (index !== 0) return `argument ${word} alone`;
  }
  return undefined;
}
