import { TrailError } from './trail-error.ts';

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/**
 * Checks a trail's name.
 *
 * Rules: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html (3 to 128 of ASCII
 * letters, digits, `.`, `_`, `-`; letter or digit at both ends; no two of `.`, `_`, `-` side by side; no IPv4 form).
 * The last two texts are ours: no public sample of AWS's exists.
 * @throws TrailError InvalidTrailNameException
 */
export function checkTrailName(name: string): void {
  const problem = problemOf(name);
  if (problem) throw new TrailError('InvalidTrailNameException', problem);
}

function problemOf(name: string): string | undefined {
  const length = `Specified name length: ${name.length} characters.`;
  if (name.length < 3) return `Trail name too short. Minimum allowed length: 3 characters. ${length}`;
  if (name.length > 128) return `Trail name too long. Maximum allowed length: 128 characters. ${length}`;
  if (!/^[A-Za-z0-9]/.test(name)) return 'Trail name must starts with a letter or number.';
  if (!/[A-Za-z0-9]$/.test(name)) return 'Trail name must ends with a letter or number.';
  if (!/^[A-Za-z0-9._-]+$/.test(name)) {
    return 'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).';
  }
  if (/[._-]{2}/.test(name)) return 'Trail name cannot have adjacent periods, underscores, or hyphens.';
  if (IPV4.test(name)) return 'Trail name cannot be in IP address format.';
  return undefined;
}
