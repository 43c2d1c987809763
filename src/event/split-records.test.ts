import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordsSyntaxError, splitRecords } from './split-records.ts';

const split = (text: string) => splitRecords(Buffer.from(text)).map(String);

describe('splitRecords', () => {
  it.each([
    ['', []],
    ['\n \r\n', []],
    ['{"a":1}', ['{"a":1}']],
    ['{"a":1}\n{"b":0.0}\n', ['{"a":1}', '{"b":0.0}']],
    ['{"a":1}\r\n\n  {"b":2}  ', ['{"a":1}', '{"b":2}']],
    ['{"Records":[]}', []],
    ['{"Records":[{"a":[1,2],"b":"],}"},{"c":"\\\\\\""}]}', ['{"a":[1,2],"b":"],}"}', '{"c":"\\\\\\""}']],
    [' {\n"Records" : [ {"a":1} ,\n {"b":2} ] }\n', ['{"a":1}', '{"b":2}']],
    ['{"Records":[5,"x",null]}', ['5', '"x"', 'null']],
    ['{"Records":[{"a":1},]}', ['{"a":1}', '']],
    ['{"records":[{"a":1}]}', ['{"records":[{"a":1}]}']],
  ])('splits %j', (text, records) => expect(split(text)).toEqual(records));

  it.each([
    ['{"Records":[{"a":1}', 'does not end'],
    ['{"Records":[{"a":"x}]}', 'a string does not end'],
    ['{"Records":[{"a":1}],"more":1}', 'nothing else'],
    ['{"Records":[{"a":1}]}{"Records":[]}', 'nothing else'],
  ])('refuses %j', (text, message) => {
    expect(() => split(text)).toThrow(RecordsSyntaxError);
    expect(() => split(text)).toThrow(message);
  });

  it('gives back the bytes of any list of objects, in both forms', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.constantFrom('', ' ', '\n'),
        (values, gap) => {
          const texts = values.map((value) => JSON.stringify(value));
          expect(split(`{"Records":[${gap}${texts.join(`${gap},${gap}`)}${gap}]}`)).toEqual(texts);
          expect(split(texts.join('\n'))).toEqual(texts);
        },
      ),
    );
  });
});
