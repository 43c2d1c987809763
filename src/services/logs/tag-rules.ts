import { ServiceError } from '../../aws/index.ts';
import type { LogGroup } from '../../logs/index.ts';
import { unfit } from './errors.ts';

const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAGS = 50;

/** Tags with `more` set. @throws ServiceError InvalidParameterException, TooManyTagsException */
export function withTags(tags: LogGroup['tags'], more: Readonly<Record<string, string>>): LogGroup['tags'] {
  const all = new Map(tags);
  for (const [key, value] of Object.entries(more)) {
    if (key === '' || key.length > 128 || !TAG.test(key) || key.toLowerCase().startsWith('aws:'))
      throw unfit(
        key,
        'tags',
        'Map keys must be 1 to 128 letters, digits or _.:/=+-@, and not begin with aws:',
      );
    if (value.length > 256 || !TAG.test(value))
      throw unfit(value, 'tags', 'Map value must be at most 256 letters, digits or _.:/=+-@');
    all.set(key, value);
  }
  if (all.size > MAX_TAGS)
    throw new ServiceError('TooManyTagsException', `A log group has at most ${MAX_TAGS} tags`);
  return [...all];
}
