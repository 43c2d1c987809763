// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdentityError } from '../identity-error.ts';
import { parsePolicy } from './parse-policy.ts';
import type { PolicyKind } from './policy.ts';

const role = { AWS: 'arn:aws:iam::111122223333:role/r' };
const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: role };
const of = (statement: unknown, Version: unknown = '2012-10-17') =>
  JSON.stringify({ Version, Statement: statement });

const accepted: readonly [why: string, kind: PolicyKind, text: string][] = [
  ['one statement without a list', 'identity', of(allow)],
  ['several', 'identity', of([allow, { ...allow, Effect: 'Deny', Sid: 'Two' }])],
  [
    'NotAction and NotResource',
    'identity',
    of({ Effect: 'Deny', NotAction: 'iam:*', NotResource: 'arn:aws:s3:::b/*' }),
  ],
  ['an ARN that starts with a variable', 'identity', of({ ...allow, Resource: '${aws:PrincipalTag/arn}' })],
  ['the old version on a bucket', 'resource', of({ ...allow, Principal: '*' }, '2008-10-17')],
  ['a service on a bucket', 'resource', of({ ...allow, Principal: { Service: 'cloudtrail.amazonaws.com' } })],
  [
    'account numbers',
    'resource',
    of({
      ...allow,
      Principal: { AWS: ['111122223333', 'arn:aws:iam::1:root'.replace('::1', '::111122223333')] },
    }),
  ],
  ['a Sid with spaces on a bucket', 'resource', of({ ...allow, Sid: 'a b', Principal: '*' })],
  ['a role trusting a service', 'trust', of({ ...trust, Principal: { Service: 'ec2.amazonaws.com' } })],
  [
    'an empty Sid twice',
    'trust',
    of([
      { ...trust, Sid: '' },
      { ...trust, Sid: '' },
    ]),
  ],
];

const refused: readonly [message: string, kind: PolicyKind, text: string][] = [
  ['Syntax errors in policy.', 'identity', '{'],
  ['Syntax errors in policy.', 'identity', '[]'],
  ['Syntax errors in policy.', 'identity', 'null'],
  ['Syntax errors in policy.', 'identity', of([])],
  ['Syntax errors in policy.', 'identity', of([[allow]])],
  [
    'Syntax errors in policy.',
    'identity',
    JSON.stringify({ Version: '2012-10-17', Statement: allow, More: 1 }),
  ],
  ['Syntax errors in policy.', 'identity', `{"Version":"2012-10-17","Statement":[],"__proto__":{}}`],
  ['Syntax errors in policy.', 'identity', of({ ...allow, Effect: 'allow' })],
  ['Syntax errors in policy.', 'identity', of({ ...allow, NotAction: 's3:*' })],
  ['Syntax errors in policy.', 'identity', of({ ...allow, Resource: [7] })],
  ['Syntax errors in policy.', 'identity', of({ ...allow, Condition: 'x' })],
  ['The policy must contain a valid version string', 'identity', of(allow, '2023-01-01')],
  ['Policy document must be version 2012-10-17 or greater.', 'identity', of(allow, '2008-10-17')],
  ['Unknown field Actions', 'identity', of({ ...allow, Actions: [] })],
  ['Missing required field Effect', 'identity', of({ Action: 's3:*', Resource: '*' })],
  ['Policy statement must contain actions.', 'identity', of({ Effect: 'Allow', Resource: '*' })],
  ['Policy statement must contain resources.', 'identity', of({ Effect: 'Allow', Action: 's3:*' })],
  [
    'Policy statement must contain resources.',
    'resource',
    of({ Effect: 'Allow', Action: 's3:*', Principal: '*', Resource: [] }),
  ],
  [
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    'identity',
    of({ ...allow, Action: 'GetObject' }),
  ],
  ['Actions/Condition can contain only one colon.', 'identity', of({ ...allow, Action: 's3:a:b' })],
  ['Resource bucket must be in ARN format or "*".', 'identity', of({ ...allow, Resource: 'bucket' })],
  ['Policy document should not specify a principal.', 'identity', of({ ...allow, Principal: '*' })],
  ['Missing required field Principal', 'resource', of(allow)],
  ['Missing required field Principal', 'trust', of({ Effect: 'Allow', Action: 'sts:AssumeRole' })],
  ['Has prohibited field Resource', 'trust', of({ ...trust, Resource: '*' })],
  [
    'AssumeRole policy may only specify STS AssumeRole actions.',
    'trust',
    of({ ...trust, Action: 's3:GetObject' }),
  ],
  ['Invalid principal in policy: "AWS":"ann"', 'trust', of({ ...trust, Principal: { AWS: 'ann' } })],
  [
    'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"',
    'trust',
    of({ ...trust, Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } }),
  ],
  ['Invalid principal in policy: "Robot"', 'trust', of({ ...trust, Principal: { Robot: 'x' } })],
  ['This policy contains invalid Json', 'trust', 'x'],
  [
    'Statement IDs (SID) in a single policy must be unique.',
    'identity',
    of([
      { ...allow, Sid: 'A' },
      { ...allow, Sid: 'A' },
    ]),
  ],
  [
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    'identity',
    of({ ...allow, Sid: 'a b' }),
  ],
  [
    'Invalid Condition type or value : StringSame.',
    'identity',
    of({ ...allow, Condition: { StringSame: { k: 'v' } } }),
  ],
];

describe('a policy document', () => {
  test.each(accepted)('is accepted with %s (%s)', (_, kind, text) => {
    expect(parsePolicy(text, kind).statements.length).toBeGreaterThan(0);
  });

  test.each(refused)('is refused with "%s" (%s)', (message, kind, text) => {
    expect(() => parsePolicy(text, kind)).toThrow(new IdentityError('MalformedPolicyDocument', message));
  });

  test('of any JSON is read or refused as malformed, and nothing else happens', () => {
    const words = fc.constantFrom(
      'Allow',
      'Deny',
      's3:*',
      '*',
      'arn:aws:s3:::b',
      '${x',
      '${}',
      "${a, 'b'}",
      '2012-10-17',
    );
    const leaf = fc.oneof(words, fc.string({ maxLength: 5 }), fc.integer(), fc.boolean(), fc.constant(null));
    const keys = fc.constantFrom(
      'Version',
      'Statement',
      'Effect',
      'Action',
      'NotAction',
      'Resource',
      'Principal',
      'Condition',
      'AWS',
      'StringLike',
      'Null',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    const kinds = fc.constantFrom<PolicyKind>('identity', 'resource', 'trust');
    const statement = fc.record(
      { Effect: fc.oneof(words, tree), Action: tree, Resource: tree, Principal: tree, Condition: tree },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(tree, fc.record({ Version: words, Statement: statement })),
        kinds,
        (document, kind) => {
          try {
            parsePolicy(JSON.stringify(document) ?? '', kind);
          } catch (error) {
            expect(error).toBeInstanceOf(IdentityError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    `${'['.repeat(30_000)}`,
    `{"Version":"2012-10-17","Statement":{"Effect":${'['.repeat(25_000)}${']'.repeat(25_000)}}}`,
  ])('that is nested deeply is refused', (text) => {
    expect(() => parsePolicy(text, 'identity')).toThrow(IdentityError);
  });
});
