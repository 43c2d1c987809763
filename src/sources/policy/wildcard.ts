/**
 * Compiles a pattern with `*` (any run of characters, also empty) and `?` (one character); the whole text must match, and
 * case counts. A backslash takes the next character as it is.
 *
 * Patterns come from whoever may write policies, so no regular expression: after a `*` only the last one is ever tried
 * again, which bounds the work by pattern length times text length, whatever the pattern.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const tokens = readTokens(pattern);
  const literal = (part: readonly number[]) => String.fromCharCode(...part);
  if (tokens.every((token) => token >= 0)) {
    const whole = literal(tokens);
    return (text) => text === whole;
  }
  if (tokens.every((token) => token === RUN)) return () => true;
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (last === RUN && tokens.slice(0, -1).every((token) => token >= 0)) {
    const prefix = literal(tokens.slice(0, -1));
    return (text) => text.startsWith(prefix);
  }
  if (first === RUN && tokens.slice(1).every((token) => token >= 0)) {
    const suffix = literal(tokens.slice(1));
    return (text) => text.endsWith(suffix);
  }
  return (text) => matches(tokens, text);
}

/** Does the pattern hold a `*` or `?` that is not escaped? */
export function hasWildcard(pattern: string): boolean {
  return readTokens(pattern).some((token) => token < 0);
}

/** `*` and `?` among UTF-16 code units. */
const RUN = -1;
const ONE = -2;

function readTokens(pattern: string): readonly number[] {
  const tokens: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === '\\' && at + 1 < pattern.length) tokens.push(pattern.charCodeAt(++at));
    else if (character === '?') tokens.push(ONE);
    else if (character !== '*') tokens.push(pattern.charCodeAt(at));
    // Runs of `*` say no more than one.
    else if (tokens.at(-1) !== RUN) tokens.push(RUN);
  }
  return tokens;
}

function matches(tokens: readonly number[], text: string): boolean {
  let token = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === RUN) {
      lastRun = token++;
      runEnd = at;
    } else if (current === ONE || (current !== undefined && current === text.charCodeAt(at))) {
      token++;
      at++;
    } else if (lastRun >= 0) {
      // The last run takes one character more; earlier runs need not be tried again.
      token = lastRun + 1;
      at = ++runEnd;
    } else return false;
  }
  if (tokens[token] === RUN) token++;
  return token === tokens.length;
}
