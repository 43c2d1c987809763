import type * as client from '@aws-sdk/client-cloudwatch';
import type { Alarm } from '../../cloudwatch/index.ts';
import { badValue, invalid } from './errors.ts';

const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const MAX_TAGS = 50;

/** Tags with `more` set. @throws ServiceError InvalidParameterValue, ValidationError */
export function withTags(tags: Alarm['tags'], more: readonly client.Tag[]): Alarm['tags'] {
  const all = new Map(tags);
  for (const { Key: key = '', Value: value = '' } of more) {
    if (key === '' || key.length > 128 || !TAG.test(key) || key.toLowerCase().startsWith('aws:'))
      throw badValue(
        `The tag key ${key.slice(0, 130)} is invalid: 1 to 128 letters, digits, spaces or _.:/=+-@, and not aws: in front.`,
      );
    if (value.length > 256 || !TAG.test(value))
      throw badValue(
        `The value of the tag ${key} is invalid: at most 256 letters, digits, spaces or _.:/=+-@.`,
      );
    all.set(key, value);
  }
  if (all.size > MAX_TAGS) throw invalid(`An alarm has at most ${MAX_TAGS} tags`);
  return [...all];
}
