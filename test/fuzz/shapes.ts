import fc from 'fast-check';

/** Texts that have broken parsers before. */
const NASTY = [
  '',
  ' ',
  '\u0000',
  '\uD800',
  '\uFFFF',
  '🙂',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'true',
  '-0',
  '1e999',
  'NaN',
  '../../etc/passwd',
  '%00',
  '%zz',
  'a'.repeat(5_000),
  '{{x}}',
  '<a>',
  ']]>',
  '&amp;',
  '*',
  '?',
  '"',
  "'",
  '\\',
  '\r\n',
  'arn:',
  'arn:aws:s3',
  'arn:aws:s3:::',
  'arn:aws:s3:::b/',
  'arn:aws:cloudtrail:us-east-1:123456789012:trail/t',
  'arn:aws:sns:us-east-1:123456789012:t',
  'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000',
  'alias/k',
  'us-east-1',
  'Management',
  'Data',
  'All',
  'eventCategory',
  'resources.type',
  'AWS::S3::Object',
  'fuzz-bucket',
  'fuzz',
  '123456789012',
  '2026-01-01T00:00:00Z',
  '1700000000',
  '99999999999999999999',
];

/** Short texts, nasty texts, any unicode. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 3, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, 2 ** 31, 2 ** 53, -(2 ** 63), 1e300, 8.64e15, 8.64e15 + 1),
);

/** JSON values whose objects have these member names mostly. */
export function anyJson(names: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: anyText },
  );
  const { value } = fc.letrec((tie) => ({
    leaf: fc.oneof(anyText, anyNumber, fc.boolean(), fc.constant(null)),
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 6, noNullPrototype: true }),
    ),
  }));
  return value;
}

/** An object with some of these members, each with anything in it. */
export function anyInput(names: readonly string[], deep: readonly string[]): fc.Arbitrary<unknown> {
  if (names.length === 0) return anyJson(deep);
  const value = anyJson(deep);
  return fc.oneof(
    {
      weight: 9,
      arbitrary: fc.dictionary(fc.constantFrom(...names), value, {
        maxKeys: names.length,
        noNullPrototype: true,
      }),
    },
    { weight: 1, arbitrary: value },
  );
}

/** JSON text, mostly whole, sometimes cut or with a byte changed. */
export function bentText(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(text, fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 4 }), fc.option(fc.nat(), { freq: 8 }))
    .map(([whole, change, cut]) => {
      const bytes = Buffer.from(whole);
      if (change && bytes.length > 0) bytes[change[0] % bytes.length] = change[1];
      return cut === null || bytes.length === 0 ? bytes : bytes.subarray(0, cut % bytes.length);
    });
}

/** How deep the same text may be nested to hurt. */
export const nested = (open: string, close: string): fc.Arbitrary<string> =>
  fc.constantFrom(10, 1_000, 100_000).map((depth) => open.repeat(depth) + close.repeat(depth));
