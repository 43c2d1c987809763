import type { Trail } from './trail.ts';
import { TrailError } from './trail-error.ts';

export type Tag = Trail['tags'][number];

const MAX_TAGS = 50;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Checks the tags of one call: key 1 to 128 characters, not `aws:…`, once each; value 1 to 256 or absent.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Tag.html; the texts are ours.
 * @throws TrailError InvalidTagParameterException
 */
export function checkTags(tags: readonly Tag[]): void {
  const seen = new Set<string>();
  for (const { key, value } of tags) {
    const problem =
      problemOfKey(key) ??
      problemOfValue(key, value) ??
      (seen.has(key) ? `Duplicate tag key: ${key}` : undefined);
    if (problem) throw new TrailError('InvalidTagParameterException', problem);
    seen.add(key);
  }
}

function problemOfKey(key: string): string | undefined {
  if (key.length < 1 || key.length > 128) return 'Tag key must be between 1 and 128 characters long.';
  if (!ALLOWED.test(key)) return `Tag key contains characters that are not allowed: ${key}`;
  if (key.toLowerCase().startsWith('aws:'))
    return `Tag key cannot start with the reserved prefix aws: ${key}`;
  return undefined;
}

function problemOfValue(key: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value.length < 1 || value.length > 256)
    return `Value of tag ${key} must be between 1 and 256 characters long.`;
  return ALLOWED.test(value) ? undefined : `Value of tag ${key} contains characters that are not allowed.`;
}

/** Adds tags or gives them new values, keeping their places. @throws TrailError TagsLimitExceededException beyond 50 */
export function mergeTags(current: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const merged = new Map(current.map((tag) => [tag.key, tag]));
  for (const tag of added) merged.set(tag.key, tag);
  if (merged.size > MAX_TAGS) {
    throw new TrailError('TagsLimitExceededException', `A resource can have at most ${MAX_TAGS} tags.`);
  }
  return [...merged.values()];
}

/** Removes tags by key; values do not matter. */
export function withoutTags(current: readonly Tag[], removed: readonly Tag[]): readonly Tag[] {
  const keys = new Set(removed.map((tag) => tag.key));
  return current.filter((tag) => !keys.has(tag.key));
}
