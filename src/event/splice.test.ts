import { expect, it } from 'vitest';
import { spliceMembers, toOneLine } from './splice.ts';

it.each([
  ['{"a":0.0}', '{"a":0.0,"eventID":"x","n":null}'],
  ['{}', '{"eventID":"x","n":null}'],
  [' { } ', ' { "eventID":"x","n":null} '],
  ['{"a":{"b":1}}', '{"a":{"b":1},"eventID":"x","n":null}'],
])('splices members into %j', (raw, expected) => {
  const members = new Map<string, unknown>([
    ['eventID', 'x'],
    ['n', null],
  ]);
  expect(spliceMembers(Buffer.from(raw), members).toString()).toBe(expected);
});

it('hands on the same bytes when nothing is missing', () => {
  const raw = Buffer.from('{"a":1E3}');
  expect(spliceMembers(raw, new Map())).toBe(raw);
});

it('takes out line breaks between tokens and leaves escaped ones', () => {
  expect(toOneLine(Buffer.from('{\r\n "a": "x\\ny"\n}')).toString()).toBe('{ "a": "x\\ny"}');
});
