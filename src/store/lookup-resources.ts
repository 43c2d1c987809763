import type { CloudTrailRecord } from '../event/index.ts';
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
  const found = new Map<string, LookupResource>();
  const add = (name: unknown, type: string | undefined) => {
    if (typeof name !== 'string' || name === '' || found.size >= MAX_RESOURCES) return;
    const resource = type === undefined ? { resourceName: name } : { resourceType: type, resourceName: name };
    found.set(`${type ?? ''}\u0000${name}`, resource);
  };
  if (!known.readOnly || known.eventSource === 'sts.amazonaws.com') {
    for (const { path, type } of RESOURCE_PATHS.get(known.eventSource ?? '') ?? []) {
      for (const value of valuesAt(record, path, 0)) add(value, type);
    }
  }
  for (const resource of asList(record.resources)) {
    if (typeof resource !== 'object' || resource === null) continue;
    const entry = resource as Readonly<Record<string, unknown>>;
    const type = typeof entry.type === 'string' && entry.type !== '' ? entry.type : undefined;
    for (const member of ARN_MEMBERS) add(entry[member], type);
  }
  return [...found.values()];
}

/** All values at a path; lists on the way are walked. */
function* valuesAt(value: unknown, path: readonly string[], depth: number): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const item of value.slice(0, MAX_RESOURCES))
      if (!Array.isArray(item)) yield* valuesAt(item, path, depth);
    return;
  }
  const member = path[depth];
  if (member === undefined) {
    yield value;
    return;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return;
  yield* valuesAt((value as Readonly<Record<string, unknown>>)[member], path, depth + 1);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
