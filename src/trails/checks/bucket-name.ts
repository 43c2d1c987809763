import { TrailError } from '../trail-error.ts';

const MAX_PREFIX_LENGTH = 200;

/**
 * Checks the form of a bucket name (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html);
 * whether it exists is the preflight's question. AWS's texts are not public: these are ours.
 * @throws TrailError InvalidS3BucketNameException
 */
export function checkBucketName(name: string): void {
  const problem = problemOf(name);
  if (problem) throw new TrailError('InvalidS3BucketNameException', problem);
}

function problemOf(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return 'Bucket name should be between 3 and 63 characters long';
  if (!/^[a-z0-9.-]+$/.test(name)) {
    return 'Bucket name can only contain lowercase letters, numbers, periods (.), and hyphens (-)';
  }
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return 'Bucket name should start and end with a letter or number';
  if (name.includes('..')) return 'Bucket name should not contain two adjacent periods';
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)) return 'Bucket name should not be in IP address format';
  return undefined;
}

/** Checks a key prefix: at most 200 characters, none of them a control character. @throws TrailError InvalidS3PrefixException */
export function checkKeyPrefix(prefix: string): void {
  if (prefix.length > MAX_PREFIX_LENGTH) {
    throw new TrailError(
      'InvalidS3PrefixException',
      `S3 prefix is too long. Maximum allowed length: ${MAX_PREFIX_LENGTH} characters. Specified prefix length: ${prefix.length} characters.`,
    );
  }
  if (/\p{Cc}/u.test(prefix)) {
    throw new TrailError('InvalidS3PrefixException', 'S3 prefix cannot contain control characters.');
  }
}
