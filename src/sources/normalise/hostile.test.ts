import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLAT_FIELDS, flatField, VIEW_OF, VIEWS } from './index.ts';

/** Members that the views read, with whatever in them. */
const NAMES = [
  ...[
    'userIdentity',
    'sessionContext',
    'sessionIssuer',
    'attributes',
    'requestParameters',
    'responseElements',
  ],
  ...[
    'resources',
    'ARN',
    'type',
    'eventName',
    'eventSource',
    'eventTime',
    'sourceIPAddress',
    'insightDetails',
  ],
  ...[
    'tlsDetails',
    'tlsVersion',
    'additionalEventData',
    'eventCategory',
    'eventType',
    'user',
    'role',
    'policy',
  ],
  ...['assumedRoleUser', 'errorCode', 'creationDate', '__proto__', 'constructor', 'toString', 'state'],
];
const SCALARS = [
  ...['', 'Insight', 'AwsCloudTrailInsight', 'iam.amazonaws.com', 'AttachUserPolicy', 'CreatePolicy', 'Role'],
  ...['10.0.0.1', '::', '2026-11-01T10:00:00Z', 'TLSv1.2', 'signin.amazonaws.com', 'ConsoleLogin', '\u0000'],
  ...[null, true, 0, -1, 1e308],
];

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthIdentifier: 'json' },
    fc.constantFrom<unknown>(...SCALARS),
    fc.string({ maxLength: 20 }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('json'), { maxKeys: 12 }),
  ),
}));

test('no record makes a view or a field throw, and none is changed', () => {
  const readers = FLAT_FIELDS.map(({ to }) => flatField(to));
  fc.assert(
    fc.property(json, (made) => {
      // As it comes from a file: own members only, `__proto__` among them.
      const text = JSON.stringify(made);
      const record: unknown = JSON.parse(text);
      for (const name of VIEWS) JSON.stringify(VIEW_OF[name](record, { arrivedAt: 1 }));
      for (const read of readers) read?.(record);
      expect(JSON.stringify(record)).toBe(text);
    }),
    { numRuns: 1_500 },
  );
});
