import { Facts, textOf, type ViewContext } from './facts.ts';
import { FLAT_FIELDS } from './flat-fields.ts';
import { compileMapping, reader } from './mapping.ts';

/** The view's name, as log sources name it. */
export const FLAT_NORMALIZER = 'CloudTrailCompiledNormalizer';

/** Top-level members of these two become fields of their own, by prefix. */
const OPEN_PARTS = [
  ['requestParameters', 'request_'],
  ['responseElements', 'response_'],
] as const;
const MAX_OPEN_FIELDS = 64;

const fixed = compileMapping(FLAT_FIELDS, { nest: false });
const readers = new Map(FLAT_FIELDS.map((row) => [row.to, reader(row)]));

/**
 * The flat view: names with underscores, values that are texts, numbers or booleans. What enrichment added stands under
 * its own names (`enrich.geo.country_code`). Never throws, whatever the record is.
 */
export function toFlat(record: unknown, context: ViewContext = {}): Record<string, unknown> {
  const facts = new Facts(record, context);
  const view = fixed(facts);
  let room = MAX_OPEN_FIELDS;
  for (const [part, prefix] of OPEN_PARTS) {
    const open = part === 'requestParameters' ? facts.request : facts.response;
    for (const name of Object.keys(open)) {
      const value = open[name];
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (!isPlain || value === '' || name.length > 128) continue;
      if (room-- <= 0) break;
      view[prefix + name] = value;
    }
  }
  for (const [name, value] of context.enriched ?? []) view[name] = value;
  return view;
}

/**
 * Reads one field of the flat view by its name, without making the view; undefined when the view has no such field.
 * `request_` and `response_` are followed by the member's name as the record has it: `request_bucketName`.
 */
export function flatField(name: string): ((record: unknown) => unknown) | undefined {
  const read = flatReader(name);
  return read && ((record) => read(new Facts(record)));
}

/** The same, of facts that are there already. */
export function flatReader(name: string): ((facts: Facts) => unknown) | undefined {
  const read = readers.get(name);
  if (read) return read;
  for (const [part, prefix] of OPEN_PARTS) {
    const member = name.slice(prefix.length);
    if (!name.startsWith(prefix) || member === '') continue;
    return (facts) => {
      const open = facts[part === 'requestParameters' ? 'request' : 'response'];
      const value = Object.hasOwn(open, member) ? open[member] : undefined;
      return typeof value === 'number' || typeof value === 'boolean' ? value : textOf(value);
    };
  }
  return undefined;
}
