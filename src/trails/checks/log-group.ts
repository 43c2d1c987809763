import type { TrailCall } from '../trail-arn.ts';
import { TrailError } from '../trail-error.ts';
import type { SettledTrail } from '../trail-settings.ts';

const GROUP = /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:[A-Za-z0-9._/#-]{1,512}:\*$/;
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[A-Za-z0-9+=,.@_/-]{1,576}$/;
const BOTH = 'You must specify a log group and a role ARN.';

/**
 * Checks the CloudWatch Logs members, then refuses them: delivery to log groups is not built.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
 * @throws TrailError InvalidCloudWatchLogsLogGroupArnException, InvalidCloudWatchLogsRoleArnException,
 * CloudWatchLogsDeliveryUnavailableException
 */
export function checkLogGroup(settled: SettledTrail, home: TrailCall): void {
  const { cloudWatchLogsLogGroupArn: group, cloudWatchLogsRoleArn: role } = settled;
  if (group === undefined && role === undefined) return;
  if (role === undefined) throw new TrailError('InvalidCloudWatchLogsRoleArnException', BOTH);
  if (group === undefined) throw new TrailError('InvalidCloudWatchLogsLogGroupArnException', BOTH);
  const match = GROUP.exec(group);
  if (match?.[2] !== home.account) {
    throw new TrailError(
      'InvalidCloudWatchLogsLogGroupArnException',
      'CloudTrail cannot validate the specified log group ARN.',
    );
  }
  if (match[1] !== home.region) {
    throw new TrailError(
      'InvalidCloudWatchLogsLogGroupArnException',
      'You must specify a log group that is in the current region.',
    );
  }
  if (!ROLE.test(role)) {
    throw new TrailError(
      'InvalidCloudWatchLogsRoleArnException',
      'CloudTrail cannot validate the specified role ARN.',
    );
  }
  throw new TrailError(
    'CloudWatchLogsDeliveryUnavailableException',
    'Cannot set a CloudWatch Logs delivery for this region: this server does not deliver to CloudWatch Logs.',
  );
}
