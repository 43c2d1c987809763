import { expect, test } from 'vitest';
import { exactEventIds, fingerprintOfId, scanEventIds } from './event-ids.ts';
import { FingerprintTable } from './fingerprint-table.ts';

const UUID = '6a2bd2a9-0f4e-4c1b-9d4e-31f8f7d9a5c1';

test.each([
  ['a compact record', `{"Records":[{"eventID":"${UUID}","a":1}]}`, [UUID]],
  ['spaces around the colon', `{"Records":[{"eventID" :\n "${UUID}"}]}`, [UUID]],
  ['two records', `{"Records":[{"eventID":"a"},{"eventID":"b"}]}`, ['a', 'b']],
  ['capitals, which are another id but the same UUID', `"eventID":"${UUID.toUpperCase()}"`, [UUID]],
  ['no text', '{"eventID":5,"eventID":"x"}', ['x']],
  ['a quoted quote', '{"eventID":"a\\"b","eventID":"c"}', ['a\\"b', 'c']],
  ['the name in a text', '{"note":"\\"eventID\\":\\"no\\"","eventID":"yes"}', ['yes']],
  ['the name as a longer one', '{"sharedEventID":"no","myeventID":"no","eventIDs":"no"}', []],
  ['an end in the middle', '{"eventID":"abc', []],
  ['an end after the name', '{"eventID"', []],
  ['nothing', '', []],
])('finds the event ids in %s', (_, text, ids) => {
  const expected = ids.flatMap((id) => [...fingerprintOfId(id)]);
  expect([...scanEventIds(Buffer.from(text))]).toEqual(expected);
});

test('finds each of thousands of ids, wherever in the bytes it begins', () => {
  let text = '{"Records":[';
  const ids: string[] = [];
  for (let number = 0; number < 5000; number++) {
    const id = `id-${number}`;
    ids.push(id);
    text += `{"${'x'.repeat(number % 23)}":1,"eventID":"${id}"},`;
  }
  expect([...scanEventIds(Buffer.from(text))]).toEqual(ids.flatMap((id) => [...fingerprintOfId(id)]));
});

test('the exact ids are those of the records, not those inside them', () => {
  const text = '{"Records":[{"eventID":"a","requestParameters":{"eventID":"b"}},null,{"eventID":5}]}';
  expect(exactEventIds(Buffer.from(text))).toEqual(['a']);
  for (const other of ['', 'null', '[]', '{"Records":5}'])
    expect(exactEventIds(Buffer.from(other))).toEqual([]);
});

test('a table remembers who came first, and says when it is full', () => {
  const table = new FingerprintTable(4096);
  for (let number = 0; number < 3072; number++) {
    expect(table.add(number * 7919, number, number)).toBeUndefined();
  }
  for (let number = 0; number < 3072; number++) expect(table.get((number * 7919) >>> 0, number)).toBe(number);
  expect(table.add(7919, 1, 9)).toBe(1);
  expect(table.isFull).toBe(false);
  expect(table.add(1, 1, 1)).toBeUndefined();
  expect(table).toMatchObject({ isFull: true, size: 3072 });
  expect(table.get(1, 1)).toBeUndefined();
});

test('a table that grows forgets nobody', () => {
  const table = new FingerprintTable();
  const count = 300_000;
  for (let number = 0; number < count; number++) table.add(Math.imul(number, 7919), number, number);
  expect(table.size).toBe(count);
  for (let number = 0; number < count; number += 1000)
    expect(table.get(Math.imul(number, 7919) >>> 0, number)).toBe(number);
});
