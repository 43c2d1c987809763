import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileNormalizer, type OwnNormalizer, readNormalizer, toEcs } from '../index.ts';

const RECORD = {
  eventTime: '2026-11-01T10:00:00Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'AddUserToGroup',
  errorCode: 'AccessDenied',
  sourceIPAddress: '192.0.2.7',
  userIdentity: { type: 'IAMUser', userName: 'alice' },
  requestParameters: { userName: 'bob', count: '12', forced: 'Yes', 'a.b': 'dotted' },
  resources: [{ ARN: 'arn:1' }, { ARN: 'arn:2' }],
  additionalEventData: { inner: { a: 1 } },
};
const CONTEXT = {
  arrivedAt: Date.UTC(2026, 10, 1, 10, 1),
  enriched: new Map([['enrich.geo.country_code', 'DE']]),
  ...{ repo: 'security', rule: '2: root', priority: 'high', tags: ['#cloudtrail', 'soc'] },
};

function mustRead(json: unknown): OwnNormalizer {
  const read = readNormalizer(json);
  if (read.kind === 'refused') throw new Error(JSON.stringify(read.faults));
  return read.policy;
}

function show(json: unknown, record: unknown = RECORD): unknown {
  return compileNormalizer(mustRead(json)).view(record, CONTEXT);
}

const field = (more: Readonly<Record<string, unknown>>) => ({ fields: [{ to: 'x', ...more }] });

describe('a mapping of the operator makes', () => {
  test.each([
    [{ from: 'userIdentity.userName' }, 'alice'],
    [{ from: ['userIdentity.arn', 'requestParameters.userName'] }, 'bob'],
    [{ from: 'requestParameters.a\\.b' }, 'dotted'],
    [{ from: 'requestParameters.count', as: 'number' }, 12],
    [{ from: 'requestParameters.forced', as: 'boolean' }, true],
    [{ from: 'eventTime', as: 'milliseconds' }, Date.UTC(2026, 10, 1, 10)],
    [{ from: 'resources.ARN' }, 'arn:1'],
    [{ from: 'resources.1.ARN' }, 'arn:2'],
    [{ from: 'resources.ARN', as: 'list' }, ['arn:1', 'arn:2']],
    [{ from: 'additionalEventData', as: 'json' }, '{"inner":{"a":1}}'],
    [{ from: 'additionalEventData', as: 'value' }, { inner: { a: 1 } }],
    [{ from: 'source_address' }, '192.0.2.7'],
    [{ from: 'action' }, 'update'],
    [{ from: 'request_userName' }, 'bob'],
    [{ from: 'denied', as: 'boolean' }, true],
    [{ from: 'enrich.geo.country_code' }, 'DE'],
    [{ from: 'kept.repo' }, 'security'],
    [{ from: 'kept.tags', as: 'list' }, ['#cloudtrail', 'soc']],
    [{ from: 'kept.arrived' }, '2026-11-01T10:01:00.000Z'],
    [{ from: 'userIdentity.type', values: { IAMUser: 1, Root: 2 }, otherwise: 99 }, 1],
    [{ from: 'eventName', values: { ConsoleLogin: 1 }, otherwise: 99 }, 99],
    [{ from: 'eventName', values: { ConsoleLogin: 1 } }, 'AddUserToGroup'],
    [{ from: 'eventName', values: { constructor: 1 } }, 'AddUserToGroup'],
    [{ from: 'no.such', otherwise: 'none' }, 'none'],
    [{ from: 'no.such' }, undefined],
    [{ from: 'constructor.name' }, undefined],
    [{ from: 'userIdentity' }, undefined],
    [{ is: 0 }, 0],
  ])('of %j %j', (more, value) => expect(show(field(more))).toEqual(value === undefined ? {} : { x: value }));

  test('objects of dotted names, or names with dots', () => {
    const fields = [
      { to: 'a.b', is: 1 },
      { to: 'a.c', is: 2 },
      { to: 'constructor.name', is: 3 },
    ];
    expect(show({ fields })).toEqual({ a: { b: 1, c: 2 }, constructor: { name: 3 } });
    expect(show({ names: 'flat', fields })).toEqual({ 'a.b': 1, 'a.c': 2, 'constructor.name': 3 });
    expect(Object.name).toBe('Object');
  });

  test('a built-in view with fields over it and others left out, and the record stays as it is', () => {
    const before = JSON.stringify(RECORD);
    const view = show({
      base: 'ecs',
      drop: ['user.name', 'related', 'no.such'],
      fields: [
        { to: 'organization.name', is: 'Example' },
        { to: 'event.action.text', from: 'eventName' },
      ],
    }) as Record<string, Record<string, unknown>>;
    const base = toEcs(RECORD, CONTEXT) as Record<string, Record<string, unknown>>;
    expect(view.organization).toEqual({ name: 'Example' });
    expect(view.event).toEqual({ ...base.event, action: { text: 'AddUserToGroup' } });
    expect(base.user?.name).toBe('alice');
    expect(view.user?.name).toBeUndefined();
    expect(view.related).toBeUndefined();
    const inner = {
      base: 'ocsf',
      drop: ['unmapped.additionalEventData.inner'],
      fields: [{ to: 'x', is: 1 }],
    };
    expect(show(inner)).toMatchObject({ unmapped: { additionalEventData: {} } });
    expect(JSON.stringify(RECORD)).toBe(before);
  });
});

