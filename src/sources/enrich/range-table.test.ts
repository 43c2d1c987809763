import { describe, expect, test } from 'vitest';
import { isInRange, parseAddress, parseRange } from '../policy/index.ts';
import { RangeTable } from './range-table.ts';

const label = (ranges: readonly string[], address: string) =>
  new RangeTable(ranges.map((range) => ({ range, label: range }))).find(address)?.label;

describe('a table of ranges', () => {
  const nested = ['10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '10.1.2.3', '192.168.0.0/16', '0.0.0.0/0'];
  test.each([
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.4', '10.1.2.0/24'],
    ['10.1.3.0', '10.1.0.0/16'],
    ['10.2.0.0', '10.0.0.0/8'],
    ['10.255.255.255', '10.0.0.0/8'],
    ['11.0.0.0', '0.0.0.0/0'],
    ['0.0.0.0', '0.0.0.0/0'],
    ['255.255.255.255', '0.0.0.0/0'],
    ['::1', undefined],
    ['AWS Internal', undefined],
  ])('%s lies in %s', (address, expected) => expect(label(nested, address)).toBe(expected));

  test.each([
    [['255.255.255.255/32'], '255.255.255.255', '255.255.255.255/32'],
    [['255.255.255.255/32'], '255.255.255.254', undefined],
    [['2001:db8::/32', '2001:db8:1::/48'], '2001:db8:1::5', '2001:db8:1::/48'],
    [['2001:db8::/32', '2001:db8:1::/48'], '2001:db8:2::5', '2001:db8::/32'],
    [['2001:db8::/32'], '2001:db9::', undefined],
    [['ffff::/16'], 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff::/16'],
    [['::/0'], '10.0.0.1', undefined],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', '10.0.0.0/8'],
    [['nonsense'], '10.0.0.1', undefined],
    [[], '10.0.0.1', undefined],
  ] as const)('of %j: %s lies in %s', (ranges, address, expected) =>
    expect(label(ranges, address)).toBe(expected),
  );

  test('of equal ranges the last one counts', () => {
    const table = new RangeTable([
      { range: '10.0.0.0/8', label: 'old' },
      { range: '10.0.0.0/8', label: 'new' },
    ]);
    expect(table.find('10.0.0.1')?.label).toBe('new');
  });

  test('says what looking at every range says', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    // Few different addresses, so that ranges nest.
    const address = () => `10.${random(4)}.${random(4)}.${random(256)}`;
    const ranges = Array.from({ length: 400 }, () => {
      const range = `${address()}/${8 + random(25)}`;
      return { range, label: range };
    });
    const table = new RangeTable(ranges);
    for (let round = 0; round < 2_000; round++) {
      const text = address();
      const parsed = parseAddress(text) ?? [0];
      let best = -1;
      for (const { range } of ranges) {
        const read = parseRange(range);
        if (read && isInRange(parsed, read)) best = Math.max(best, read.length);
      }
      const found = table.find(text);
      expect(found ? parseRange(found.range)?.length : -1).toBe(best);
    }
  });
});
