import { guarded } from './guard.ts';
import { compilePattern } from './pattern.ts';

/**
 * `text =~ s{pattern}{replacement}modifiers` (https://perldoc.perl.org/perlop#s/PATTERN/REPLACEMENT/msixpodualngcer):
 * without `g` the first match only; the replacement knows $1, ${1}, $&, \1, \t, \n and \xHH.
 *
 * @throws CheckFailure for a pattern that is none
 */
export function substitute(text: string, pattern: string, replacement: string, modifiers = ''): string {
  const compiled = compilePattern(pattern, modifiers);
  return guarded(pattern, () =>
    text.replace(compiled, (...found: unknown[]) => {
      const end = found.findIndex((part) => typeof part === 'number');
      return interpolate(
        replacement,
        found.slice(0, end).map((part) => (part === undefined ? '' : String(part))),
      );
    }),
  );
}

/** Puts the groups of a match into a replacement text; `groups[0]` is the whole match. */
export function interpolate(replacement: string, groups: readonly string[]): string {
  return replacement.replace(
    /\$(\d+)|\$\{(\d+)\}|\$&|\\(\d)|\\x\{?([0-9a-fA-F]{2})\}?|\\([\s\S])/g,
    (whole, plain, braced, back, hex, escaped) => {
      const number = plain ?? braced ?? back;
      if (number !== undefined) return groups[Number(number)] ?? '';
      if (whole === '$&') return groups[0] ?? '';
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return { t: '\t', n: '\n', r: '\r' }[escaped as string] ?? escaped;
    },
  );
}
