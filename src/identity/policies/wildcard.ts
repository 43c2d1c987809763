/**
 * Compiles a pattern with `*` (any run of characters, also empty) and `?` (one character) to a matcher.
 *
 * Patterns come from policies that strangers may write, so no regular expression: after a `*` only the last one is
 * ever tried again, which bounds the work by pattern length times text length, whatever the pattern.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  if (/^\*+$/.test(pattern)) return () => true;
  const prefix = pattern.slice(0, -1);
  if (pattern.endsWith('*') && !/[*?]/.test(prefix)) return (text) => text.startsWith(prefix);
  const tokens = [...pattern].map((character): Token => {
    if (character === '*') return ANY_RUN;
    return character === '?' ? ANY_ONE : character;
  });
  return (text) => matchTokens(tokens, [...text]);
}

/** Stands for `*`. */
export const ANY_RUN = Symbol('*');
/** Stands for `?`. */
export const ANY_ONE = Symbol('?');
/** One step of a pattern: a literal character, or a wildcard. */
export type Token = string | typeof ANY_RUN | typeof ANY_ONE;

/** Matches characters (code points) against tokens; the whole of both. */
export function matchTokens(tokens: readonly Token[], text: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === ANY_RUN) {
      lastRun = token++;
      runEnd = at;
    } else if (current === ANY_ONE || (current !== undefined && current === text[at])) {
      token++;
      at++;
    } else if (lastRun >= 0) {
      // The last run takes one character more; earlier runs need not be tried again.
      token = lastRun + 1;
      at = ++runEnd;
    } else {
      return false;
    }
  }
  while (tokens[token] === ANY_RUN) token++;
  return token === tokens.length;
}
