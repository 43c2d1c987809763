import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordScanner } from './record-scanner.ts';

/** Feeds `text` in pieces of `size` bytes. */
function scan(text: string, size = 7) {
  const scanner = new RecordScanner();
  const bytes = Buffer.from(text);
  const records: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const record of scanner.push(bytes.subarray(at, at + size))) records.push(record.toString());
  }
  for (const record of scanner.end()) records.push(record.toString());
  return { framing: scanner.framing, records };
}

describe('RecordScanner', () => {
  it.each([
    ['', 'lines', []],
    ['{"a":1}', 'lines', ['{"a":1}']],
    ['{"a":1}\r\n\n{"b":0.0}\n', 'lines', ['{"a":1}', '{"b":0.0}']],
    ['{"R":1}\n', 'lines', ['{"R":1}']],
    ['{"Records":5}\n', 'lines', ['{"Records":5}']],
    ['{"Records":[]}', 'array', []],
    [
      ' { "Records" : [ {"a":1.0} , {"b":[1,{"c":"]},\\""}]}\n] }\n',
      'array',
      ['{"a":1.0}', '{"b":[1,{"c":"]},\\""}]}'],
    ],
    ['{"Records":[{"a":"ü\\\\"},{"b":"\\\\\\""}]}', 'array', ['{"a":"ü\\\\"}', '{"b":"\\\\\\""}']],
  ])('cuts %j', (text, framing, records) => {
    for (const size of [1, 2, 7, 1000]) expect(scan(text, size)).toEqual({ framing, records });
  });

  it.each([
    ['{"Records":[{"a":1}', 'breaks off'],
    ['{"Records":[{"a":"]}', 'breaks off'],
    ['{"Records":[{"a":1}],"more":1}', 'after the Records array'],
  ])('refuses %j', (text, message) => expect(() => scan(text)).toThrow(message));

  it('keeps every record of any log file, however it is cut', () => {
    const property = fc.property(fc.array(fc.object()), fc.integer({ min: 1, max: 50 }), (values, size) => {
      const records = values.map((value) => JSON.stringify(value));
      expect(scan(`{"Records":[${records.join(',')}]}`, size).records).toEqual(records);
    });
    fc.assert(property, { numRuns: 200 });
  });
});
