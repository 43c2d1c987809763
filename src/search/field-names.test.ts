import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fieldNames, findField, nearestField } from './field-names.ts';

const PAGE = join(import.meta.dirname, '../../docs/reference/search-language.md');

test('the reference names every field, and no other', () => {
  const page =
    readFileSync(PAGE, 'utf8').split('<!-- search-fields -->')[1]?.split('<!-- /search-fields -->')[0] ?? '';
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.flatMap((line) =>
    [
      ...line
        .split('|')
        .slice(1, 3)
        .join(' ')
        .matchAll(/`([^`]+)`/g),
    ].map((match) => (match[1] ?? '').toLowerCase()),
  );
  expect(documented.filter((name) => name !== 'enrich.name').sort()).toEqual([...fieldNames().keys()].sort());
});

test.each([
  ['eventName', { kind: 'named', name: 'name' }],
  ['EVENTNAME', { kind: 'named', name: 'name' }],
  ['enrich.geo.country', { kind: 'enriched', name: 'geo.country' }],
  ['userAgent', { kind: 'path', names: ['userAgent'] }],
  ['__proto__', undefined],
  ['constructor', undefined],
  ['enrich.', undefined],
])('%s', (name, field) => {
  expect(findField(name)).toEqual(field);
});

test.each([
  ['usr', 'user'],
  ['acount', 'account'],
  ['sorce', 'source'],
  ['qqqqqqqq', undefined],
])('%s is near %s', (name, near) => {
  expect(nearestField(name)).toBe(near);
});
