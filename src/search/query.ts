import type { Network } from './network.ts';
import type { Pattern } from './pattern.ts';

/** A parsed search. Nothing in it is trusted text any more: patterns, numbers and names only. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  | { readonly kind: 'test'; readonly field: Field; readonly test: Test };

/** Where a test looks. */
export type Field =
  /** The text of the record, as its bytes are. */
  | { readonly kind: 'raw' }
  /** What opentrail itself knows of each event. */
  | { readonly kind: 'named'; readonly name: NamedField }
  /** A member of the record: `userIdentity.arn`. A list on the way stands for each of its entries. */
  | { readonly kind: 'path'; readonly names: readonly string[] }
  /** A field that enrichment added. */
  | { readonly kind: 'enriched'; readonly name: string }
  | { readonly kind: 'time' | 'arrived' };

/** The fields with a text (for `tag`: several texts) of their own. */
export const NAMED_FIELDS = [
  'id',
  'account',
  'region',
  'source',
  'name',
  'user',
  'arn',
  'accesskey',
  'ip',
  'error',
  'readonly',
  'category',
  'tag',
  'priority',
  'rule',
  'from',
  'file',
  'repo',
] as const;
export type NamedField = (typeof NAMED_FIELDS)[number];

/** What is asked of a field. With several values, one of them must fit. */
export type Test =
  | { readonly kind: 'exists' }
  | { readonly kind: 'text'; readonly pattern: Pattern }
  | { readonly kind: 'range'; readonly low?: Bound; readonly high?: Bound }
  | { readonly kind: 'network'; readonly network: Network }
  /** Milliseconds since the epoch, both inclusive; for `time` and `arrived` only. */
  | { readonly kind: 'between'; readonly from: number; readonly to: number };

/** One end of a range. With a number, values that are numbers are compared as such; without, texts byte by byte. */
export interface Bound {
  /** In lower case. */
  readonly text: string;
  readonly number?: number;
  readonly inclusive: boolean;
}
