import { EventPatternError } from './pattern-error.ts';

/** The text between the stars of a wildcard; `\*` and `\\` stand for themselves. @throws EventPatternError */
export function parseWildcard(text: string): readonly string[] {
  const parts = [''];
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '*') {
      if (text[at + 1] === '*') throw new EventPatternError(`Consecutive wildcard characters at pos ${at}`);
      parts.push('');
      continue;
    }
    if (char === '\\') {
      const next = text[++at];
      if (next !== '*' && next !== '\\')
        throw new EventPatternError(`Invalid escape character at pos ${at - 1}`);
      parts[parts.length - 1] += next;
      continue;
    }
    parts[parts.length - 1] += char;
  }
  return parts;
}

/** Compiles a wildcard's parts; the test takes time linear in the value, whatever both hold. */
export function matchWildcard(parts: readonly string[]): (value: string) => boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return (value) => value === first;
  const finders = parts.slice(1, -1).map(findPart);
  const least = first.length + last.length;
  return (value) => {
    if (value.length < least || !value.startsWith(first) || !value.endsWith(last)) return false;
    const end = value.length - last.length;
    let at = first.length;
    for (const find of finders) {
      at = find(value, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

/** Finds the leftmost place of a part between two places and answers where it ends, or -1. Knuth, Morris and Pratt's. */
function findPart(part: string): (value: string, from: number, end: number) => number {
  const fallback = new Int32Array(part.length);
  for (let at = 1, matched = 0; at < part.length; at++) {
    while (matched > 0 && part[at] !== part[matched]) matched = fallback[matched - 1]!;
    if (part[at] === part[matched]) matched++;
    fallback[at] = matched;
  }
  return (value, from, end) => {
    let matched = 0;
    for (let at = from; at < end; at++) {
      const code = value.charCodeAt(at);
      while (matched > 0 && code !== part.charCodeAt(matched)) matched = fallback[matched - 1]!;
      if (code === part.charCodeAt(matched)) matched++;
      if (matched === part.length) return at + 1;
    }
    return -1;
  };
}
