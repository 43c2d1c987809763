import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEnrichmentSteps } from '../enrich/index.ts';
import { compileRoute, readRoutingRules } from './index.ts';

const words = fc.oneof(
  fc.constantFrom(
    'a',
    'a.b',
    'resources.ARN',
    '10.0.0.0/8',
    '*',
    '?',
    '\\',
    '',
    'enrich.x.y',
    'user',
    'KeyPresent',
    'store',
  ),
  fc.string({ maxLength: 12 }),
);
const value = fc.oneof(words, fc.jsonValue({ maxDepth: 3 }));
const members = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length });
const criterion = members([
  'id',
  'type',
  'key',
  'value',
  'match',
  'operation',
  'drop',
  'repo',
  'repository',
  'tags',
  'priority',
  'x',
]);
/** Nearly always right, so that routes are tried as well. */
const right = fc.record({
  catch_all: fc.constant('default'),
  routing_criterion: fc.array(
    fc.record(
      {
        key: fc.constantFrom('a', 'a.b', 'resources.ARN', 'user', 'enrich.x.y', 'request_b', 'constructor'),
        value: fc.constantFrom('x', '*', 'x*?', '10.0.0.0/8', '::/0', '\\'),
        operation: fc.constantFrom('store', 'discard', 'discard_raw'),
        priority: fc.constantFrom('low', 'high'),
      },
      { requiredKeys: ['key'] },
    ),
    { maxLength: 4 },
  ),
});
const policy = fc.oneof(
  right,
  fc.jsonValue(),
  fc.record(
    {
      catch_all: words,
      routing_criterion: fc.oneof(fc.array(criterion, { maxLength: 4 }), value),
      tags: value,
      priorities: value,
    },
    { requiredKeys: [] },
  ),
);

test('no policy makes its reader throw, and what it takes decides every record', () => {
  let taken = 0;
  fc.assert(
    fc.property(policy, fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 5 }), (json, records) => {
      const read = readRoutingRules(json);
      if (read.kind === 'refused') {
        expect(read.faults.length).toBeGreaterThan(0);
        return;
      }
      taken++;
      const route = compileRoute(read.policy);
      for (const record of [...records, { user: 'x', a: { b: '10.1.1.1' } }]) {
        const decision = route(record);
        expect(decision.rule.text.length).toBeGreaterThan(0);
        if (decision.kind === 'store') expect(decision.repo.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(taken).toBeGreaterThan(20);
});

test('no list of steps makes its reader throw', () => {
  const step = members(['type', 'name', 'file', 'field', 'add', 'key', 'rows', 'ranges', 'accounts']);
  const typed = fc
    .tuple(step, fc.constantFrom('geoip', 'asn', 'table', 'cidr', 'accounts'))
    .map(([more, type]) => ({ ...more, type }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(fc.oneof(step, typed), { maxLength: 4 })), (json) => {
      const read = readEnrichmentSteps(json);
      if (read.kind === 'refused') expect(read.faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
});
