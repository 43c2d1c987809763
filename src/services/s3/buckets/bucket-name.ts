import { s3Error } from '../errors.ts';

/**
 * Checks a bucket's name (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
 * @throws ServiceError InvalidBucketName.
 */
export function checkBucketName(name: string): void {
  const isValid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d{1,3}(\.\d{1,3}){3}$/.test(name) &&
    !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix));
  if (!isValid)
    throw s3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
}

const RESERVED_PREFIXES = ['xn--', 'sthree-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
