import { ServiceError } from '../../aws/index.ts';

/** The paging members that IAM's list operations share. */
export interface PageRequest {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** One page and how to go on. */
export interface Page<T> {
  readonly items: T[];
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

const DEFAULT = 100;
const MOST = 1_000;

/**
 * Cuts a page out of a list. The marker holds the name after which to go on, so a page is right also when entries
 * were made or deleted in between.
 */
export function pageOf<T>(all: readonly T[], nameOf: (item: T) => string, request: PageRequest): Page<T> {
  const { MaxItems = DEFAULT, Marker } = request;
  if (!Number.isInteger(MaxItems) || MaxItems < 1 || MaxItems > MOST) {
    const bound = MaxItems < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST}`;
    throw new ServiceError(
      'ValidationError',
      `1 validation error detected: Value '${MaxItems}' at 'maxItems' failed to satisfy constraint: Member must have value ${bound}`,
    );
  }
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = all.map((item) => ({ item, name: nameOf(item) })).sort((a, b) => order(a.name, b.name));
  const after = Marker === undefined ? undefined : readMarker(Marker);
  const left = after === undefined ? sorted : sorted.filter(({ name }) => name > after);
  const page = left.slice(0, MaxItems);
  const items = page.map(({ item }) => item);
  if (page.length === left.length) return { items, rest: { IsTruncated: false } };
  return { items, rest: { IsTruncated: true, Marker: Buffer.from(page.at(-1)!.name).toString('base64url') } };
}

function readMarker(marker: string): string {
  const name = Buffer.from(marker, 'base64url').toString('utf8');
  if (Buffer.from(name).toString('base64url') === marker) return name;
  throw new ServiceError('ValidationError', 'Invalid Marker.');
}
