import type { Tag as WireTag } from '@aws-sdk/client-cloudtrail';
import type { Tag } from '../../../trails/index.ts';

/** Tags as they come in; a key without a value is a tag too. */
export function readTags(tags: readonly WireTag[] | undefined): readonly Tag[] {
  return (tags ?? []).map(({ Key, Value }) => ({
    key: Key ?? '',
    ...(typeof Value === 'string' ? { value: Value } : {}),
  }));
}

/** Tags as they go out. */
export function writeTags(tags: readonly Tag[]): WireTag[] {
  return tags.map(({ key, value }) => ({ Key: key, ...(value === undefined ? {} : { Value: value }) }));
}
