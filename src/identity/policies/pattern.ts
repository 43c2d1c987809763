import type { ConditionContext } from './condition-context.ts';
import { ANY_ONE, ANY_RUN, compileWildcard, matchTokens, type Token } from './wildcard.ts';

/** Matches a text; the context gives the values of policy variables. */
export type Pattern = (text: string, context: ConditionContext) => boolean;

/** How a pattern is read. */
export interface PatternOptions {
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** `${…}` are policy variables: only in policies of version 2012-10-17. */
  readonly variables: boolean;
  readonly ignoreCase?: boolean;
}

type Part = Token | { readonly variable: string; readonly fallback?: string };

const VARIABLE = /\$\{([^}]*)\}/g;
const WITH_DEFAULT = /^\s*([^,\s]+)\s*,\s*'([^']*)'\s*$/;

/**
 * Compiles one pattern of a policy. A variable's value is taken literally, so a user named `*` gains nothing; a
 * pattern with a variable that the request does not have, and no default, matches nothing
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
 */
export function compilePattern(source: string, options: PatternOptions): Pattern {
  const fold = options.ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text;
  if (!options.variables || !source.includes('${')) {
    const folded = fold(source);
    if (!options.wildcards) return (text) => fold(text) === folded;
    const matches = compileWildcard(folded);
    return (text) => matches(fold(text));
  }
  const parts = readParts(source, options.wildcards);
  return (text, context) => {
    const tokens = resolve(parts, context, fold);
    return tokens !== undefined && matchTokens(tokens, [...fold(text)]);
  };
}

function readParts(source: string, wildcards: boolean): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of source.matchAll(VARIABLE)) {
    parts.push(...literalTokens(source.slice(at, found.index), wildcards));
    parts.push(readVariable(found[1]!));
    at = found.index + found[0].length;
  }
  return [...parts, ...literalTokens(source.slice(at), wildcards)];
}

function literalTokens(text: string, wildcards: boolean): Token[] {
  if (!wildcards) return [...text];
  return [...text].map((character) =>
    character === '*' ? ANY_RUN : character === '?' ? ANY_ONE : character,
  );
}

/** `${*}`, `${?}` and `${$}` stand for the characters themselves. */
function readVariable(name: string): Part {
  if (name === '*' || name === '?' || name === '$') return name;
  const found = WITH_DEFAULT.exec(name);
  return found ? { variable: found[1]!, fallback: found[2]! } : { variable: name.trim() };
}

function resolve(
  parts: readonly Part[],
  context: ConditionContext,
  fold: (text: string) => string,
): Token[] | undefined {
  const tokens: Token[] = [];
  for (const part of parts) {
    if (typeof part === 'symbol') tokens.push(part);
    else if (typeof part === 'string') tokens.push(fold(part));
    else {
      const values = context.get(part.variable);
      const value = values?.length === 1 ? values[0] : part.fallback;
      if (value === undefined) return undefined;
      tokens.push(...fold(value));
    }
  }
  return tokens;
}
