import type { Comparator, Operand } from '../operand.ts';
import { FilterPatternError } from '../pattern-error.ts';
import { Scanner } from '../scanner.ts';

/** What a column must satisfy. */
export type ColumnCondition =
  | { readonly kind: 'or' | 'and'; readonly parts: readonly ColumnCondition[] }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly operand: Operand };

/** One entry of `[ip, status = 4*, ...]`. */
export type Column =
  | { readonly kind: 'rest' }
  | { readonly kind: 'column'; readonly name: string; readonly condition?: ColumnCondition };

const NAME = /[A-Za-z_][\w-]*/y;
const MAX_DEPTH = 50;

/** Reads `[name, name = value || name = value, ...]`. @throws FilterPatternError */
export function parseColumns(text: string): readonly Column[] {
  const scanner = new Scanner(text);
  const columns: Column[] = [];
  const names = new Set<string>();

  function column(): Column {
    scanner.skipSpace();
    if (scanner.take('...')) return { kind: 'rest' };
    let name: string | undefined;

    /** Each comparison names the column again; it must be the same. */
    function readName(): string {
      scanner.skipSpace();
      const read = scanner.match(NAME) ?? scanner.fail('the name of a column or "..."');
      if (name !== undefined && read !== name)
        throw new FilterPatternError(`the conditions of one column name ${name} and ${read}`);
      name = read;
      return read;
    }

    function either(depth: number): ColumnCondition | undefined {
      const parts = [both(depth)];
      while (scanner.take('||')) parts.push(both(depth));
      return joined('or', parts);
    }

    function both(depth: number): ColumnCondition | undefined {
      const parts = [one(depth)];
      while (scanner.take('&&')) parts.push(one(depth));
      return joined('and', parts);
    }

    function one(depth: number): ColumnCondition | undefined {
      if (depth > MAX_DEPTH) throw new FilterPatternError(`parentheses go deeper than ${MAX_DEPTH}`);
      if (scanner.take('(')) {
        const inner = either(depth + 1);
        scanner.expect(')');
        return inner;
      }
      readName();
      const comparator = scanner.comparator();
      return comparator === undefined
        ? undefined
        : { kind: 'compare', comparator, operand: scanner.operand() };
    }

    const condition = either(0);
    if (names.has(name!)) throw new FilterPatternError(`two columns are named ${name}`);
    names.add(name!);
    return { kind: 'column', name: name!, ...(condition && { condition }) };
  }

  scanner.expect('[');
  do columns.push(column());
  while (scanner.take(','));
  scanner.expect(']');
  if (!scanner.isAtEnd) scanner.fail('nothing after "]"');
  if (columns.filter(({ kind }) => kind === 'rest').length > 1)
    throw new FilterPatternError('"..." stands at most once');
  return columns;
}

function joined(
  kind: 'or' | 'and',
  parts: readonly (ColumnCondition | undefined)[],
): ColumnCondition | undefined {
  if (parts.length === 1) return parts[0];
  const conditions = parts.filter((part) => part !== undefined);
  if (conditions.length < parts.length)
    throw new FilterPatternError('each part of && and || needs a comparison');
  return { kind, parts: conditions };
}
