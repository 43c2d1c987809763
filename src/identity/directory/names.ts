import { IdentityError } from '../identity-error.ts';
import type { Tag } from './entities.ts';

const NAME = /^[\w+=,.@-]+$/;
const PATH = /^(?:\/|\/[\u0021-\u007e]+\/)$/;
/** IAM quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_PATH = 512;
const MAX_TAGS = 50;
const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;

/** Refuses a name of an entity or policy with IAM's words; `member` is the parameter's name (`userName`). */
export function checkName(member: string, name: string, longest: number): void {
  if (name.length < 1 || name.length > longest) {
    const bound = name.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${longest}`;
    throw new IdentityError(
      'ValidationError',
      `1 validation error detected: Value '${name.slice(0, 200)}' at '${member}' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (NAME.test(name)) return;
  throw new IdentityError(
    'ValidationError',
    `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  );
}

/** Refuses a path that does not begin and end with a slash. */
export function checkPath(path: string): void {
  if (path.length <= MAX_PATH && PATH.test(path)) return;
  throw new IdentityError(
    'ValidationError',
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  );
}

/** The tags after `more` has been put over `current`; keys are compared without case, as IAM does. */
export function mergeTags(current: readonly Tag[], more: readonly Tag[]): Tag[] {
  const merged = new Map(current.map((tag) => [tag.Key.toLowerCase(), tag]));
  const given = new Set<string>();
  for (const { Key, Value } of more) {
    checkTag(Key, Value);
    const key = Key.toLowerCase();
    if (given.has(key)) {
      throw new IdentityError(
        'InvalidInput',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    }
    given.add(key);
    merged.set(key, { Key, Value });
  }
  if (merged.size > MAX_TAGS) {
    throw new IdentityError(
      'LimitExceeded',
      `The number of tags has reached the maximum limit of ${MAX_TAGS}.`,
    );
  }
  return [...merged.values()];
}

/** The tags without those of `keys`. */
export function withoutTags(current: readonly Tag[], keys: readonly string[]): Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return current.filter((tag) => !gone.has(tag.Key.toLowerCase()));
}

function checkTag(key: string, value: string): void {
  const member = (at: string, value: string, constraint: string) =>
    new IdentityError(
      'ValidationError',
      `1 validation error detected: Value '${value.slice(0, 300)}' at 'tags.member.${at}' failed to satisfy constraint: Member must ${constraint}`,
    );
  if (key.length < 1 || key.length > MAX_TAG_KEY)
    throw member('key', key, `have length between 1 and ${MAX_TAG_KEY}`);
  if (value.length > MAX_TAG_VALUE)
    throw member('value', value, `have length less than or equal to ${MAX_TAG_VALUE}`);
  const pattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  if (!pattern.test(key)) throw member('key', key, `satisfy regular expression pattern: ${pattern.source}`);
  if (!pattern.test(value))
    throw member('value', value, `satisfy regular expression pattern: ${pattern.source}`);
  if (/^aws:/i.test(key)) {
    throw new IdentityError('InvalidInput', 'Tag keys starting with aws: are reserved for system use.');
  }
}
