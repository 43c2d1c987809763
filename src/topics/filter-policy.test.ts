import { describe, expect, it } from 'vitest';
import { compileFilter, FilteredMessage, Filters } from './filter-policy.ts';
import type { MessageAttribute } from './topic.ts';

const filters = new Filters();
const message = (attributes: Record<string, MessageAttribute>, text = 'm') =>
  new FilteredMessage(text, new Map(Object.entries(attributes)));

/** The message of AWS's page on filter policies. */
const example = message({
  customer_interests: { type: 'String.Array', value: '["soccer","rugby","hockey"]' },
  store: { type: 'String', value: 'example_corp' },
  event: { type: 'String', value: 'order_placed' },
  price_usd: { type: 'Number', value: '210.75' },
  source_ip: { type: 'String', value: '10.0.0.255' },
  seal: { type: 'Binary', value: 'AQI=' },
});

describe('by attributes', () => {
  it.each<[string, boolean]>([
    // https://docs.aws.amazon.com/sns/latest/dg/example-filter-policies.html
    [
      '{"store":["example_corp"],"event":[{"anything-but":"order_cancelled"}],"customer_interests":["rugby","football","baseball"],"price_usd":[{"numeric":[">=",100]}]}',
      true,
    ],
    ['{"store":["example_corp"],"event":["order_cancelled"],"encrypted":[false]}', false],
    // https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
    ['{"customer_interests":["rugby","tennis"]}', true],
    ['{"customer_interests":[{"anything-but":["rugby","tennis"]}]}', true],
    ['{"store":[{"anything-but":["example_corp"]}]}', false],
    ['{"event":[{"anything-but":{"prefix":"order-"}}]}', true],
    ['{"event":[{"anything-but":{"prefix":"order_"}}]}', false],
    ['{"event":[{"anything-but":{"suffix":"_placed"}}]}', false],
    ['{"event":[{"anything-but":{"wildcard":"*ball"}}]}', true],
    ['{"store":[{"equals-ignore-case":"Example_Corp"}]}', true],
    ['{"source_ip":[{"cidr":"10.0.0.0/24"}]}', true],
    ['{"source_ip":[{"cidr":"10.1.0.0/24"}]}', false],
    ['{"customer_interests":[{"prefix":"rug"}]}', true],
    ['{"customer_interests":[{"suffix":"key"}]}', true],
    ['{"event":[{"wildcard":"order_*"}]}', true],
    // https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html
    ['{"price_usd":[301.5,210.750]}', true],
    ['{"price_usd":[{"numeric":["=",301.5]}]}', false],
    ['{"price_usd":[{"anything-but":[100,210.75]}]}', false],
    ['{"price_usd":[{"numeric":[">",0,"<=",300]}]}', true],
    ['{"price_usd":[{"numeric":["<",0]}]}', false],
    // A number is no text.
    ['{"price_usd":["210.75"]}', false],
    // https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
    ['{"store":[{"exists":true}]}', true],
    ['{"store":[{"exists":false}]}', false],
    ['{"refund":[{"exists":false}]}', true],
    // Binary values are not looked at.
    ['{"seal":[{"exists":true}]}', false],
    // https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html
    ['{"$or":[{"store":["other"]},{"event":["order_placed"]}]}', true],
    ['{"$or":[{"store":["other"]},{"event":["order_cancelled"]}]}', false],
    ['{"constructor":[{"exists":true}]}', false],
    ['{}', true],
    [' ', true],
  ])('%s: %s', (filterPolicy, expected) => {
    expect(filters.accepts({ filterPolicy }, example)).toBe(expected);
  });

  it.each([
    ['String.Array', '["a",1,true,null,["deep"]]', '{"a":[true]}', true],
    ['String.Array', '["a",1,true,null,["deep"]]', '{"a":[null]}', true],
    ['String.Array', '["a",1,true,null,["deep"]]', '{"a":["deep"]}', false],
    ['String.Array', 'no array', '{"a":["no array"]}', true],
    ['String.custom', 'x', '{"a":["x"]}', true],
    ['Number.custom', '5', '{"a":[5]}', true],
  ])('%s %s under %s: %s', (type, value, filterPolicy, expected) => {
    expect(filters.accepts({ filterPolicy }, message({ a: { type, value } }))).toBe(expected);
  });

  it('needs an attribute for what it asks for', () => {
    expect(filters.accepts({ filterPolicy: '{"a":["x"]}' }, message({}))).toBe(false);
    const named = message({ __proto__x: { type: 'String', value: 'x' } });
    expect(filters.accepts({ filterPolicy: '{"__proto__":["x"]}' }, named)).toBe(false);
  });
});

describe('by the text', () => {
  it.each([
    ['{"s3":{"bucket":["logs"]}}', '{"s3":{"bucket":"logs"}}', true],
    ['{"Records":{"s3":{"key":[{"prefix":"a/"}]}}}', '{"Records":[{"s3":{"key":"a/b"}}]}', true],
    ['{"s3":{"bucket":["logs"]}}', '{"s3":{"bucket":"other"}}', false],
    ['{"s3":{"bucket":["logs"]}}', 'no JSON', false],
    ['{"s3":[{"exists":false}]}', 'no JSON', false],
    ['{"s3":[{"exists":false}]}', '{}', true],
    ['{"s3":["x"]}', '"x"', false],
  ])('%s of %s: %s', (filterPolicy, text, expected) => {
    const looked = message({ s3: { type: 'String', value: 'x' } }, text);
    expect(filters.accepts({ filterPolicy, filterPolicyScope: 'MessageBody' }, looked)).toBe(expected);
  });
});

it.each([
  ['{', undefined, /^Invalid parameter: FilterPolicy: /],
  ['[]', undefined, /^Invalid parameter: FilterPolicy: /],
  ['{"a":"x"}', undefined, 'Invalid parameter: FilterPolicy: "a" must be an object or an array'],
  ['{"a":[]}', undefined, 'Invalid parameter: FilterPolicy: Empty arrays are not allowed'],
  [
    '{"a":[["x"]]}',
    undefined,
    'Invalid parameter: FilterPolicy: Match value must be String, number, true, false, or null',
  ],
  ['{"a":[{"unknown":1}]}', undefined, /FilterPolicy: Unrecognized match type unknown/],
  [
    '{"a":{"b":["x"]}}',
    undefined,
    'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
  ],
  ['{"$or":[{"a":["x"]},{"b":{"c":["x"]}}]}', undefined, /does not support nested filter policy/],
  [
    '{"a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"],"f":["x"]}',
    undefined,
    'Invalid parameter: FilterPolicy: Filter policy can not have more than 5 keys',
  ],
  [
    JSON.stringify({ a: numbers(13), b: numbers(12) }),
    undefined,
    /FilterPolicy: Filter policy is too complex/,
  ],
  [JSON.stringify({ a: { b: { c: numbers(51) } } }), 'MessageBody', /Filter policy is too complex/],
] as const)('refuses %s', (filterPolicy, filterPolicyScope, why) => {
  const filter = { filterPolicy, ...(filterPolicyScope && { filterPolicyScope }) };
  expect(() => compileFilter(filter)).toThrow(why);
});

it('counts only the keys at the top of a nested policy', () => {
  const inner = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => [key, ['x']]));
  // Six fields at the second level: 2^6 combinations.
  const filter = { filterPolicy: JSON.stringify({ top: inner }), filterPolicyScope: 'MessageBody' } as const;
  expect(compileFilter(filter)?.matches({ top: { a: 'x', b: 'x', c: 'x', d: 'x', e: 'x', f: 'x' } })).toBe(
    true,
  );
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
