import type { CloudTrailRecord } from './record.ts';
import { RESOURCE_PATHS } from './resource-paths.ts';

/** One entry of `Resources` in an answer of LookupEvents. */
export interface LookupResource {
  readonly resourceType?: string;
  readonly resourceName: string;
}

/** A record of 256 KB can name thousands of resources; each costs rows of the index. */
const MAX_RESOURCES = 100;

/** The record's ARNs come in three spellings. */
const ARN_MEMBERS = ['ARN', 'arn', 'ARNPrefix'] as const;

/**
 * CloudTrail's index of resources, as far as its samples show it: what a changing call names in its request and
 * answer (by `RESOURCE_PATHS`), then what the record's own `resources` list. Reads show only the latter.
 */
export function readResources(
  record: CloudTrailRecord,
  known: { readonly eventSource: string | undefined; readonly readOnly: boolean },
): readonly LookupResource[] {
  const found: LookupResource[] = [];
  // A plain scan: nearly all events have a handful of resources, and this runs for every event that comes in.
  const add = (name: unknown, resourceType: string | undefined): void => {
    if (typeof name !== 'string' || name === '' || found.length >= MAX_RESOURCES) return;
    for (const known of found) {
      if (known.resourceName === name && known.resourceType === resourceType) return;
    }
    found.push(resourceType === undefined ? { resourceName: name } : { resourceType, resourceName: name });
  };
  if (!known.readOnly || known.eventSource === 'sts.amazonaws.com') {
    for (const { path, type } of RESOURCE_PATHS.get(known.eventSource ?? '') ?? []) {
      addValuesAt(record, path, 0, type, add);
    }
  }
  if (!Array.isArray(record.resources)) return found;
  for (const resource of record.resources as readonly unknown[]) {
    if (typeof resource !== 'object' || resource === null) continue;
    const entry = resource as Readonly<Record<string, unknown>>;
    const type = typeof entry.type === 'string' && entry.type !== '' ? entry.type : undefined;
    for (const member of ARN_MEMBERS) add(entry[member], type);
  }
  return found;
}

/** Adds all values at a path; lists on the way are walked. */
function addValuesAt(
  value: unknown,
  path: readonly string[],
  depth: number,
  type: string | undefined,
  add: (name: unknown, type: string | undefined) => void,
): void {
  if (typeof value !== 'object' || value === null) {
    if (depth === path.length) add(value, type);
    return;
  }
  if (Array.isArray(value)) {
    const items = value.length > MAX_RESOURCES ? value.slice(0, MAX_RESOURCES) : value;
    for (const item of items) if (!Array.isArray(item)) addValuesAt(item, path, depth, type, add);
    return;
  }
  const member = path[depth];
  if (member === undefined || !Object.hasOwn(value, member)) return;
  addValuesAt((value as Readonly<Record<string, unknown>>)[member], path, depth + 1, type, add);
}
