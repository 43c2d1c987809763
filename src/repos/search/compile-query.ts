import {
  type Bound,
  compileMatcher,
  type Field,
  isIndex,
  type Pattern,
  plainText,
  type Query,
  rawForms,
  subjectOf,
  type Test,
} from '../../search/index.ts';
import type { Sql } from '../../store/index.ts';
import { LAST_MOMENT } from '../block/index.ts';
import type { Dialect } from './dialect.ts';
import type { Parameters } from './parameters.ts';

/** What a search says of a table before any row is read: all rows, none, or that it depends. */
export type Outlook = 'all' | 'none' | 'some';

/** Settles what depends on the repository only, so that tables which cannot match are not read. */
export function outlookOf(query: Query, repo: string): Outlook {
  switch (query.kind) {
    case 'all':
      return 'all';
    case 'not': {
      const part = outlookOf(query.part, repo);
      return part === 'some' ? part : part === 'all' ? 'none' : 'all';
    }
    case 'and':
    case 'or': {
      const [settled, neutral] =
        query.kind === 'and' ? (['none', 'all'] as const) : (['all', 'none'] as const);
      const parts = query.parts.map((part) => outlookOf(part, repo));
      if (parts.includes(settled)) return settled;
      return parts.every((part) => part === neutral) ? neutral : 'some';
    }
    case 'test':
      if (query.field.kind !== 'named' || query.field.name !== 'repo') return 'some';
      return compileMatcher(query)(subjectOf({ id: '', repo, time: 0, arrived: 0, raw: '' }))
        ? 'all'
        : 'none';
  }
}

