/** What is wrong with a pattern, in the words of Perl where it has its own: monitoring systems show and match them. */
export function patternFault(pattern: string, error: unknown): string {
  const found = findFault(pattern);
  if (found) {
    const [words, after] = found;
    return `${words} in regex; marked by <-- HERE in m/${pattern.slice(0, after)} <-- HERE ${pattern.slice(after)}/`;
  }
  const words = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
  return `wrong regex '${pattern}': ${words}`;
}

/** The fault's name, and how many characters of the pattern end with it. */
function findFault(pattern: string): [string, number] | undefined {
  const open: number[] = [];
  let previous = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '\\') at++;
    else if (character === '[') {
      const end = pattern.slice(at).search(/(?<!\\|^\[|^\[\^)\]/);
      if (end < 0) return ['Unmatched [', at + 1];
      at += end;
    } else if (character === '(') open.push(at);
    else if (character === ')') {
      if (open.pop() === undefined) return ['Unmatched )', at + 1];
    } else if ('*+?'.includes(character) && (at === 0 || '(|'.includes(previous))) {
      if (!(character === '?' && previous === '(')) return ['Quantifier follows nothing', at + 1];
    }
    previous = character;
  }
  return open.length > 0 ? ['Unmatched (', open[0]! + 1] : undefined;
}
