import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, EventPatternError } from '../../src/event-pattern/index.ts';
import { referenceMatches } from '../../src/event-pattern/reference.fixture.ts';

/** Few keys and texts of few letters, so that patterns and events meet. */
const key = fc.constantFrom('a', 'a', 'a', 'a', 'b', 'b', 'c', '$or', '__proto__', 'prefix', 'a/b');
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '*', '\\'), maxLength: 4 });
const address = fc.constantFrom('10.0.0.1', '10.0.1.1', '10.1.0.0', '192.168.0.1', '10.0.0.256');
const number = fc.constantFrom(-1, 0, 1, 1.5, 2, 1e3);
const scalar = fc.oneof(letters, address, number, fc.boolean(), fc.constant(null));
const operator = fc.constantFrom('prefix', 'suffix', 'equals-ignore-case', 'wildcard');

const expression = fc.oneof(
  fc.tuple(operator, letters).map(([name, text]) => ({ [name]: text })),
  fc
    .tuple(fc.constantFrom('prefix', 'suffix'), letters)
    .map(([name, text]) => ({ [name]: { 'equals-ignore-case': text } })),
  fc
    .oneof(letters, number, fc.array(letters, { minLength: 1 }), fc.array(number, { minLength: 1 }))
    .map((value) => ({ 'anything-but': value })),
  fc
    .tuple(operator, fc.oneof(letters, fc.array(letters, { minLength: 1, maxLength: 3 })))
    .map(([name, value]) => ({ 'anything-but': { [name]: value } })),
  fc.boolean().map((value) => ({ exists: value })),
  fc
    .tuple(fc.constantFrom('10.0.0.0', '10.1.0.0'), fc.integer({ min: 0, max: 32 }))
    .map(([net, bits]) => ({ cidr: `${net}/${bits}` })),
  fc.tuple(fc.constantFrom('=', '<', '<=', '>', '>='), number).map((terms) => ({ numeric: terms })),
  fc
    .tuple(fc.constantFrom('>', '>='), number, fc.constantFrom('<', '<='), number)
    .map((terms) => ({ numeric: terms })),
);
const values = fc.array(fc.oneof(scalar, expression), { minLength: 1, maxLength: 3 });

/** Objects nested `depth` deep, some with alternatives. */
function patternOf(depth: number): fc.Arbitrary<unknown> {
  const inner = depth === 0 ? undefined : patternOf(depth - 1);
  const field = inner ? fc.oneof(values, inner) : values;
  const names = key.filter((name) => name !== '$or');
  const fields = fc.dictionary(names, field, { minKeys: 1, maxKeys: 3 });
  if (!inner) return fields;
  const branches = fc.option(fc.array(inner, { minLength: 2, maxLength: 3 }), { freq: 1 });
  return fc.tuple(fields, branches).map(([all, some]) => (some ? { ...all, $or: some } : all));
}

function eventOf(depth: number): fc.Arbitrary<unknown> {
  if (depth === 0) return fc.dictionary(key, scalar, { maxKeys: 4 });
  const inner = eventOf(depth - 1);
  const list = fc.array(fc.oneof(scalar, inner, fc.array(inner, { maxLength: 2 })), { maxLength: 3 });
  return fc.dictionary(key, fc.oneof(scalar, inner, list), { maxKeys: 4 });
}

const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('event patterns', () => {
  it('match what a plain evaluator matches', () => {
    let [hits, misses, refused] = [0, 0, 0];
    fc.assert(
      fc.property(
        fc.oneof(patternOf(0), patternOf(1), patternOf(2)),
        fc.oneof(eventOf(1), eventOf(2)),
        (wanted, given) => {
          const rule = parsed(wanted);
          const value = parsed(given);
          let compiled: ReturnType<typeof compilePattern>;
          try {
            compiled = compilePattern(JSON.stringify(rule));
          } catch (error) {
            if (!(error instanceof EventPatternError)) throw error;
            refused++;
            return;
          }
          const expected = referenceMatches(rule, value);
          if (expected) hits++;
          else misses++;
          expect(compiled.matches(value), JSON.stringify({ rule, value })).toBe(expected);
        },
      ),
      { numRuns: 20_000 },
    );
    // A test whose patterns never match, or are all refused, would show nothing.
    expect(hits).toBeGreaterThan(500);
    expect(misses).toBeGreaterThan(500);
    expect(refused).toBeLessThan(15_000);
  });

  it('refuse any text that is none, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((one) => JSON.stringify({ a: [one] })),
        ),
        (text) => {
          try {
            compilePattern(text).matches({ a: text });
          } catch (error) {
            expect(error).toBeInstanceOf(EventPatternError);
          }
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
