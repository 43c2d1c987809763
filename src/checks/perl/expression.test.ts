import { expect, test } from 'vitest';
import { CheckFailure } from '../failure.ts';
import { evaluate } from './expression.ts';

// Each right side is what `perl -e` prints.
test.each([
  ['1 + 2 * 3 ** 2', 19],
  ['2 ** 3 ** 2', 512],
  ['-7 % 3', 2],
  ['7 % -3', -2],
  ['"10" == 10.0', 1],
  ['"abc" == 0', 1],
  ['"a" lt "b" and not 0', 1],
  ['0 || "x"', 'x'],
  ['1 ? "a" : "b"', 'a'],
  ['"1.50" + 1', 2.5],
  ['"a" . 1 + 1', 1],
  ['"Foo Bar" =~ /^foo\\s/i', 1],
  ['"abc" !~ /b/', ''],
  ['10 <=> 9', 1],
  ['int(-3.7) + abs(-2)', -1],
  ['substr("hello", 1, 3)', 'ell'],
])('%s', (text, expected) => {
  expect(evaluate(text, new Map())).toBe(expected);
});

test.each(['1 +', '(1', 'system("id")', '`id`', '1 / 0', '5 % 0', '"a" =~ /[/', 'foo'])(
  'refuses %s',
  (text) => {
    expect(() => evaluate(text, new Map())).toThrow(CheckFailure);
  },
);

test('assigns to variables only', () => {
  const variables = new Map([['label', 'aXbX']]);
  evaluate('%(label) =~ s{X}{-}g', variables);
  expect(variables.get('label')).toBe('a-b-');
  expect(() => evaluate('"a" =~ s/a/b/', variables)).toThrow(CheckFailure);
});
