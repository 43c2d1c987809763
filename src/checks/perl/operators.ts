import { CheckFailure } from '../failure.ts';
import { isTrue, type Scalar, toNumber, toText } from './number.ts';

/** What an expression may read and change. */
export interface Scope {
  readonly variables: Map<string, Scalar>;
  /** Groups of the latest match. */
  groups: readonly string[];
}

/** A compiled expression; `variable` is there when it is nothing but one and can be assigned to. */
export interface Evaluate {
  (scope: Scope): Scalar;
  variable?: string;
}

/** An operator between two expressions. */
export interface BinaryOperator {
  readonly name: string;
  readonly pattern: RegExp;
  /** The higher, the stronger it binds (https://perldoc.perl.org/perlop#Operator-Precedence-and-Associativity). */
  readonly level: number;
  readonly rightAssociative?: boolean;
  readonly apply: (left: Evaluate, right: Evaluate, scope: Scope) => Scalar;
}

type Two = (left: Scalar, right: Scalar) => Scalar;

const truth = (value: boolean): Scalar => (value ? 1 : '');
const strict =
  (apply: Two): BinaryOperator['apply'] =>
  (left, right, scope) =>
    apply(left(scope), right(scope));
const numeric = (apply: (left: number, right: number) => Scalar) =>
  strict((left, right) => apply(toNumber(left), toNumber(right)));
const textual = (apply: (left: string, right: string) => Scalar) =>
  strict((left, right) => apply(toText(left), toText(right)));

const and: BinaryOperator['apply'] = (left, right, scope) => {
  const value = left(scope);
  return isTrue(value) ? right(scope) : value;
};
const or: BinaryOperator['apply'] = (left, right, scope) => {
  const value = left(scope);
  return isTrue(value) ? value : right(scope);
};

function divide(left: number, right: number): number {
  if (right === 0) throw new CheckFailure('Illegal division by zero');
  return left / right;
}

function modulo(left: number, right: number): number {
  const [whole, by] = [Math.trunc(left), Math.trunc(right)];
  if (by === 0) throw new CheckFailure('Illegal modulus zero');
  return ((whole % by) + by) % by;
}

const order = (left: number | string, right: number | string) => (left < right ? -1 : left > right ? 1 : 0);

/** All of them; longer spellings stand before those that they begin with. */
export const BINARY: readonly BinaryOperator[] = [
  { name: 'or', pattern: /or\b/y, level: 1, apply: or },
  {
    name: 'xor',
    pattern: /xor\b/y,
    level: 1,
    apply: strict((a, b) => truth(isTrue(a) !== isTrue(b))),
  },
  { name: 'and', pattern: /and\b/y, level: 2, apply: and },
  { name: '||', pattern: /\|\|(?!=)/y, level: 6, apply: or },
  { name: '//', pattern: /\/\/(?!=)/y, level: 6, apply: (left, _right, scope) => left(scope) },
  { name: '&&', pattern: /&&(?!=)/y, level: 7, apply: and },
  { name: '<=>', pattern: /<=>/y, level: 8, apply: numeric(order) },
  { name: '==', pattern: /==/y, level: 8, apply: numeric((a, b) => truth(a === b)) },
  { name: '!=', pattern: /!=/y, level: 8, apply: numeric((a, b) => truth(a !== b)) },
  { name: 'eq', pattern: /eq\b/y, level: 8, apply: textual((a, b) => truth(a === b)) },
  { name: 'ne', pattern: /ne\b/y, level: 8, apply: textual((a, b) => truth(a !== b)) },
  { name: 'cmp', pattern: /cmp\b/y, level: 8, apply: textual(order) },
  { name: '<=', pattern: /<=/y, level: 9, apply: numeric((a, b) => truth(a <= b)) },
  { name: '>=', pattern: />=/y, level: 9, apply: numeric((a, b) => truth(a >= b)) },
  { name: '<', pattern: /</y, level: 9, apply: numeric((a, b) => truth(a < b)) },
  { name: '>', pattern: />/y, level: 9, apply: numeric((a, b) => truth(a > b)) },
  { name: 'lt', pattern: /lt\b/y, level: 9, apply: textual((a, b) => truth(a < b)) },
  { name: 'gt', pattern: /gt\b/y, level: 9, apply: textual((a, b) => truth(a > b)) },
  { name: 'le', pattern: /le\b/y, level: 9, apply: textual((a, b) => truth(a <= b)) },
  { name: 'ge', pattern: /ge\b/y, level: 9, apply: textual((a, b) => truth(a >= b)) },
  { name: '+', pattern: /\+/y, level: 10, apply: numeric((a, b) => a + b) },
  { name: '-', pattern: /-/y, level: 10, apply: numeric((a, b) => a - b) },
  { name: '.', pattern: /\./y, level: 10, apply: textual((a, b) => a + b) },
  { name: '**', pattern: /\*\*/y, level: 14, rightAssociative: true, apply: numeric((a, b) => a ** b) },
  { name: '*', pattern: /\*/y, level: 11, apply: numeric((a, b) => a * b) },
  { name: '/', pattern: /\//y, level: 11, apply: numeric(divide) },
  { name: '%', pattern: /%(?![({])/y, level: 11, apply: numeric(modulo) },
];
