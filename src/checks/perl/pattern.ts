import { CheckFailure } from '../failure.ts';
import { patternFault } from './pattern-fault.ts';

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', '\\s'],
  ['blank', ' \\t'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['word', '\\w'],
  ['xdigit', '0-9A-Fa-f'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['print', '\\x20-\\x7e'],
  ['graph', '\\x21-\\x7e'],
]);

/**
 * Compiles a pattern in Perl's language (https://perldoc.perl.org/perlre), as far as JavaScript has a word for it:
 * flags in front `(?i)`, `\A \z \Z \h \Q…\E`, POSIX classes, `(?P<n>…)`. Possessive and atomic groups match as plain
 * ones. Modifiers: g i m s x; `e`, which would run code, is refused.
 *
 * @throws CheckFailure in Perl's words when it is none
 */
export function compilePattern(pattern: string, modifiers = ''): RegExp {
  const inline = /^\(\?\^?([imsx]+)\)/.exec(pattern);
  const flags = new Set(modifiers + (inline?.[1] ?? ''));
  for (const flag of flags) {
    if (!'gimsx'.includes(flag))
      throw new CheckFailure(`the modifier '${flag}' of a pattern is not supported`);
  }
  const body = translate(pattern.slice(inline?.[0].length ?? 0), flags.has('x'), flags.has('m'));
  try {
    return new RegExp(body, ['g', 'i', 'm', 's'].filter((flag) => flags.has(flag)).join(''));
  } catch (error) {
    throw new CheckFailure(patternFault(pattern, error));
  }
}

function translate(pattern: string, extended: boolean, multiline: boolean): string {
  let out = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const character = pattern[at]!;
    if (character === '\\') {
      const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest);
      const [text, length] = quoted
        ? [quoted[1]!.replace(/[^A-Za-z0-9_\s]/g, '\\$&'), quoted[0].length]
        : translateEscape(rest, inClass);
      out += text;
      at += length - 1;
    } else if (inClass) {
      const named = /^\[:(\^?)(\w+):\]/.exec(rest);
      const set = named && CLASSES.get(named[2]!);
      if (named && set && !named[1]) {
        out += set;
        at += named[0].length - 1;
      } else {
        if (character === ']') inClass = false;
        out += character === '[' ? '\\[' : character;
      }
    } else if (character === '[') {
      inClass = true;
      // Perl takes a bracket that comes first as a member.
      const first = /^\[\^?\]/.exec(rest);
      out += first ? first[0].replace(']', '\\]') : character;
      if (first) at += first[0].length - 1;
    } else if (extended && /^\s/.test(character)) {
    } else if (extended && character === '#') {
      at += /^[^\n]*/.exec(rest)![0].length - 1;
    } else if (character === '$' && !multiline) {
      out += '(?=\\n?(?![\\s\\S]))';
    } else if (rest.startsWith('(?#')) {
      at += /^[^)]*\)?/.exec(rest)![0].length - 1;
    } else if (rest.startsWith('(?>')) {
      out += '(?:';
      at += 2;
    } else if (rest.startsWith('(?P<')) {
      out += '(?<';
      at += 3;
    } else if (/^[*+?}]\+/.test(rest)) {
      out += character;
      at++;
    } else out += character;
  }
  return out;
}

/** An escape at the start of `rest` and how many characters it takes. */
function translateEscape(rest: string, inClass: boolean): [string, number] {
  const hex = /^\\x\{([0-9a-fA-F]{1,4})\}/.exec(rest);
  if (hex) return [`\\u${hex[1]!.padStart(4, '0')}`, hex[0].length];
  const code = rest.slice(0, 2);
  if (code === '\\h') return [inClass ? ' \\t' : '[ \\t]', 2];
  if (code === '\\e') return ['\\x1b', 2];
  if (code === '\\a') return ['\\x07', 2];
  if (inClass) return [code, 2];
  if (code === '\\A') return ['(?<![\\s\\S])', 2];
  if (code === '\\z') return ['(?![\\s\\S])', 2];
  if (code === '\\Z') return ['(?=\\n?(?![\\s\\S]))', 2];
  if (code === '\\R') return ['(?:\\r\\n|[\\n\\r\\f\\v])', 2];
  return [code, 2];
}