test.each([
  [{ eventSource: 'iam.amazonaws.com' }, true],
  [{ eventSource: 's3.amazonaws.com' }, false],
  [{ eventSource: ['s3.amazonaws.com', 'iam.*'], errorCode: '*Denied' }, true],
  [{ errorCode: '*', eventName: 'x' }, false],
  [{ source_address: '192.0.2.0/24' }, true],
  [{ 'enrich.geo.country_code': 'DE' }, true],
  [{ 'resources.ARN': 'arn:2' }, true],
  [{ 'no.such': '*' }, false],
])('a mapping when %j is for the record: %s', (when, fits) => {
  expect(compileNormalizer(mustRead({ when, ...field({ is: 1 }) })).fits(RECORD, CONTEXT)).toBe(fits);
});

test('a view has a bound, whatever is asked for', () => {
  const fields = Array.from({ length: 400 }, (_, at) => ({ to: `f${at}`, from: 'errorMessage' }));
  const view = show({ fields }, { errorMessage: 'x'.repeat(1 << 20) });
  expect(Object.keys(view as object)).toEqual(['f0', 'f1', 'f2', 'f3']);
});

const many = (length: number, make: (at: number) => unknown) => Array.from({ length }, (_, at) => make(at));

test.each([
  [5, ['']],
  [{}, ['fields']],
  [{ fields: [] }, ['fields']],
  [{ fields: 'all' }, ['fields']],
  [{ fields: [5] }, ['fields[0]']],
  [{ fields: [{ to: 'x' }] }, ['fields[0]']],
  [{ fields: [{ to: 'x', from: 'a', is: 1 }] }, ['fields[0]']],
  [{ fields: [{ from: 'a' }] }, ['fields[0].to']],
  [{ fields: [{ to: '__proto__.x', is: 1 }] }, ['fields[0].to']],
  [{ fields: [{ to: 'a..b', is: 1 }] }, ['fields[0].to']],
  [{ fields: [{ to: 'x'.repeat(300), is: 1 }] }, ['fields[0].to']],
  [{ fields: [{ to: many(17, () => 'a').join('.'), is: 1 }] }, ['fields[0].to']],
  [{ fields: [{ to: 'x y', is: 1 }] }, ['fields[0].to']],
  [{ fields: [{ to: 'x', from: '' }] }, ['fields[0].from']],
  [{ fields: [{ to: 'x', from: [] }] }, ['fields[0].from']],
  [{ fields: [{ to: 'x', from: ['a', 5, 'b.'] }] }, ['fields[0].from[1]', 'fields[0].from[2]']],
  [{ fields: [{ to: 'x', from: 'kept.nothing' }] }, ['fields[0].from']],
  [{ fields: [{ to: 'x', from: 'sorce_address' }] }, ['fields[0].from']],
  [{ fields: [{ to: 'x', from: 'a', as: 'regex' }] }, ['fields[0].as']],
  [{ fields: [{ to: 'x', from: 'a', as: 'number', values: { a: 1 } }] }, ['fields[0].as']],
  [{ fields: [{ to: 'x', from: 'a', values: [] }] }, ['fields[0].values']],
  [{ fields: [{ to: 'x', from: 'a', values: { b: {} } }] }, ['fields[0].values.b']],
  [{ fields: [{ to: 'x', from: 'a', otherwise: null }] }, ['fields[0].otherwise']],
  [{ fields: [{ to: 'x', is: { a: 1 } }] }, ['fields[0].is']],
  [{ fields: [{ to: 'x', is: 1, as: 'text', otherwise: 2 }] }, ['fields[0].as', 'fields[0].otherwise']],
  [{ fields: [{ to: 'x', is: 1, note: 'a', regex: 'b' }] }, ['fields[0].regex']],
  [{ fields: many(2, () => ({ to: 'x', is: 1 })) }, ['fields[1].to']],
  [
    {
      fields: [
        { to: 'a', is: 1 },
        { to: 'a.b', is: 1 },
        { to: 'c.d.e', is: 1 },
        { to: 'c', is: 1 },
      ],
    },
    ['fields[1].to', 'fields[3].to'],
  ],
  [{ fields: many(501, (at) => ({ to: `f${at}`, is: 1 })) }, ['fields']],
  [{ fields: many(33, (at) => ({ to: `f${at}`, from: 'a', as: 'value' })) }, ['fields']],
  [{ base: 'xml', names: 'deep', more: 1, ...field({ is: 1 }) }, ['base', 'more', 'names']],
  [{ base: 'ecs', names: 'flat', ...field({ is: 1 }) }, ['names']],
  [{ drop: ['a'], ...field({ is: 1 }) }, ['drop']],
  [{ base: 'ecs', drop: [5, 'a..b'], ...field({ is: 1 }) }, ['drop[0]', 'drop[1]']],
  [{ when: [], ...field({ is: 1 }) }, ['when']],
  [
    { when: { 'a..b': 'x', c: [], d: {}, e: [''] }, ...field({ is: 1 }) },
    ['when.a..b', 'when.c', 'when.d', 'when.e'],
  ],
  [
    {
      when: Object.fromEntries(many(17, (at) => [`k${at}`, 'v']) as [string, string][]),
      ...field({ is: 1 }),
    },
    ['when'],
  ],
  [JSON.parse('{"__proto__":{"fields":[]},"fields":[{"to":"x","is":1}]}'), ['__proto__']],
])('%j is refused, with every fault named', (json, places) => {
  const read = readNormalizer(json);
  expect(read.kind === 'refused' ? read.faults.map(({ at }) => at).sort() : []).toEqual(places);
});

