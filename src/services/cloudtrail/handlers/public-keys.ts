import { ServiceError } from '../../../aws/index.ts';
import type { CloudTrailDependencies, CloudTrailHandlers } from '../dependencies.ts';

/**
 * The public keys of digest files whose validity meets a time range; both ends default to now, and a token is
 * ignored, as AWS ignores it.
 * https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
 */
export function listPublicKeys({
  publicKeys,
  now,
}: CloudTrailDependencies): NonNullable<CloudTrailHandlers['ListPublicKeys']> {
  return async (input, call) => {
    const start = input.StartTime?.getTime() ?? now();
    const end = input.EndTime?.getTime() ?? now();
    if (!(start <= end)) {
      throw new ServiceError(
        'InvalidTimeRangeException',
        'Time range is invalid: the start is after the end.',
      );
    }
    return { PublicKeyList: publicKeys ? [...(await publicKeys(start, end, call.region))] : [] };
  };
}