/** The condition of a search in SQL: a UInt8 that is never NULL. */
export function compileQuery(query: Query, dialect: Dialect, parameters: Parameters): Sql {
  switch (query.kind) {
    case 'all':
      return '1';
    case 'not':
      return `(NOT ${compileQuery(query.part, dialect, parameters)})`;
    case 'and':
    case 'or': {
      const parts = query.parts.map((part) => compileQuery(part, dialect, parameters));
      return `(${parts.join(query.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'test':
      if (query.field.kind === 'named' && query.field.name === 'repo') {
        return outlookOf(query, dialect.repo) === 'all' ? '1' : '0';
      }
      return `(${compileTest(query.field, query.test, dialect, parameters)})`;
  }
}

/** A field as one text, for counting: several values with commas between. */
export function textOfField(field: Field, dialect: Dialect, parameters: Parameters): Sql {
  switch (field.kind) {
    case 'named':
      if (field.name === 'repo') return parameters.bind(dialect.repo);
      if (field.name === 'tag') return `arrayStringConcat(arraySort(${dialect.tags}), ', ')`;
      return `toString(${dialect.text[field.name]})`;
    case 'enriched':
      return `${dialect.enrichment}[${parameters.bind(field.name)}]`;
    case 'path':
      return `arrayStringConcat(arrayMap(v -> ${SCALAR}, ${valuesOf(field.names, dialect, parameters)}), ', ')`;
    case 'raw':
    case 'time':
    case 'arrived':
      throw new Error(`search: ${field.kind} cannot be counted by`);
  }
}

function compileTest(field: Field, test: Test, dialect: Dialect, parameters: Parameters): Sql {
  switch (field.kind) {
    case 'raw':
      if (test.kind !== 'text') return '1';
      return rawForms(test.pattern)
        .map((form) => compareText(dialect.raw, form, parameters))
        .join(' OR ');
    case 'time':
      if (test.kind !== 'between') return '1';
      return test.from > test.to ? '0' : dialect.between(ageAt(test.to), ageAt(test.from));
    case 'arrived':
      if (test.kind !== 'between') return '1';
      return `${dialect.arrived} >= ${whole(test.from)} AND ${dialect.arrived} <= ${whole(test.to)}`;
    case 'named': {
      const { name } = field;
      if (name === 'repo') return '0';
      if (name === 'tag')
        return `arrayExists(v -> v != '' AND ${textTest('v', test, parameters)}, ${dialect.tags})`;
      const narrowed = name === 'id' ? idTie(test, dialect) : '';
      const text = dialect.text[name];
      return test.kind === 'exists'
        ? `${text} != ''`
        : `${narrowed}${text} != '' AND ${textTest(text, test, parameters)}`;
    }
    case 'enriched': {
      const text = `${dialect.enrichment}[${parameters.bind(field.name)}]`;
      return `${text} != '' AND ${textTest(text, test, parameters)}`;
    }
    case 'path': {
      const values = valuesOf(field.names, dialect, parameters);
      return test.kind === 'exists'
        ? `notEmpty(${values})`
        : `arrayExists(v -> ${textTest(SCALAR, test, parameters)}, ${values})`;
    }
  }
}

function idTie(test: Test, dialect: Dialect): Sql {
  const id = test.kind === 'text' ? plainText(test.pattern) : undefined;
  return id === undefined || !dialect.tieOfId ? '' : `${dialect.tieOfId(id)} AND `;
}

/** A test of an expression that is a text. */
function textTest(text: Sql, test: Test, parameters: Parameters): Sql {
  switch (test.kind) {
    case 'exists':
      return '1';
    case 'text':
      return compareText(text, test.pattern, parameters);
    case 'network': {
      const { family, first, last } = test.network;
      if (family === 4) {
        const value = `toUInt32(ifNull(toIPv4OrNull(${text}), toIPv4(0)))`;
        return `match(${text}, '${STRICT_IPV4}') AND ${value} >= ${first} AND ${value} <= ${last}`;
      }
      // Six groups of it in hexadecimal compare as the address does.
      const value = `hex(toIPv6OrDefault(toString(${text})))`;
      const form = (address: bigint) => `'${address.toString(16).toUpperCase().padStart(32, '0')}'`;
      return (
        `position(${text}, ':') > 0 AND position(${text}, '.') = 0 AND isIPv6String(toString(${text})) ` +
        `AND ${value} >= ${form(first)} AND ${value} <= ${form(last)}`
      );
    }
    case 'range': {
      const ends = [
        ...(test.low ? [beyond(text, test.low, '>', parameters)] : []),
        ...(test.high ? [beyond(text, test.high, '<', parameters)] : []),
      ];
      return [`${text} != ''`, ...ends].join(' AND ');
    }
    case 'between':
      return '0';
  }
}

/** The engine takes `010.1.2.3` for an address; whoever wrote it meant perhaps another one. */
const STRICT_IPV4 = '^(0|[1-9][0-9]{0,2})([.](0|[1-9][0-9]{0,2})){3}$';
/** As `isNumber` of searches. */
const NUMBER = '^-?[0-9]{1,30}([.][0-9]{1,30})?([eE][+-]?[0-9]{1,3})?$';

function beyond(text: Sql, bound: Bound, sign: '<' | '>', parameters: Parameters): Sql {
  const compare = bound.inclusive ? `${sign}=` : sign;
  if (bound.number === undefined) return `lower(${text}) ${compare} ${parameters.bind(bound.text)}`;
  const number = `toFloat64OrZero(toString(${text}))`;
  return `match(${text}, '${NUMBER}') AND ${number} ${compare} toFloat64(${parameters.bind(String(bound.number))})`;
}

/** Compares without the case of ASCII letters. */
function compareText(text: Sql, pattern: Pattern, parameters: Parameters): Sql {
  const plain = plainText(pattern);
  if (plain !== undefined) return `lower(${text}) = ${parameters.bind(plain)}`;
  const inner = pattern.length === 3 ? pattern[1] : undefined;
  if (inner?.kind === 'text' && pattern[0]?.kind === 'any' && pattern[2]?.kind === 'any') {
    return `position(lower(${text}), ${parameters.bind(inner.text)}) > 0`;
  }
  const like = pattern
    .map((part) =>
      part.kind === 'any' ? '%' : part.kind === 'one' ? '_' : part.text.replace(/[\\%_]/g, '\\$&'),
    )
    .join('');
  return `lower(${text}) LIKE ${parameters.bind(like)}`;
}

/** A JSON value as text: of a string what it says, of an object or list nothing. */
const SCALAR: Sql = `multiIf(startsWith(v, '"'), JSONExtractString(v), startsWith(v, '{') OR startsWith(v, '['), '', v)`;

/**
 * The JSON values at a path, as `valuesAt` of searches finds them. The straight way is tried first; only where it leads
 * nowhere may a list stand on the way.
 */
function valuesOf(names: readonly string[], dialect: Dialect, parameters: Parameters): Sql {
  const bound = names.map((name) => parameters.bind(name));
  const straight = `JSONExtractRaw(${dialect.raw}, ${bound.join(', ')})`;
  if (names.length === 1) return leaves(`[${straight}]`);
  const first = bound[0] ?? '';
  let found = present(`[JSONExtractRaw(${dialect.raw}, ${first})]`);
  for (const [at, name] of names.entries()) {
    if (at > 0) found = present(`arrayFlatten(arrayMap(w -> ${stepInto(name, bound[at] ?? '')}, ${found}))`);
  }
  return `if(${straight} != '', ${leaves(`[${straight}]`)}, ${leaves(found)})`;
}

function stepInto(name: string, bound: Sql): Sql {
  const each = `arrayMap(e -> JSONExtractRaw(e, ${bound}), JSONExtractArrayRaw(w))`;
  const list = isIndex(name)
    ? `if(length(JSONExtractArrayRaw(w)) > ${name}, [arrayElement(JSONExtractArrayRaw(w), ${Number(name) + 1})], ${each})`
    : each;
  return `if(startsWith(w, '['), ${list}, [JSONExtractRaw(w, ${bound})])`;
}

function leaves(values: Sql): Sql {
  const spread = `arrayFlatten(arrayMap(w -> if(startsWith(w, '[') AND w != '[]', JSONExtractArrayRaw(w), [w]), ${values}))`;
  return present(spread);
}

function present(values: Sql): Sql {
  return `arrayFilter(w -> w != '' AND w != 'null', ${values})`;
}

function ageAt(time: number): number {
  return Math.min(Math.max(LAST_MOMENT - Math.max(time, 0), 0), LAST_MOMENT);
}

function whole(value: number): number {
  return Math.trunc(Math.min(Math.max(value, 0), LAST_MOMENT));
}