test('what anybody writes is read or refused, and what is read shows any record, which stays as it was', () => {
  const key = fc.constantFrom(
    'a',
    'a.b',
    'userIdentity',
    'constructor',
    '__proto__.x',
    'resources.0',
    'action',
    'kept.tags',
  );
  const name = fc.constantFrom(
    'x',
    'x.y',
    'event',
    'event.action',
    'constructor.name',
    'toString',
    'unmapped.a.b',
  );
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant({ a: 1 }));
  const own = fc.record(
    {
      base: fc.constantFrom('flat', 'ecs', 'ocsf', undefined),
      drop: fc.array(name, { maxLength: 3 }),
      when: fc.dictionary(key, fc.oneof(value, fc.array(value)), { maxKeys: 2 }),
      fields: fc.array(
        fc.record(
          {
            to: name,
            from: fc.oneof(key, fc.array(key)),
            is: value,
            as: fc.constantFrom('text', 'number', 'boolean', 'milliseconds', 'json', 'value', 'list'),
            values: fc.dictionary(fc.string(), value),
            otherwise: value,
          },
          { requiredKeys: ['to'] },
        ),
        { minLength: 1, maxLength: 5 },
      ),
    },
    { requiredKeys: ['fields'] },
  );
  fc.assert(
    fc.property(
      own,
      fc.oneof(
        fc.json().map((text) => JSON.parse(text) as unknown),
        fc.constant(RECORD),
      ),
      (json, record) => {
        const read = readNormalizer(json);
        if (read.kind === 'refused') return read.faults.length > 0;
        const before = JSON.stringify(record);
        const { fits, view } = compileNormalizer(read.policy);
        expect(typeof fits(record, CONTEXT)).toBe('boolean');
        expect(JSON.parse(JSON.stringify(view(record, CONTEXT)))).toBeTypeOf('object');
        expect(JSON.stringify(record)).toBe(before);
        return true;
      },
    ),
    { numRuns: 400 },
  );
});

test('the example of the guide shows a record as the guide says', () => {
  const guide = join(import.meta.dirname, '../../../../docs/guides/enrich-and-route.md');
  const [, block = ''] = /```json\n(\{\n {2}"name": "team"[^`]*)```/.exec(readFileSync(guide, 'utf8')) ?? [];
  const { name, ...mapping } = JSON.parse(block) as Record<string, unknown>;
  expect(name).toBe('team');
  const { fits, view } = compileNormalizer(mustRead(mapping));
  expect(fits(RECORD, CONTEXT)).toBe(true);
  expect(view(RECORD, CONTEXT)).toEqual({
    time: Date.UTC(2026, 10, 1, 10),
    who: 'alice',
    address: { ip: '192.0.2.7', country: 'DE' },
    severity: 7,
    kept: { in: 'security' },
    vendor: 'AWS',
  });
});
