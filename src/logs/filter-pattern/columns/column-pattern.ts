import type { FilterPattern } from '../filter-pattern.ts';
import { compileComparison } from '../operand.ts';
import { type Column, type ColumnCondition, parseColumns } from './parse-columns.ts';
import { splitColumns } from './split-columns.ts';

type NamedColumn = Extract<Column, { kind: 'column' }>;

/**
 * Compiles `[ip, user, status = 4*, ...]`: a line matches when it has as many columns as the pattern (`...` stands for
 * any number) and each satisfies its condition. @throws FilterPatternError
 */
export function compileColumnPattern(text: string): FilterPattern {
  const columns = parseColumns(text);
  const rest = columns.findIndex(({ kind }) => kind === 'rest');
  const head = named(rest === -1 ? columns : columns.slice(0, rest));
  const tail = named(rest === -1 ? [] : columns.slice(rest + 1));
  const least = head.length + tail.length;
  const conditions = [...head, ...tail].map(({ condition }) => condition && compileCondition(condition));

  /** The texts of the named columns, or undefined when their number is another. */
  function pick(line: string): readonly string[] | undefined {
    const values = splitColumns(line);
    if (values.length < least || (rest === -1 && values.length > least)) return undefined;
    return [...values.slice(0, head.length), ...values.slice(values.length - tail.length)];
  }

  return {
    kind: 'columns',
    matches: ({ text: line }) => {
      const values = pick(line);
      return values?.every((value, index) => conditions[index]?.(value) ?? true) ?? false;
    },
    extract: ({ text: line }) => {
      const values = pick(line) ?? [];
      const names = [...head, ...tail].map(({ name }) => `$${name}`);
      return new Map(values.map((value, index) => [names[index]!, value]));
    },
  };
}

function named(columns: readonly Column[]): readonly NamedColumn[] {
  return columns.filter((column) => column.kind === 'column');
}

function compileCondition(condition: ColumnCondition): (value: string) => boolean {
  if (condition.kind === 'compare') return compileComparison(condition.comparator, condition.operand, true);
  const parts = condition.parts.map(compileCondition);
  return condition.kind === 'or'
    ? (value) => parts.some((holds) => holds(value))
    : (value) => parts.every((holds) => holds(value));
}
