import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileScanner } from '../../../scripts/wasm.js';
import { flatField } from '../normalise/index.ts';
import { compilePath } from '../policy/index.ts';
import { MemberScanner, SCANNED_PATHS } from './member-scanner.ts';
import { RECORD_SCANNER } from './record-scanner.wasm.ts';

const scanner = new MemberScanner();
const paths = [...SCANNED_PATHS].map((path) => [path, compilePath(path.split('.'))] as const);

/** What a scan says: where the record ends and all that it knows of it; undefined when it leaves it to a parse. */
function scanned(text: string) {
  const bytes = Buffer.from(text);
  const end = scanner.scan(bytes, 0);
  if (end === -1) return undefined;
  const members = scanner.members();
  return { end, found: paths.map(([path, read]) => [path, read(members)]), members };
}

/** The same by a parse. */
function parsed(text: string) {
  const record: unknown = JSON.parse(Buffer.from(text).toString('utf8'));
  return paths.map(([path, read]) => [path, read(record)]);
}

function expectSame(text: string) {
  const found = scanned(text);
  if (found === undefined) return false;
  expect(found.end).toBe(Buffer.byteLength(text));
  expect(found.found).toEqual(parsed(text));
  return true;
}

test.each([
  [
    'a plain record',
    '{"eventVersion":"1.08","userIdentity":{"type":"Root","arn":"a"},"readOnly":true,"x":[1,{}]}',
  ],
  [
    'white space',
    ' {"eventName" :\t"A" ,\r\n "userIdentity" : { "type" : "x" , "a" : [ ] } , "e" : { } }'.trim(),
  ],
  [
    'escapes and other scripts in values',
    '{"eventName":"\\u00e9\\n\\"","eventSource":"日本","errorCode":"a\\/"}',
  ],
  [
    'other types than text',
    '{"eventName":1.50,"eventTime":null,"readOnly":false,"userIdentity":null,"eventID":-0}',
  ],
  [
    'the names of members elsewhere',
    '{"a":{"eventName":"no"},"userIdentity":{"x":{"arn":"no"},"arn":"yes"},"b":["eventID"]}',
  ],
  ['an empty record', '{}'],
  ['a long value', `{"eventName":"${'x'.repeat(500)}","eventSource":"${'\\n'.repeat(100)}"}`],
  ['__proto__', '{"__proto__":{"eventName":"no"},"userIdentity":{"__proto__":{"arn":"no"}}}'],
])('%s: gives what a parse gives', (_what, text) => {
  expect(expectSame(text)).toBe(true);
});

