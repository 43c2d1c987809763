import { type AddressRange, isInRange, parseAddress, parseRange } from './address.ts';
import { compileWildcard, hasWildcard } from './wildcard.ts';

/** How a value is compared: as it is, as a pattern with `*` and `?`, or as a range of IP addresses. */
export type MatchKind = 'exact' | 'wildcard' | 'cidr';

/**
 * What is meant when nobody says: `10.0.0.0/8` is a range, `arn:*:user/*` a pattern, everything else itself.
 * An address without a length is itself.
 */
export function kindOfMatch(value: string): MatchKind {
  if (value.includes('/') && parseRange(value) !== undefined) return 'cidr';
  return hasWildcard(value) ? 'wildcard' : 'exact';
}

/**
 * Compiles a value to compare with. Numbers and booleans of a record compare by their JSON text; objects and lists never
 * match. Work is bounded by the lengths of value and text.
 */
export function compileMatch(value: string, kind: MatchKind): (found: unknown) => boolean {
  const matchText = compileText(value, kind);
  return (found) => {
    if (typeof found === 'string') return matchText(found);
    if (typeof found === 'number' || typeof found === 'boolean') return matchText(String(found));
    return false;
  };
}

function compileText(value: string, kind: MatchKind): (text: string) => boolean {
  switch (kind) {
    case 'exact':
      return (text) => text === value;
    case 'wildcard':
      return compileWildcard(value);
    case 'cidr':
      return compileRange(parseRange(value));
  }
}

function compileRange(range: AddressRange | undefined): (text: string) => boolean {
  if (range === undefined) return () => false;
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && isInRange(address, range);
  };
}
