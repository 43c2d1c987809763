import { BlockList, isIP } from 'node:net';
import type { ConditionContext } from './condition-context.ts';
import { compilePattern } from './pattern.ts';

/** Compiled comparison of one policy value with one value of the request. */
export type Comparison = (actual: string, context: ConditionContext) => boolean;

/** A condition operator without its qualifiers; `compile` answers undefined for a value it cannot read. */
export interface Operator {
  /** True: the condition holds when NO policy value compares equal, and when the key is missing. */
  readonly negated: boolean;
  readonly compile: (value: string, variables: boolean) => Comparison | undefined;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html; lower case. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...pair('string', 'equals', (value, variables) => compilePattern(value, { wildcards: false, variables })),
  ...pair('string', 'equalsignorecase', (value, variables) =>
    compilePattern(value, { wildcards: false, variables, ignoreCase: true }),
  ),
  ...pair('string', 'like', (value, variables) => compilePattern(value, { wildcards: true, variables })),
  ...pair('arn', 'equals', compileArn),
  ...pair('arn', 'like', compileArn),
  ...pair(
    'numeric',
    'equals',
    ordered(readNumber, (order) => order === 0),
  ),
  one(
    'numericlessthan',
    ordered(readNumber, (order) => order < 0),
  ),
  one(
    'numericlessthanequals',
    ordered(readNumber, (order) => order <= 0),
  ),
  one(
    'numericgreaterthan',
    ordered(readNumber, (order) => order > 0),
  ),
  one(
    'numericgreaterthanequals',
    ordered(readNumber, (order) => order >= 0),
  ),
  ...pair(
    'date',
    'equals',
    ordered(readDate, (order) => order === 0),
  ),
  one(
    'datelessthan',
    ordered(readDate, (order) => order < 0),
  ),
  one(
    'datelessthanequals',
    ordered(readDate, (order) => order <= 0),
  ),
  one(
    'dategreaterthan',
    ordered(readDate, (order) => order > 0),
  ),
  one(
    'dategreaterthanequals',
    ordered(readDate, (order) => order >= 0),
  ),
  one('bool', (value, variables) => compilePattern(value, { wildcards: false, variables, ignoreCase: true })),
  one('binaryequals', (value) => (actual) => actual === value),
  one('ipaddress', compileAddress),
  ['notipaddress', { negated: true, compile: compileAddress }],
]);

type Compile = Operator['compile'];

function one(name: string, compile: Compile): readonly [string, Operator] {
  return [name, { negated: false, compile }];
}

/** `StringEquals` and `StringNotEquals`. */
function pair(kind: string, relation: string, compile: Compile): readonly (readonly [string, Operator])[] {
  return [one(kind + relation, compile), [`${kind}not${relation}`, { negated: true, compile }]];
}

/** The six parts of an ARN are matched one by one, so that `*` cannot reach over a colon into the next part. */
function compileArn(value: string, variables: boolean): Comparison {
  if (value === '*') return () => true;
  const patterns = splitArn(value).map((part) => compilePattern(part, { wildcards: true, variables }));
  return (actual, context) => {
    const parts = splitArn(actual);
    return parts.length === patterns.length && patterns.every((matches, at) => matches(parts[at]!, context));
  };
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function ordered(read: (text: string) => number | undefined, holds: (order: number) => boolean): Compile {
  return (value) => {
    const expected = read(value);
    if (expected === undefined) return undefined;
    return (text) => {
      const actual = read(text);
      return actual !== undefined && holds(actual - expected);
    };
  };
}

function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

/** ISO 8601, or seconds since the epoch. Milliseconds. */
function readDate(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}-\d{2}(-\d{2}|$)/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function compileAddress(value: string): Comparison | undefined {
  if (value === '*') return () => true;
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (!version || rest.length > 0 || !(prefix <= longest)) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return (actual) => {
    // An IPv4 caller of a dual-stack listener arrives as ::ffff:10.0.0.1.
    const plain = actual.replace(/^::ffff:(?=\d+\.)/i, '');
    return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
  };
}
