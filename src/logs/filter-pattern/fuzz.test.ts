import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileFilterPattern } from './filter-pattern.ts';
import { compileExpression } from './json/compile-expression.ts';
import { parseExpression } from './json/parse-expression.ts';
import { LogMessage } from './log-message.ts';
import { FilterPatternError } from './pattern-error.ts';
import { evaluate } from './reference.fixture.ts';

const NAMES = ['a', 'b', 'constructor', '__proto__'];
const WORDS = ['x', 'xy', 'yx', '', '1', '1.0', 'true', 'x*', '*y', '*', 'x*x', 'null'];

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('x', 'xy', 'yx', 'xyx', '', '1', 'true', 1, 1.5, -2, 0, true, false, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 3 }).map((entries) =>
      // As JSON.parse makes them: `__proto__` is a member like others.
      JSON.parse(`{${entries.map(([name, member]) => `"${name}":${JSON.stringify(member)}`).join(',')}}`),
    ),
  ),
})).value;

const selector = fc
  .array(fc.oneof(fc.constantFrom(...NAMES.map((name) => `.${name}`)), fc.constantFrom('[0]', '[1]')), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((steps) => fc.constantFrom(steps, [...steps, '.*'], ['[*]', ...steps]))
  .map((steps) => `$${steps.join('')}`);

const operand = fc.oneof(
  fc.constantFrom(...WORDS).map((word) => `"${word}"`),
  fc.constantFrom('x', '1', '1.50', '-2', '15e-1', 'x*', '*', 'true'),
  fc.constantFrom('%x%', '%^x.$%', '%^[^x]*$%', '%y?x+|1%'),
);

const condition = fc.oneof(
  fc.tuple(selector, fc.constantFrom('=', '!='), operand).map((parts) => parts.join(' ')),
  fc
    .tuple(selector, fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom('1', '1.5', '-2'))
    .map((p) => p.join('')),
  fc.tuple(selector, fc.constantFrom('IS NULL', 'IS TRUE', 'IS FALSE', 'NOT EXISTS')).map((p) => p.join(' ')),
);

const pattern = fc
  .letrec<{ one: string }>((tie) => ({
    one: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      condition,
      fc
        .tuple(fc.array(tie('one'), { minLength: 2, maxLength: 4 }), fc.constantFrom(' && ', '||'))
        .map(([parts, join]) => parts.join(join)),
      tie('one').map((part) => `(${part})`),
    ),
  }))
  .one.map((text) => `{ ${text} }`);

test('compiled patterns say what a plain reading of their tree says', () => {
  let compared = 0;
  let matched = 0;
  fc.assert(
    fc.property(pattern, fc.array(value, { minLength: 1, maxLength: 5 }), (text, events) => {
      let tree: ReturnType<typeof parseExpression>;
      try {
        tree = parseExpression(text);
      } catch (error) {
        // Too many wildcards or regular expressions.
        expect(error).toBeInstanceOf(FilterPatternError);
        return;
      }
      const matches = compileExpression(tree);
      for (const event of events) {
        expect(matches(event), `${text} on ${JSON.stringify(event)}`).toBe(evaluate(tree, event));
        compared++;
        if (matches(event)) matched++;
      }
    }),
    { numRuns: 4_000 },
  );
  // A generator that only makes refused patterns or matches nothing would prove nothing.
  expect(compared).toBeGreaterThan(4_000);
  expect(matched).toBeGreaterThan(400);
});

test('any text is compiled or refused, and then answers', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'{}[]()$.*"%=!<>&|?-,\\ab1 \u00e9\n'), maxLength: 60 });
  fc.assert(
    fc.property(noise, noise, (text, message) => {
      try {
        const compiled = compileFilterPattern(text);
        expect(typeof compiled.matches(new LogMessage(message))).toBe('boolean');
        expect(compiled.extract(new LogMessage(message))).toBeInstanceOf(Map);
      } catch (error) {
        expect(error).toBeInstanceOf(FilterPatternError);
      }
    }),
    { numRuns: 5_000 },
  );
});
