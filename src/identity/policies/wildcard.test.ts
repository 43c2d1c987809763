import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileWildcard } from './wildcard.ts';

/** The definition, without any cleverness. */
function plainMatch(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') return plainMatch(rest, text) || (text.length > 0 && plainMatch(pattern, text.slice(1)));
  return text.length > 0 && (first === '?' || first === text[0]) && plainMatch(rest, text.slice(1));
}

describe('a compiled wildcard', () => {
  test('matches what the definition matches', () => {
    const letters = (alphabet: string[]) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: 9 }).map((all) => all.join(''));
    fc.assert(
      fc.property(letters(['a', 'b', '*', '?', '😀']), letters(['a', 'b', '😀', '*']), (pattern, text) => {
        expect(compileWildcard(pattern)(text)).toBe(plainMatch([...pattern], [...text]));
      }),
      { numRuns: 3_000 },
    );
  });

  test('is not slowed down by a hostile pattern', () => {
    const matches = compileWildcard(`${'a*'.repeat(500)}b`);
    const start = performance.now();
    expect(matches('a'.repeat(2_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
