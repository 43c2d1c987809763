import { CheckFailure } from '../failure.ts';
import { FUNCTIONS } from './functions.ts';
import { guarded } from './guard.ts';
import { isTrue, type Scalar, toNumber, toText } from './number.ts';
import { BINARY, type Evaluate, type Scope } from './operators.ts';
import { compilePattern } from './pattern.ts';
import { interpolate, substitute } from './substitute.ts';

const MAXIMUM_LENGTH = 10_000;
const MAXIMUM_DEPTH = 200;

/**
 * Compiles an expression of the kind that Centreon's options hold: Perl's operators on numbers and texts, `=~` with
 * patterns and substitutions, assignments, a few functions, and variables `%(name)` or `%{name}`. Nothing else of Perl:
 * it cannot run a program or read a file.
 *
 * @throws CheckFailure when it cannot be read
 */
export function compileExpression(text: string): Evaluate {
  if (text.length > MAXIMUM_LENGTH) throw new CheckFailure('the expression is too long');
  return new ExpressionReader(text).readAll();
}

/** Evaluates `text` once over `variables`, which assignments change. @throws CheckFailure */
export function evaluate(text: string, variables: Map<string, Scalar>): Scalar {
  return compileExpression(text)({ variables, groups: [] });
}

class ExpressionReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): Evaluate {
    const result = this.#read(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail();
    return result;
  }

  /** Everything that binds at least as strongly as `level`. */
  #read(level: number): Evaluate {
    if (++this.#depth > MAXIMUM_DEPTH) throw new CheckFailure('the expression is nested too deeply');
    let left = this.#readPrefix();
    for (let next = this.#readOperator(level, left); next; next = this.#readOperator(level, left))
      left = next;
    this.#depth--;
    return left;
  }

  /** `left` with the operator that follows, when it binds strongly enough. */
  #readOperator(level: number, left: Evaluate): Evaluate | undefined {
    this.#skipSpace();
    const assignment =
      left.variable !== undefined && level <= 4 && this.#take(/(\*\*|[-+*/.%]|\|\||&&|\/\/|x)?=(?![=~])/y);
    if (assignment) return assign(left.variable!, assignment[1], this.#read(4));
    if (level <= 5 && this.#take(/\?/y)) {
      const yes = this.#read(4);
      if (!this.#take(/\s*:/y)) this.#fail();
      const no = this.#read(4);
      return (scope) => (isTrue(left(scope)) ? yes(scope) : no(scope));
    }
    if (level <= 12) {
      const binding = this.#take(/([=!])~\s*/y);
      if (binding) return this.#readMatch(left, binding[1] === '!');
    }
    for (const operator of BINARY) {
      if (operator.level < level || !this.#take(operator.pattern)) continue;
      const right = this.#read(operator.rightAssociative ? operator.level : operator.level + 1);
      return (scope) => operator.apply(left, right, scope);
    }
    return undefined;
  }

  #readPrefix(): Evaluate {
    this.#skipSpace();
    if (this.#take(/\(/y)) {
      const inner = this.#read(0);
      if (!this.#take(/\s*\)/y)) this.#fail();
      return (scope) => inner(scope);
    }
    if (this.#take(/not\b/y)) return negate(this.#read(3));
    if (this.#take(/!(?![=~])/y)) return negate(this.#read(13));
    if (this.#take(/-/y)) {
      const inner = this.#read(13);
      return (scope) => -toNumber(inner(scope));
    }
    if (this.#take(/\+/y)) return this.#read(13);
    const variable = this.#take(/%\((.*?)\)|%\{(.*?)\}/y);
    if (variable) return readVariable(variable[1] ?? variable[2]!);
    const group = this.#take(/\$(\d)/y);
    if (group) return (scope) => scope.groups[Number(group[1])] ?? '';
    const number = this.#take(/0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (number) return constant(Number(number[0].replaceAll('_', '')));
    const single = this.#take(/'((?:[^'\\]|\\[\s\S])*)'/y);
    if (single) return constant(single[1]!.replace(/\\(['\\])/g, '$1'));
    const double = this.#take(/"((?:[^"\\]|\\[\s\S])*)"/y);
    if (double) return readDoubleQuoted(double[1]!);
    const name = this.#take(/[a-z_]+/y);
    const apply = name && FUNCTIONS.get(name[0]);
    if (apply) return this.#readCall(apply);
    return this.#fail();
  }

  #readCall(apply: (args: readonly Scalar[], scope: Scope) => Scalar): Evaluate {
    const args: Evaluate[] = [];
    if (!this.#take(/\s*\(\s*/y)) args.push(this.#read(10));
    else if (!this.#take(/\)/y)) {
      do args.push(this.#read(4));
      while (this.#take(/\s*,\s*/y));
      if (!this.#take(/\s*\)/y)) this.#fail();
    }
    return (scope) =>
      apply(
        args.map((arg) => arg(scope)),
        scope,
      );
  }

  /** What stands right of `=~`: a pattern, a substitution, or an expression that yields a pattern. */
  #readMatch(left: Evaluate, negated: boolean): Evaluate {
    const kind = this.#take(/(?:(m|s)(?=[{/|!#,])|(?=\/))/y);
    if (!kind) {
      const right = this.#read(13);
      return matching(left, (scope) => toText(right(scope)), '', negated);
    }
    const opener = this.#text[this.#at++]!;
    const closer = opener === '{' ? '}' : opener;
    const pattern = this.#readUntil(closer);
    if (kind[1] === 's') {
      // s{a}{b} has two pairs; in s/a/b/ the delimiter in the middle serves both.
      if (opener === '{' && !this.#take(/\s*\{/y)) this.#fail();
      const replacement = this.#readUntil(closer);
      const modifiers = this.#take(/[a-z]*/y)![0];
      if (left.variable === undefined) this.#fail();
      return substituting(left, pattern, replacement, modifiers);
    }
    return matching(left, () => pattern, this.#take(/[a-z]*/y)![0], negated);
  }

  /** The text up to the closing delimiter, which may stand inside behind a backslash. */
  #readUntil(closer: string): string {
    let out = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (character === closer) {
        this.#at++;
        return out;
      }
      if (character === '\\') {
        const next = this.#text[++this.#at] ?? '';
        out += next === closer ? next : `\\${next}`;
      } else out += character;
    }
    return this.#fail();
  }

  #skipSpace(): void {
    this.#take(/\s*/y);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #fail(): never {
    const near = this.#text.slice(this.#at, this.#at + 20);
    throw new CheckFailure(
      `the expression '${this.#text}' cannot be read ${near === '' ? 'at its end' : `near '${near}'`}`,
    );
  }
}

function constant(value: Scalar): Evaluate {
  return () => value;
}

function negate(inner: Evaluate): Evaluate {
  return (scope) => (isTrue(inner(scope)) ? '' : 1);
}

function readVariable(name: string): Evaluate {
  const read: Evaluate = (scope) => scope.variables.get(name) ?? '';
  read.variable = name;
  return read;
}

/** Variables and groups inside double quotes are put in. */
function readDoubleQuoted(text: string): Evaluate {
  return (scope) =>
    interpolate(
      text.replace(/%[({](\w+)[)}]/g, (_, name) => toText(scope.variables.get(name) ?? '')),
      scope.groups,
    );
}

function assign(variable: string, operator: string | undefined, right: Evaluate): Evaluate {
  const compound = BINARY.find(({ name }) => name === operator);
  return (scope) => {
    const left: Evaluate = () => scope.variables.get(variable) ?? '';
    const value = compound ? compound.apply(left, right, scope) : right(scope);
    scope.variables.set(variable, value);
    return value;
  };
}

function matching(left: Evaluate, pattern: Evaluate, modifiers: string, negated: boolean): Evaluate {
  return (scope) => {
    const source = toText(pattern(scope));
    const compiled = compilePattern(source, modifiers.replace('g', ''));
    const match = guarded(source, () => compiled.exec(toText(left(scope))));
    if (match) scope.groups = match.map((group) => group ?? '');
    return (match !== null) !== negated ? 1 : '';
  };
}

function substituting(left: Evaluate, pattern: string, replacement: string, modifiers: string): Evaluate {
  return (scope) => {
    const before = toText(left(scope));
    const after = substitute(before, pattern, replacement, modifiers);
    scope.variables.set(left.variable!, after);
    return before === after ? '' : 1;
  };
}
