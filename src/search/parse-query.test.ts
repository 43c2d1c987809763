import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileMatcher, parseQuery, QueryError, subjectOf } from './index.ts';

const RECORD = {
  eventName: 'CreateUser',
  eventSource: 'iam.amazonaws.com',
  userIdentity: { type: 'IAMUser', userName: 'alice', arn: 'arn:aws:iam::111111111111:user/alice' },
  sourceIPAddress: '10.1.2.3',
  requestParameters: { userName: 'bob', size: 7 },
};
const SUBJECT = subjectOf({
  ...{ id: 'id-1', repo: 'default', time: Date.UTC(2026, 10, 3, 12), arrived: 1, tags: ['#cloudtrail'] },
  raw: JSON.stringify(RECORD),
});
const fits = (text: string) => compileMatcher(parseQuery(text))(SUBJECT);

test.each([
  ['', true],
  ['   ', true],
  ['*', true],
  ['alice', true],
  ['carol', false],
  ['ALICE createuser', true],
  ['alice carol', false],
  ['alice AND carol', false],
  ['alice OR carol', true],
  ['carol OR alice bob', true],
  ['(carol OR alice) dave', false],
  ['alice && bob || carol', true],
  ['NOT carol', true],
  ['-carol', true],
  ['!carol', true],
  ['- carol', true],
  ['NOT NOT alice', true],
  ['-(alice OR carol)', false],
  ['"user/alice"', true],
  ['arn:aws:iam::111111111111:user/alice', true],
  ['user:alice', true],
  ['user:(bob OR alice)', true],
  ['user:(bob alice)', true],
  ['user:(bob || carol)', false],
  ['user : alice', true],
  ['source:iam', true],
  ['service:iam', true],
  ['eventName:create*', true],
  ['name:?reateUser', true],
  ['name:Create', false],
  ['@requestParameters.size:>6', true],
  ['@requestParameters.size:> 6', true],
  ['@requestParameters.size:[1 TO 7}', false],
  ['@requestParameters.size:{6 TO *]', true],
  ['#cloudtrail', true],
  ['tag:#cloudtrail', true],
  ['#other', false],
  ['ip:10.0.0.0/8', true],
  ['ip:10.1.2.3', true],
  ['time:2026-11-03', true],
  ['time:[2026-11-01 TO 2026-11-02]', false],
  ['order', false],
  ['ORder OR alice', true],
  ['a\\lice', true],
  ['name:Create\\*', false],
  ['error:*', false],
  ['-error:*', true],
])('%j: %s', (text, expected) => {
  expect(fits(text)).toBe(expected);
});

test.each([
  ['(alice', 0, 'a parenthesis is never closed'],
  ['alice)', 5, 'closed that was not opened'],
  ['"alice', 0, 'a quote is never closed'],
  ['usr:alice', 0, 'did you mean user?'],
  ['http://x', 0, 'there is no field "http"'],
  ['nonsenseField:1', 0, 'for a member of the record write @nonsenseField'],
  ['alice AND', 9, 'something to search for is missing'],
  ['OR alice', 0, 'something to search for is missing'],
  ['AND alice', 0, 'something to search for is missing'],
  ['alice OR OR bob', 9, 'something to search for is missing'],
  ['NOT', 3, 'something to search for is missing'],
  ['()', 1, 'something to search for is missing'],
  ['user:', 5, 'a value is missing'],
  ['user:()', 6, 'a value is missing'],
  ['user:""', 5, '-field:*'],
  ['""', 0, 'an empty text'],
  ['@userIdentity', 1, 'a path without a colon'],
  ['@a..b:1', 1, 'not a path'],
  ['@x:[1 2]', 6, 'not a range'],
  ['@x:[1 TO 2', 10, 'not a range'],
  ['time:yesterday', 5, 'not a time'],
  ['time:2026-02-31', 5, 'not a time'],
  ['@x:>1*', 4, 'a wildcard'],
  [`${'('.repeat(40)}a`, 33, 'more than 32 levels'],
  [`${'-'.repeat(40)}a`, 33, 'more than 32 levels'],
  [Array(101).fill('a').join(' '), 200, 'more than 100 conditions'],
  ['x'.repeat(4097), 4096, 'at most 4096 characters'],
])('refuses %j at %d: %s', (text, position, problem) => {
  try {
    parseQuery(text);
  } catch (error) {
    expect(error).toBeInstanceOf(QueryError);
    expect((error as QueryError).message).toContain(problem);
    expect((error as QueryError).position).toBe(position);
    return;
  }
  throw new Error('it was taken');
});

test('any text is read or refused with a place in it, soon', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    '"',
    '\\',
    '-',
    '!',
    '#',
    '@',
    ':',
    '*',
    '?',
    '[',
    ']',
    '{',
    '}',
    ' TO ',
    ' ',
    'AND ',
    'OR ',
    'NOT ',
    'user:',
    '@a.b:',
    '>=',
    'x',
    '10.0.0.0/8',
    '\n',
    'ü',
    '😀',
    '__proto__',
    'constructor:',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 60 }).map((list) => list.join('')),
  );
  fc.assert(
    fc.property(text, (search) => {
      const begun = performance.now();
      try {
        const result = compileMatcher(parseQuery(search))(SUBJECT);
        expect(typeof result).toBe('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(QueryError);
        const { position } = error as QueryError;
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThanOrEqual(search.length);
      }
      expect(performance.now() - begun).toBeLessThan(2000);
    }),
    { numRuns: 3000 },
  );
});

test('a pattern that would hang a backtracking matcher does not', () => {
  const raw = JSON.stringify({ userAgent: 'a'.repeat(30_000) });
  const subject = subjectOf({ id: '', repo: '', time: 0, arrived: 0, raw });
  const begun = performance.now();
  expect(compileMatcher(parseQuery(`agent:${'a*'.repeat(200)}b`))(subject)).toBe(false);
  expect(performance.now() - begun).toBeLessThan(5000);
});
