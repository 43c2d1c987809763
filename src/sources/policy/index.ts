export { type Address, type AddressRange, isInRange, parseAddress, parseRange } from './address.ts';
export { type Fault, Faults, type Read } from './fault.ts';
export { compilePath, type FieldPath, type Found, MAX_PATH_NAMES, splitPath } from './field-path.ts';
export { compileMatch, kindOfMatch, type MatchKind } from './match-value.ts';
export { Body, inside, isMembers, type Members, own, shorten } from './read-json.ts';
export { compileWildcard, hasWildcard } from './wildcard.ts';
