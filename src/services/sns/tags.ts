import type { Tag } from '@aws-sdk/client-sns';
import { ServiceError } from '../../aws/index.ts';
import type { Topic } from '../../topics/index.ts';
import { invalid } from './parameters.ts';

type Tags = Topic['tags'];

const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;

/** Tags with `more` set. @throws ServiceError InvalidParameter, TagLimitExceeded */
export function withTags(tags: Tags, more: readonly Tag[]): Tags {
  const byKey = new Map(tags.map((tag) => [tag.Key, tag.Value]));
  const seen = new Set<string>();
  for (const { Key, Value } of more) {
    if (!Key || Key.length > MAX_KEY || Value === undefined || Value.length > MAX_VALUE)
      throw invalid('Tags');
    if (Key.toLowerCase().startsWith('aws:'))
      throw invalid('Tags Reason: keys that begin with aws: are reserved');
    if (seen.has(Key)) throw invalid('Tags Reason: Duplicate keys');
    seen.add(Key);
    byKey.set(Key, Value);
  }
  if (byKey.size > MAX_TAGS) {
    const message = 'Could not complete request: tag quota of per resource exceeded';
    throw new ServiceError('TagLimitExceeded', message);
  }
  return [...byKey].map(([Key, Value]) => ({ Key, Value }));
}

/** Are these the same tags, in any order? */
export function areSameTags(one: Tags, other: Tags): boolean {
  const text = (tags: Tags) => JSON.stringify(tags.map(({ Key, Value }) => [Key, Value]).sort());
  return text(one) === text(other);
}