test.each([
  ['a member twice', '{"eventName":"a","eventName":"b"}'],
  ['a member of the identity twice', '{"userIdentity":{"arn":"a","arn":"b"}}'],
  ['an identity twice', '{"userIdentity":{"arn":"a"},"userIdentity":{}}'],
  ['escapes in names', '{"event\\u004eame":"a"}'],
  ['an object where text belongs', '{"eventName":{}}'],
  ['a list where the identity belongs', '{"userIdentity":[]}'],
  ['an insight', '{"insightDetails":{}}'],
  ['depth', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`],
  ['no object', '[]'],
])('%s: leaves it to a parse', (_what, text) => {
  expect(scanned(text)).toBeUndefined();
  JSON.parse(text);
});

test.each([
  ...[
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{"a":1 "b":2}',
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[1 2]}',
    '{"a":tru}',
  ],
  ...[
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":-}',
    '{"a":nul}',
    '{"a":undefined}',
    "{'a':1}",
  ],
  ...[
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\n"}',
    '{"a":"\u0000"}',
    '{"a":"',
    '{"a":"\\"}',
    '{"a":1]',
    '{"a":[1}',
  ],
  ...['{"a":\u00a01}', '\ufeff{}', '{"a":1/**/}', '{a:1}', '{"a":1', '{"a":"\\u12'],
])('refuses %s, as a parse does', (text) => {
  expect(scanned(text)).toBeUndefined();
  expect(() => JSON.parse(text)).toThrow();
});

const name = fc.oneof(
  fc.constantFrom(
    'userIdentity',
    'eventName',
    'eventID',
    'readOnly',
    'arn',
    'type',
    'userName',
    'x',
    '__proto__',
  ),
  fc.string({ maxLength: 4 }),
);
const { value } = fc.letrec<{ value: unknown; record: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null, 0, -1, 1e21, 'Root', '\ud800'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('record'),
  ),
  record: fc.dictionary(name, tie('value'), { maxKeys: 6 }),
}));

test('of any JSON, a scan says the same as a parse, or nothing', () => {
  let said = 0;
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 8 }), fc.boolean(), (record, spaces) => {
      if (expectSame(JSON.stringify(record, undefined, spaces ? 1 : undefined))) said++;
    }),
    { numRuns: 2_000 },
  );
  expect(said).toBeGreaterThan(200);
});

test('of any bytes, what a scan takes for JSON a parse takes for JSON', () => {
  const pieces = fc.constantFrom(
    ...'{}[]",:\\ \n01-.eEtfn'.split(''),
    '"eventName"',
    '"userIdentity":{',
    'true',
    'null',
    '\\u00',
    'é',
  );
  const bent = fc
    .tuple(
      fc.dictionary(name, value, { maxKeys: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(3), pieces), { maxLength: 3 }),
    )
    .map(([record, bends]) =>
      bends.reduce((text, [at, gone, piece]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + piece + text.slice(place + gone);
      }, JSON.stringify(record)),
    );
  fc.assert(
    fc.property(
      fc.oneof(
        bent,
        fc.array(pieces, { maxLength: 12 }).map((list) => `{${list.join('')}`),
      ),
      (text) => {
        const found = scanned(text);
        if (found) expect(found.found).toEqual(parsed(Buffer.from(text).toString('utf8', 0, found.end)));
      },
    ),
    { numRuns: 5_000 },
  );
});

test('no path that a scan gives is the name of a field of the normalised view', () => {
  for (const path of SCANNED_PATHS) expect(flatField(path)).toBeUndefined();
});

test('the module is what its source says', async () => {
  expect(RECORD_SCANNER).toBe((await compileScanner()).toString('base64'));
}, 60_000);

test('records are found wherever they lie in a file that is larger than what is looked at at once', () => {
  const texts = Array.from({ length: 9_000 }, (_, i) =>
    JSON.stringify({
      eventID: `id ${i}`,
      eventName: `Call${i % 7}`,
      x: 'y'.repeat(i % 900),
      errorCode: `é${i}`,
    }),
  );
  const bytes = Buffer.from(texts.join());
  expect(bytes.length).toBeGreaterThan(4 << 20);
  let at = 0;
  for (const [i, text] of texts.entries()) {
    const end = scanner.scan(bytes, at);
    expect(bytes.toString('utf8', at, end)).toBe(text);
    expect(scanner.members()).toMatchObject({
      eventID: `id ${i}`,
      eventName: `Call${i % 7}`,
      errorCode: `é${i}`,
    });
    at = end + 1;
  }
  const long = Buffer.from(`{"eventID":"a"},{"eventID":"b","x":"${'y'.repeat(3 << 20)}"}`);
  expect(scanner.scan(long, 0)).toBe(15);
  // Longer than that: left to a parse.
  expect(scanner.scan(long, 16)).toBe(-1);
});

test('a text is never taken for another one that was met before', () => {
  // More than are remembered: they share places.
  const texts = Array.from({ length: 40_000 }, (_, i) => `text-${(i * 2_654_435_761) % 100_003}-${i % 97}`);
  for (const text of [...texts, ...texts.toReversed()]) {
    const bytes = Buffer.from(`{"eventName":"${text}","eventSource":"${text}x"}`);
    expect(scanner.scan(bytes, 0)).toBe(bytes.length);
    const { eventName, eventSource } = scanner.members();
    if (eventName !== text || eventSource !== `${text}x`)
      expect([eventName, eventSource]).toEqual([text, `${text}x`]);
  }
});
