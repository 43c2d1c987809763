import type { TrailCall } from '../trail-arn.ts';
import type { TrailSource } from '../trail-bucket.ts';
import { TrailError } from '../trail-error.ts';
import { type LogGroupTarget, type TrailLogGroup, TrailLogGroupError } from '../trail-log-group.ts';
import type { SettledTrail } from '../trail-settings.ts';

const GROUP = /^arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:[A-Za-z0-9._/#-]{1,512}:\*$/;
const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[A-Za-z0-9+=,.@_/-]{1,576}$/;
const BOTH = 'You must specify a log group and a role ARN.';

/**
 * Checks the form of the CloudWatch Logs members.
 *
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/send-cloudtrail-events-to-cloudwatch-logs.html
 * @throws TrailError InvalidCloudWatchLogsLogGroupArnException, InvalidCloudWatchLogsRoleArnException
 */
export function checkLogGroup(settled: SettledTrail, home: TrailCall): void {
  const { cloudWatchLogsLogGroupArn: group, cloudWatchLogsRoleArn: role } = settled;
  if (group === undefined && role === undefined) return;
  if (role === undefined) throw badRole(BOTH);
  if (group === undefined) throw badGroup(BOTH);
  const match = GROUP.exec(group);
  if (match?.[2] !== home.account) throw badGroup(NOT_A_GROUP);
  if (match[1] !== home.region) throw badGroup('You must specify a log group that is in the current region.');
  if (!ROLE.test(role)) throw badRole('CloudTrail cannot validate the specified role ARN.');
}

/**
 * Where a trail's events go, if it has a log group. The stream is CloudTrail's own:
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudwatch-log-group-log-stream-naming-for-cloudtrail.html
 */
export function logGroupTargetOf(
  settled: Pick<SettledTrail, 'cloudWatchLogsLogGroupArn' | 'cloudWatchLogsRoleArn'>,
  { account, region }: TrailCall,
): LogGroupTarget | undefined {
  const { cloudWatchLogsLogGroupArn: logGroupArn, cloudWatchLogsRoleArn: roleArn } = settled;
  if (logGroupArn === undefined || roleArn === undefined) return undefined;
  return { logGroupArn, roleArn, stream: `${account}_CloudTrail_${region}` };
}

/** The refusal of a server without log groups. */
export function noLogGroups(): TrailError {
  return new TrailError(
    'CloudWatchLogsDeliveryUnavailableException',
    'Cannot set a CloudWatch Logs delivery for this region: this server does not deliver to CloudWatch Logs.',
  );
}

/**
 * Tries the log group as CloudTrail will use it: the role is taken on, the stream made, the right to put events asked
 * for. Terraform tries again on these codes as long as the message begins with `Access denied.`.
 * @throws TrailError InvalidCloudWatchLogsLogGroupArnException, InvalidCloudWatchLogsRoleArnException, ServiceUnavailable
 */
export async function tryLogGroup(
  logGroup: TrailLogGroup,
  target: LogGroupTarget,
  source: TrailSource,
): Promise<void> {
  try {
    await logGroup.prepare(target, source);
  } catch (cause) {
    if (!(cause instanceof TrailLogGroupError)) throw cause;
    switch (cause.code) {
      case 'RoleNotTrusted':
        throw badRole('Access denied. Check the trust relationships for your role.', cause);
      case 'AccessDenied':
        throw badGroup('Access denied. Verify in IAM that the role has adequate permissions.', cause);
      case 'ResourceNotFoundException':
        throw badGroup(NOT_A_GROUP, cause);
      case 'ServiceUnavailableException':
        throw new TrailError('ServiceUnavailable', `The log group could not be checked; try again.`, {
          cause,
        });
      default:
        throw cause.code satisfies never;
    }
  }
}

const NOT_A_GROUP = 'CloudTrail cannot validate the specified log group ARN.';

function badGroup(message: string, cause?: unknown): TrailError {
  return new TrailError('InvalidCloudWatchLogsLogGroupArnException', message, { cause });
}

function badRole(message: string, cause?: unknown): TrailError {
  return new TrailError('InvalidCloudWatchLogsRoleArnException', message, { cause });
}
