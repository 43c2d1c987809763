import type * as client from '@aws-sdk/client-eventbridge';
import { ServiceError } from '../../aws/index.ts';
import type { BusTag } from '../../event-bus/index.ts';
import { unfit } from './errors.ts';

const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAGS = 50;

/** Tags with `more` set. @throws ServiceError ValidationException, LimitExceededException */
export function withTags(
  tags: readonly BusTag[],
  more: readonly client.Tag[] | undefined,
): readonly BusTag[] {
  const all = new Map(tags.map(({ Key, Value }) => [Key, Value]));
  for (const { Key: key = '', Value: value = '' } of more ?? []) {
    if (key === '' || key.length > 128 || !TAG.test(key) || key.toLowerCase().startsWith('aws:'))
      throw unfit(key, 'tags', 'Keys must be 1 to 128 letters, digits or _.:/=+-@, and not begin with aws:');
    if (value.length > 256 || !TAG.test(value))
      throw unfit(value, 'tags', 'Values must be at most 256 letters, digits or _.:/=+-@');
    all.set(key, value);
  }
  if (all.size > MAX_TAGS)
    throw new ServiceError('LimitExceededException', `A resource has at most ${MAX_TAGS} tags`);
  return [...all].map(([Key, Value]) => ({ Key, Value }));
}
