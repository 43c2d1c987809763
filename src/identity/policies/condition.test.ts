// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
import { describe, expect, test } from 'vitest';
import { compileCondition } from './condition.ts';
import { ConditionContext } from './condition-context.ts';

const context = new ConditionContext(() => [
  ['aws:SourceArn', 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/t'],
  ['aws:SourceIp', '10.1.2.3'],
  ['v6', '2001:db8::1'],
  ['mapped', '::ffff:10.1.2.3'],
  ['aws:SecureTransport', 'true'],
  ['aws:CurrentTime', '2024-05-06T07:08:09.000Z'],
  ['aws:username', 'ann'],
  ['number', '42'],
  ['many', ['a', 'b']],
  ['none', []],
]);

const cases: readonly [operator: string, key: string, values: string[], holds: boolean][] = [
  ['StringEquals', 'AWS:USERNAME', ['bob', 'ann'], true],
  ['StringEquals', 'aws:username', ['Ann'], false],
  ['StringEquals', 'aws:username', ['a*'], false],
  ['StringEquals', 'aws:username', ['${aws:username}'], true],
  ['StringEquals', 'missing', ['x'], false],
  ['StringEqualsIfExists', 'missing', ['x'], true],
  ['StringNotEquals', 'aws:username', ['bob'], true],
  ['StringNotEquals', 'aws:username', ['bob', 'ann'], false],
  ['StringNotEquals', 'missing', ['x'], true],
  ['StringEqualsIgnoreCase', 'aws:username', ['ANN'], true],
  ['StringNotEqualsIgnoreCase', 'aws:username', ['ANN'], false],
  ['StringLike', 'aws:username', ['a?n'], true],
  ['StringLike', 'aws:username', ['*${aws:username}*'], true],
  ['StringLike', 'aws:username', ['${missing}*'], false],
  ['StringLike', 'aws:username', ["${missing, 'ann'}"], true],
  ['StringNotLike', 'aws:username', ['a*'], false],
  ['stringlike', 'aws:username', ['*'], true],
  ['ArnLike', 'aws:SourceArn', ['arn:aws:cloudtrail:*:111122223333:trail/*'], true],
  ['ArnEquals', 'aws:SourceArn', ['arn:aws:cloudtrail:*:111122223333:trail/*'], true],
  ['ArnLike', 'aws:SourceArn', ['arn:aws:*:trail/*'], false],
  ['ArnNotLike', 'aws:SourceArn', ['arn:aws:cloudtrail:*:444455556666:trail/*'], true],
  ['ArnNotEquals', 'aws:SourceArn', ['arn:aws:cloudtrail:eu-west-1:111122223333:trail/t'], false],
  ['Bool', 'aws:SecureTransport', ['True'], true],
  ['Bool', 'aws:SecureTransport', ['false'], false],
  ['BoolIfExists', 'aws:MultiFactorAuthPresent', ['false'], true],
  ['IpAddress', 'aws:SourceIp', ['10.0.0.0/8'], true],
  ['IpAddress', 'aws:SourceIp', ['10.1.2.4', '2001:db8::/32'], false],
  ['IpAddress', 'v6', ['2001:db8::/32'], true],
  ['IpAddress', 'mapped', ['10.0.0.0/8'], true],
  ['NotIpAddress', 'aws:SourceIp', ['10.0.0.0/8'], false],
  ['NotIpAddress', 'aws:SourceIp', ['192.168.0.0/16'], true],
  ['NumericEquals', 'number', ['42.0'], true],
  ['NumericNotEquals', 'number', ['42'], false],
  ['NumericLessThan', 'number', ['42'], false],
  ['NumericLessThanEquals', 'number', ['42'], true],
  ['NumericGreaterThan', 'number', ['41'], true],
  ['NumericGreaterThanEquals', 'aws:username', ['1'], false],
  ['DateLessThan', 'aws:CurrentTime', ['2024-05-07T00:00:00Z'], true],
  ['DateGreaterThan', 'aws:CurrentTime', ['1714979289'], false],
  ['DateGreaterThanEquals', 'aws:CurrentTime', ['2024-05-06'], true],
  ['DateNotEquals', 'aws:CurrentTime', ['2024-05-06T07:08:09Z'], false],
  ['Null', 'missing', ['true'], true],
  ['Null', 'aws:username', ['true'], false],
  ['Null', 'aws:username', ['false'], true],
  ['Null', 'none', ['true'], true],
  ['ForAnyValue:StringEquals', 'many', ['b', 'z'], true],
  ['ForAnyValue:StringEquals', 'missing', ['b'], false],
  ['ForAllValues:StringEquals', 'many', ['a', 'b', 'c'], true],
  ['ForAllValues:StringEquals', 'many', ['a'], false],
  ['ForAllValues:StringEquals', 'missing', ['a'], true],
  ['ForAnyValue:StringNotEquals', 'many', ['a'], true],
  ['ForAllValues:StringNotLike', 'many', ['x*'], true],
  ['StringNotEquals', 'many', ['a'], false],
];

describe('a condition', () => {
  test.each(cases)('%s of %s and %j holds: %s', (operator, key, values, holds) => {
    expect(compileCondition(operator, key, values, true)?.(context)).toBe(holds);
  });

  test('takes ${…} for letters in policies of the old version', () => {
    expect(compileCondition('StringEquals', 'aws:username', ['${aws:username}'], false)?.(context)).toBe(
      false,
    );
  });

  test.each([
    ['StringMatches', 'x'],
    ['ForSomeValues:StringEquals', 'x'],
    ['IpAddress', '10.0.0.0/33'],
    ['IpAddress', '10.0.0/8'],
    ['NumericEquals', 'many'],
    ['DateLessThan', 'tomorrow'],
    ['Null', 'maybe'],
  ])('refuses %s with %s', (operator, value) => {
    expect(compileCondition(operator, 'k', [value], true)).toBeUndefined();
  });
});
