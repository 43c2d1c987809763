import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';
import { rangesOfText, type Table, tableOfCsv, tableOfJson } from './table.ts';

const plain = ({ rows }: Table) =>
  Object.fromEntries([...rows].map(([key, row]) => [key, Object.fromEntries(row)]));

describe('CSV', () => {
  test.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '\ufeffa,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a ""x""","b,c"\n', [['a "x"', 'b,c']]],
    ['"two\nlines",x', [['two\nlines', 'x']]],
    [
      'a, b ,\n\n\n,\n',
      [
        ['a', 'b', ''],
        ['', ''],
      ],
    ],
    ['', []],
    ['a', [['a']]],
    ['"",""\n', [['', '']]],
  ])('%j', (text, rows) => expect([...readCsv(text)]).toEqual(rows));

  test.each([
    ['a\n"open', 'line 2: a quote is not closed'],
    ['a,"b"c\n', 'line 1: text after a closing quote'],
    ['"x\ny"\n"z', 'line 3: a quote is not closed'],
  ])('%j is refused', (text, message) => expect(() => [...readCsv(text)]).toThrow(message));
});

describe('a table', () => {
  test('of CSV, by the first column', () => {
    const text = 'account,team,contact\n111122223333,blue,\n222233334444,red,x@example.com\n';
    expect(plain(tableOfCsv(text))).toEqual({
      '111122223333': { team: 'blue' },
      '222233334444': { team: 'red', contact: 'x@example.com' },
    });
  });

  test('of CSV, by a named column; rows without it are left out', () => {
    const table = tableOfCsv('team,account\nblue,1\nred,\ngreen,2,3\n', 'account');
    expect(plain(table)).toEqual({ '1': { team: 'blue' } });
    expect(table.skipped).toBe(2);
  });

  test.each([
    ['{"a":{"team":"blue","n":5,"on":true,"list":[1]},"b":"x"}', undefined],
    ['[{"id":"a","team":"blue","n":5,"on":true},{"id":"b","value":"x"},{"team":"lost"},7]', 'id'],
  ])('of JSON: %s', (text, key) => {
    expect(plain(tableOfJson(text, key))).toEqual({
      a: { team: 'blue', n: '5', on: 'true' },
      b: { value: 'x' },
    });
  });

  test.each([
    [() => tableOfCsv(''), 'is empty'],
    [() => tableOfCsv('a,b\n', 'c'), 'has no column c; it has a, b'],
    [() => tableOfCsv('a\n"x'), 'is no CSV: line 2'],
    [() => tableOfJson('{'), 'is no JSON'],
    [() => tableOfJson('5'), 'must be a JSON object'],
    [() => rangesOfText('hello\n'), 'holds no range'],
  ])('%s is refused: %s', (make, message) => expect(make).toThrow(message));

  test('keys of hostile names are keys', () => {
    expect(tableOfJson('{"__proto__":{"constructor":"x"}}').rows.get('__proto__')?.get('constructor')).toBe(
      'x',
    );
  });
});

test('a list of ranges is read as threat lists are written', () => {
  const text =
    '# comment\n; another\n\n10.0.0.0/8\r\n192.0.2.1,botnet\n2001:db8::/32 ; SBL1\n198.51.100.0/24 # x\nbad line\n';
  expect(rangesOfText(text)).toEqual({
    ranges: [
      { range: '10.0.0.0/8', label: '' },
      { range: '192.0.2.1', label: 'botnet' },
      { range: '2001:db8::/32', label: 'SBL1' },
      { range: '198.51.100.0/24', label: 'x' },
    ],
    skipped: 1,
  });
});
