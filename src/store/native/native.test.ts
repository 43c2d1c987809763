import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BlobColumn,
  DictionaryColumn,
  FlagColumn,
  ListColumn,
  MapColumn,
  NativeBlockReader,
  StringColumn,
  sizeOfNativeBlock,
  UInt32Column,
  UInt64Column,
  writeNativeBlock,
} from './index.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 5 }),
  fc.string({ minLength: 100, maxLength: 300 }),
  fc.constantFrom('', 'a', 'b', 'é'.repeat(70), '\ud800'),
);
const row = fc.record({
  big: fc.maxSafeNat(),
  small: fc.nat({ max: 2 ** 32 - 1 }),
  text,
  blob: fc.uint8Array({ maxLength: 300 }),
  word: text,
  list: fc.array(text, { maxLength: 3 }),
  map: fc.array(fc.tuple(text, text), { maxLength: 3 }),
});

test('blocks are read as they were written, wherever they stand', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), fc.nat(9), (rows, start) => {
      const columns = {
        big: new UInt64Column(),
        small: new UInt32Column(),
        text: new StringColumn(),
        blob: new BlobColumn(),
        word: new DictionaryColumn(),
        list: new ListColumn(),
        map: new MapColumn(),
        flag: new FlagColumn(1),
      };
      for (const { big, small, text, blob, word, list, map } of rows) {
        columns.big.add(big);
        columns.small.add(small);
        columns.text.add(text);
        columns.blob.add(Buffer.from(blob));
        columns.word.add(word);
        columns.list.add(list);
        columns.map.add(map);
        columns.flag.add();
      }
      const bytes = Buffer.alloc(start + sizeOfNativeBlock(columns, rows.length));
      expect(writeNativeBlock(columns, rows.length, bytes, start)).toBe(bytes.length);
      const reader = new NativeBlockReader(bytes, start);
      expect(reader.rows).toBe(rows.length);
      // A half of a pair has no UTF-8.
      const utf8 = (text: string) => Buffer.from(text).toString();
      expect(reader.uint64('big')).toEqual(rows.map(({ big }) => big));
      expect(reader.uint32('small')).toEqual(rows.map(({ small }) => small));
      expect(reader.strings('text')).toEqual(rows.map(({ text }) => utf8(text)));
      expect(reader.blobs('blob').map((blob) => [...blob])).toEqual(rows.map(({ blob }) => [...blob]));
      expect(reader.dictionary('word')).toEqual(rows.map(({ word }) => utf8(word)));
      expect(reader.lists('list')).toEqual(rows.map(({ list }) => list.map(utf8)));
      expect(reader.maps('map')).toEqual(rows.map(({ map }) => map.map((entry) => entry.map(utf8))));
      expect([...reader.flags('flag')]).toEqual(rows.map(() => 1));
      expect(reader.place).toBe(bytes.length);
    }),
    { numRuns: 200 },
  );
});

test.each([256, 257, 65_536, 65_537])('a dictionary holds %d different words', (words) => {
  const word = new DictionaryColumn();
  for (let row = 0; row < words; row++) word.add(`w${row}`);
  word.add('w0');
  const bytes = Buffer.alloc(sizeOfNativeBlock({ word }, words + 1));
  writeNativeBlock({ word }, words + 1, bytes, 0);
  const read = new NativeBlockReader(bytes).dictionary('word');
  expect([read[0], read[words - 1], read[words]]).toEqual(['w0', `w${words - 1}`, 'w0']);
});

test('another column than the one that is expected is refused, and so is a block that ends too early', () => {
  const word = new StringColumn();
  word.add('abc');
  const bytes = Buffer.alloc(sizeOfNativeBlock({ word }, 1));
  writeNativeBlock({ word }, 1, bytes, 0);
  expect(() => new NativeBlockReader(bytes).strings('name')).toThrow(/expected column name/);
  expect(() => new NativeBlockReader(bytes).dictionary('word')).toThrow(/found word String/);
  expect(() => new NativeBlockReader(bytes.subarray(0, -1)).blobs('word')).toThrow(RangeError);
});
