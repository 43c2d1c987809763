/**
 * What a text is compared with: pieces of plain text, with anything (`any`) or exactly one character (`one`) between. All
 * comparisons ignore the case of ASCII letters; pieces are in lower case.
 */
export type Pattern = readonly PatternPart[];

export type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' };

/** ASCII letters only, as the engine's `lower` does: other letters have no two forms here. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The text of a pattern without wildcards; undefined when it has some. */
export function plainText(pattern: Pattern): string | undefined {
  let text = '';
  for (const part of pattern) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}

/** The same pattern found anywhere in a text. */
export function anywhere(pattern: Pattern): Pattern {
  return [{ kind: 'any' }, ...pattern, { kind: 'any' }];
}

/**
 * Compiles a pattern. The matcher walks the text once for each piece between two `any`: it goes back to the latest `any`
 * only, so the work is bounded by the product of both lengths, and patterns are short.
 */
export function compilePattern(pattern: Pattern): (text: string) => boolean {
  const plain = plainText(pattern);
  if (plain !== undefined) return (text) => lowerAscii(text) === plain;
  const inner = substringOf(pattern);
  if (inner !== undefined) return (text) => lowerAscii(text).includes(inner);
  const steps = stepsOf(pattern);
  return (text) => walk(steps, Array.from(lowerAscii(text)));
}

/** `*text*` is the commonest pattern by far. */
function substringOf(pattern: Pattern): string | undefined {
  if (pattern.length < 3 || pattern[0]?.kind !== 'any' || pattern.at(-1)?.kind !== 'any') return undefined;
  return plainText(pattern.slice(1, -1));
}

type Step = string | 'any' | 'one';
const ANY = 'any';
const ONE = 'one';

function stepsOf(pattern: Pattern): readonly Step[] {
  return pattern.flatMap((part) => (part.kind === 'text' ? Array.from(part.text) : [part.kind]));
}

function walk(steps: readonly Step[], text: readonly string[]): boolean {
  let [step, at] = [0, 0];
  let [afterAny, resume] = [-1, 0];
  while (at < text.length) {
    const wanted = steps[step];
    if (wanted === ANY) {
      afterAny = ++step;
      resume = at;
    } else if (wanted === ONE || wanted === text[at]) {
      step++;
      at++;
    } else if (afterAny >= 0) {
      step = afterAny;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (steps[step] === ANY) step++;
  return step === steps.length;
}
