import { describe, expect, test } from 'vitest';
import {
  compileMatch,
  compilePath,
  hasWildcard,
  kindOfMatch,
  parseAddress,
  parseRange,
  splitPath,
} from './index.ts';

describe('a path', () => {
  const record = {
    a: { b: 'x', n: null, e: '', l: [] },
    r: [{ ARN: 'one' }, { ARN: 'two', t: ['p', 'q'] }, null, 5],
    'x.y': 1,
    list: ['s', 't'],
    ok: false,
  };
  const at = (path: string) => compilePath(splitPath(path) ?? [])(record);

  test.each([
    ['a.b', ['x']],
    ['a.n', []],
    ['a.e', ['']],
    ['a.l', [[]]],
    ['a.none', []],
    ['a.b.c', []],
    ['r.ARN', ['one', 'two']],
    ['r.1.ARN', ['two']],
    ['r.9.ARN', []],
    ['r.t', ['p', 'q']],
    ['r.t.0', ['p']],
    ['list', ['s', 't']],
    ['list.1', ['t']],
    ['x\\.y', [1]],
    ['ok', [false]],
    ['constructor', []],
    ['a.constructor.name', []],
    ['__proto__', []],
    ['list.length', []],
  ])('%s finds %j', (path, found) => expect(at(path)).toEqual(found));

  test.each(['', '.', 'a.', '.a', 'a..b', 'a.'.repeat(40)])('%j is none', (path) =>
    expect(splitPath(path)).toBeUndefined(),
  );

  test.each([null, undefined, 5, 'x', [], [[[]]]])('finds nothing in %j', (value) => {
    expect(compilePath(['a', 'b'])(value)).toEqual([]);
  });

  test('leads to a member that the sender named __proto__', () => {
    expect(compilePath(['__proto__', 'x'])(JSON.parse('{"__proto__":{"x":1}}'))).toEqual([1]);
  });
});

describe('an address', () => {
  test.each([
    ['10.0.0.1', [0x0a000001]],
    ['255.255.255.255', [0xffffffff]],
    ['010.001.002.003', [0x0a010203]],
    ['::', [0, 0, 0, 0]],
    ['::1', [0, 0, 0, 1]],
    ['2001:db8::8:800:200c:417a', [0x20010db8, 0, 0x00080800, 0x200c417a]],
    ['::ffff:10.0.0.1', [0x0a000001]],
    ['1:2:3:4:5:6:7.8.9.10', [0x00010002, 0x00030004, 0x00050006, 0x0708090a]],
    ['fe80::1%eth0', [0xfe800000, 0, 0, 1]],
  ])('%s is read', (text, words) => expect(parseAddress(text)).toEqual(words));

  test.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.4 ',
    '1..2.3',
    '1.2.3.',
    '0001.2.3.4',
    'AWS Internal',
    'cloudtrail.amazonaws.com',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '1.2.3.4::',
    '::1.2.3',
    '1:2:3:4:5:6:7::8:9',
    `${'1:'.repeat(40)}`,
  ])('%j is none', (text) => expect(parseAddress(text)).toBeUndefined());

  test.each([
    ['10.1.2.3/8', { address: [0x0a000000], length: 8 }],
    ['10.1.2.3', { address: [0x0a010203], length: 32 }],
    ['0.0.0.0/0', { address: [0], length: 0 }],
    ['2001:db8:ffff::/33', { address: [0x20010db8, 0x80000000, 0, 0], length: 33 }],
    ['::ffff:10.1.0.0/104', { address: [0x0a000000], length: 8 }],
  ])('the range %s is read', (text, range) => expect(parseRange(text)).toEqual(range));

  test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', '::ffff:10.0.0.0/8'])(
    'the range %s is refused',
    (text) => expect(parseRange(text)).toBeUndefined(),
  );
});

describe('a value', () => {
  test.each([
    ['Root', 'exact'],
    ['arn:aws:iam::*:user/*', 'wildcard'],
    ['what?', 'wildcard'],
    ['what\\?', 'exact'],
    ['10.0.0.0/8', 'cidr'],
    ['::/0', 'cidr'],
    ['10.0.0.1', 'exact'],
    ['text/html', 'exact'],
  ])('%s is meant as %s', (value, kind) => expect(kindOfMatch(value)).toBe(kind));

  test.each([
    ['Root', 'Root', true],
    ['Root', 'root', false],
    ['true', true, true],
    ['5', 5, true],
    ['5', '5', true],
    ['*', '', true],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbbcd', false],
    ['a*b*c', 'aXbYbZc', true],
    ['*b', 'aab', true],
    ['b*', 'baa', true],
    ['?', 'x', true],
    ['?', '', false],
    ['a\\*c*', 'a*cd', true],
    ['a\\*c*', 'abcd', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', 'AWS Internal', false],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '1.2.3.4', false],
    ['2001:db8::/32', '2001:db8:1::', true],
    ['*', {}, false],
    ['*', [], false],
  ])('%s against %j: %s', (value, found, expected) => {
    expect(compileMatch(value, kindOfMatch(value))(found)).toBe(expected);
  });

  test('a hostile pattern ends soon', () => {
    const match = compileMatch(`${'*a'.repeat(500)}*b`, 'wildcard');
    const begin = performance.now();
    expect(match('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(hasWildcard('a\\')).toBe(false);
  });
});
