import { UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, GetRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ask, askFor } from '../ask.ts';
import type { CliContext } from '../context.ts';
import type { CisClients } from './clients.ts';
import type { CisTrail } from './trail.ts';

/** How often a trail's new role is tried, and how long between two tries (ms): IAM needs a while to know it everywhere. */
const TRIES = 6;
const PAUSE = 3_000;

/**
 * Gives a trail a log group, and the role that lets CloudTrail write into it, as the console does. Answers the group's
 * name. May be repeated. @throws CliError
 */
export async function giveLogGroup(
  clients: CisClients,
  trail: CisTrail,
  wanted: string | undefined,
  context: CliContext,
): Promise<string> {
  const [, partition = 'aws', , region = '', account = ''] = trail.arn.split(':');
  const group = wanted ?? `aws-cloudtrail-logs-${account}`;
  const groupArn = `arn:${partition}:logs:${region}:${account}:log-group:${group}`;
  const made = clients.logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  await askFor('CreateLogGroup', made, ['ResourceAlreadyExistsException']);
  const roleArn = await makeRole(clients, `CloudTrailRoleForCloudWatchLogs_${trail.name}`, groupArn);
  const update = new UpdateTrailCommand({
    Name: trail.arn,
    CloudWatchLogsLogGroupArn: `${groupArn}:*`,
    CloudWatchLogsRoleArn: roleArn,
  });
  for (let rest = TRIES; ; rest--) {
    const refused =
      rest > 1 ? ['InvalidCloudWatchLogsRoleArnException', 'InvalidCloudWatchLogsLogGroupArnException'] : [];
    if (await askFor('UpdateTrail', clients.trails.send(update), refused)) return group;
    await context.sleep(PAUSE);
  }
}

async function makeRole({ roles }: CisClients, name: string, groupArn: string): Promise<string> {
  const role =
    (await askFor('GetRole', roles.send(new GetRoleCommand({ RoleName: name })), [
      'NoSuchEntityException',
    ])) ??
    (await ask(
      'CreateRole',
      roles.send(
        new CreateRoleCommand({
          RoleName: name,
          Path: '/service-role/',
          AssumeRolePolicyDocument: policy({
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 'sts:AssumeRole',
          }),
        }),
      ),
    ));
  const allowed = policy({
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${groupArn}:log-stream:*`,
  });
  const put = { RoleName: name, PolicyName: 'cloudtrail-logs', PolicyDocument: allowed };
  await ask('PutRolePolicy', roles.send(new PutRolePolicyCommand(put)));
  return role.Role?.Arn ?? '';
}

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}
