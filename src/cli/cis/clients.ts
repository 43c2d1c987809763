import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { SNSClient } from '@aws-sdk/client-sns';
import { type AccessOptions, findAccess } from '../access.ts';
import { type CliContext, CliError } from '../context.ts';

/** The services that the path from a trail to somebody's pager goes through: opentrail's, or AWS's own. */
export interface CisClients {
  readonly trails: CloudTrailClient;
  readonly logs: CloudWatchLogsClient;
  readonly alarms: CloudWatchClient;
  readonly topics: SNSClient;
  readonly roles: IAMClient;
  close(): void;
}

/** Clients for the server, and as the caller, that the options and the environment name. @throws CliError */
export function openCisClients(options: AccessOptions, context: CliContext): CisClients {
  const { url, region, identity } = findAccess(options, context.env);
  if (identity.kind === 'token')
    throw new CliError(
      'filters and alarms are made through the AWS API, which takes access keys, not tokens',
    );
  const config = { endpoint: url, region, credentials: identity.credentials, maxAttempts: 3 };
  const clients = {
    trails: new CloudTrailClient(config),
    logs: new CloudWatchLogsClient(config),
    alarms: new CloudWatchClient(config),
    topics: new SNSClient(config),
    roles: new IAMClient(config),
  };
  return {
    ...clients,
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
