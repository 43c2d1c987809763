import { ServiceError } from '../../aws/index.ts';

type Tags = readonly (readonly [key: string, value: string])[];

/** A queue's most tags. */
const MOST = 50;

/** Tags with others added or changed. @throws ServiceError InvalidParameterValue */
export function mergeTags(tags: Tags, added: Readonly<Record<string, string | undefined>>): Tags {
  const all = new Map(tags);
  for (const [key, value = ''] of Object.entries(added)) {
    const isFit = key.length > 0 && key.length <= 128 && value.length <= 256 && !/^aws:/i.test(key);
    if (!isFit)
      throw refuse(
        `Tag keys must be between 1 and 128 characters in length and tag values up to 256: ${key.slice(0, 128)}`,
      );
    all.set(key, value);
  }
  if (all.size > MOST) throw refuse(`Too many tags added for queue: at most ${MOST}.`);
  return [...all];
}

function refuse(message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message);
}
