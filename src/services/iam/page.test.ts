import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageOf } from './page.ts';

describe('a page', () => {
  test('and those after it hold everything once, in order, whatever the size', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 5 }), (all, MaxItems) => {
        const found: string[] = [];
        let Marker: string | undefined;
        do {
          const { items, rest } = pageOf(all, (name) => name, { MaxItems, Marker });
          expect(items.length).toBeLessThanOrEqual(MaxItems);
          expect(rest.IsTruncated).toBe(rest.Marker !== undefined);
          found.push(...items);
          Marker = rest.Marker;
        } while (Marker !== undefined);
        expect(found).toEqual([...all].sort());
      }),
    );
  });

  test.each([
    [{ MaxItems: 0 }, 'greater than or equal to 1'],
    [{ MaxItems: 1_001 }, 'less than or equal to 1000'],
    [{ Marker: '?' }, 'Invalid Marker.'],
  ])('is refused for %j', (request, message) => {
    expect(() => pageOf(['a'], (name) => name, request)).toThrow(message);
  });
});
