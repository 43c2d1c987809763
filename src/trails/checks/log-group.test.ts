import { describe, expect, test } from 'vitest';
import { type TrailLogGroup, TrailLogGroupError, type TrailLogGroupErrorCode } from '../trail-log-group.ts';
import { checkLogGroup, logGroupTargetOf, tryLogGroup } from './log-group.ts';

const home = { account: '111122223333', region: 'eu-west-1' };
const source = { ...home, trailArn: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/t' };
const group = 'arn:aws:logs:eu-west-1:111122223333:log-group:g/1:*';
const role = 'arn:aws:iam::111122223333:role/path/r';
const settled = (cloudWatchLogsLogGroupArn?: string, cloudWatchLogsRoleArn?: string) =>
  ({ cloudWatchLogsLogGroupArn, cloudWatchLogsRoleArn }) as Parameters<typeof checkLogGroup>[0];

describe('the CloudWatch Logs members', () => {
  test('are fine together, and fine absent', () => {
    checkLogGroup(settled(group, role), home);
    checkLogGroup(settled(), home);
    expect(logGroupTargetOf(settled(), home)).toBeUndefined();
    expect(logGroupTargetOf(settled(group, role), home)).toEqual({
      logGroupArn: group,
      roleArn: role,
      stream: '111122223333_CloudTrail_eu-west-1',
    });
  });

  test.each([
    [
      group,
      undefined,
      'InvalidCloudWatchLogsRoleArnException',
      'You must specify a log group and a role ARN.',
    ],
    [
      undefined,
      role,
      'InvalidCloudWatchLogsLogGroupArnException',
      'You must specify a log group and a role ARN.',
    ],
    [
      group.slice(0, -2),
      role,
      'InvalidCloudWatchLogsLogGroupArnException',
      'CloudTrail cannot validate the specified log group ARN.',
    ],
    [
      group.replace('111122223333', '444455556666'),
      role,
      'InvalidCloudWatchLogsLogGroupArnException',
      'CloudTrail cannot validate the specified log group ARN.',
    ],
    [
      group.replace('eu-west-1', 'us-east-1'),
      role,
      'InvalidCloudWatchLogsLogGroupArnException',
      'You must specify a log group that is in the current region.',
    ],
    [
      group,
      'arn:aws:iam::111122223333:user/u',
      'InvalidCloudWatchLogsRoleArnException',
      'CloudTrail cannot validate the specified role ARN.',
    ],
  ])('%s with %s: %s', (logGroup, roleArn, code, message) => {
    expect(() => checkLogGroup(settled(logGroup, roleArn), home)).toThrow(
      expect.objectContaining({ code, message }),
    );
  });
});

describe('a log group that is tried', () => {
  const refusing = (code: TrailLogGroupErrorCode): TrailLogGroup => ({
    prepare: () => Promise.reject(new TrailLogGroupError(code, 'no')),
    append: () => Promise.reject(new Error('not asked')),
    forget: () => Promise.resolve(),
  });
  const target = logGroupTargetOf(settled(group, role), home)!;

  test.each([
    [
      'RoleNotTrusted',
      'InvalidCloudWatchLogsRoleArnException',
      'Access denied. Check the trust relationships for your role.',
    ],
    [
      'AccessDenied',
      'InvalidCloudWatchLogsLogGroupArnException',
      'Access denied. Verify in IAM that the role has adequate permissions.',
    ],
    [
      'ResourceNotFoundException',
      'InvalidCloudWatchLogsLogGroupArnException',
      'CloudTrail cannot validate the specified log group ARN.',
    ],
    ['ServiceUnavailableException', 'ServiceUnavailable', 'The log group could not be checked; try again.'],
  ] as const)('and answers %s makes %s', async (answer, code, message) => {
    await expect(tryLogGroup(refusing(answer), target, source)).rejects.toMatchObject({ code, message });
  });
});
