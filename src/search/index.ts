export { fieldNames, findField } from './field-names.ts';
export { compileMatcher, type Matcher, rawForms } from './match.ts';
export type { Network } from './network.ts';
export { parseQuery } from './parse-query.ts';
export { type Pattern, plainText } from './pattern.ts';
export { type Bound, type Field, NAMED_FIELDS, type NamedField, type Query, type Test } from './query.ts';
export { QueryError } from './query-error.ts';
export { type KnownOf, type RecordFields, readRecordFields, type Subject, subjectOf } from './subject.ts';
export { isIndex } from './values-at.ts';
