import { s3Error } from '../errors.ts';

/** Encodes keys for answers with `encoding-type=url`: XML 1.0 cannot carry every character that a key may have. */
export type EncodeKey = (key: string) => string;

/** @throws ServiceError InvalidArgument for another encoding type than `url`. */
export function keyEncoder(encodingType: string | undefined): EncodeKey {
  if (encodingType === undefined) return (key) => key;
  if (encodingType !== 'url') {
    throw s3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
      ArgumentName: 'encoding-type',
      ArgumentValue: encodingType,
    });
  }
  return (key) =>
    encodeURIComponent(key)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Entries of a page: 0 to 1000. @throws ServiceError InvalidArgument for less than nothing. */
export function pageSize(asked: number | undefined, name: string): number {
  const size = asked ?? 1000;
  if (!Number.isInteger(size) || size < 0 || size > 2_147_483_647) {
    throw s3Error('InvalidArgument', `Argument ${name} must be an integer between 0 and 2147483647`, {
      ArgumentName: name,
      ArgumentValue: String(asked),
    });
  }
  return Math.min(size, 1000);
}
