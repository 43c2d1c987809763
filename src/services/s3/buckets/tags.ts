import type { Tag } from '@aws-sdk/client-s3';
import { s3Error } from '../errors.ts';

export interface CheckedTag {
  readonly key: string;
  readonly value: string;
}

/**
 * Checks tags of a bucket (50) or an object (10)
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html).
 * @throws ServiceError InvalidTag, BadRequest.
 */
export function checkTags(tags: readonly Tag[], most: number): CheckedTag[] {
  if (tags.length > most) {
    throw s3Error('BadRequest', `${most > 10 ? 'Bucket' : 'Object'} tags cannot be greater than ${most}`);
  }
  const seen = new Set<string>();
  return tags.map(({ Key: key = '', Value: value = '' }) => {
    if (key === '' || key.length > 128) throw invalidTag('The TagKey you have provided is invalid', key);
    if (value.length > 256) throw invalidTag('The TagValue you have provided is invalid', key);
    if (!ALLOWED.test(key)) throw invalidTag('The TagKey you have provided is invalid', key);
    if (!ALLOWED.test(value)) throw invalidTag('The TagValue you have provided is invalid', key);
    if (key.startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester', key);
    if (seen.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key', key);
    seen.add(key);
    return { key, value };
  });
}

const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function invalidTag(message: string, key: string) {
  return s3Error('InvalidTag', message, { TagKey: key.slice(0, 128) });
}
