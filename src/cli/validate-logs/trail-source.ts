import {
  CloudTrailClient,
  type CloudTrailClientConfig,
  CloudTrailServiceException,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
} from '@aws-sdk/client-cloudtrail';
import type { PublicKey, PublicKeySource, TrailStatus } from '../../digest/verify/index.ts';
import { CliError } from '../context.ts';
import { type AwsAccess, endpointOf } from './place.ts';

/** What DescribeTrails says of a trail. */
export interface TrailPlace {
  readonly bucket: string;
  readonly prefix?: string;
  readonly isOrganizationTrail: boolean;
}

/** The CloudTrail service, as far as a verification asks it. */
export interface TrailSource extends PublicKeySource {
  /** @throws CliError when there is no such trail. */
  findTrail(arn: string): Promise<TrailPlace>;
  /** Undefined when the service does not say: that is its right, and the verification goes on without. */
  status(arn: string): Promise<TrailStatus | undefined>;
}

/** Asks CloudTrail, AWS's or an opentrail, in the source Region. */
export function createTrailSource(
  access: AwsAccess,
  env: Readonly<Record<string, string | undefined>>,
): TrailSource {
  const endpoint = endpointOf(access, env, 'CLOUDTRAIL');
  const config: CloudTrailClientConfig = {
    ...(access.region !== undefined && { region: access.region }),
    ...(access.credentials && { credentials: access.credentials }),
    ...(endpoint && { endpoint }),
  };
  const client = new CloudTrailClient(config);

  return {
    async findTrail(arn) {
      const answer = await call('DescribeTrails', () => client.send(new DescribeTrailsCommand({})));
      const trail = answer.trailList?.find(({ TrailARN }) => TrailARN === arn);
      if (!trail) throw new CliError(`A trail could not be found for ${arn}`, { exitCode: 255 });
      return {
        bucket: trail.S3BucketName ?? '',
        ...(trail.S3KeyPrefix && { prefix: trail.S3KeyPrefix }),
        isOrganizationTrail: trail.IsOrganizationTrail ?? false,
      };
    },

    async keysBetween(start, end) {
      const keys: PublicKey[] = [];
      let token: string | undefined;
      do {
        const answer = await call('ListPublicKeys', () =>
          client.send(
            new ListPublicKeysCommand({
              StartTime: new Date(start),
              EndTime: new Date(end),
              ...(token !== undefined && { NextToken: token }),
            }),
          ),
        );
        for (const { Value, Fingerprint, ValidityStartTime, ValidityEndTime } of answer.PublicKeyList ?? []) {
          if (Value === undefined || Fingerprint === undefined) continue;
          keys.push({
            fingerprint: Fingerprint,
            value: Buffer.from(Value).toString('base64'),
            ...(ValidityStartTime && { validFrom: ValidityStartTime.getTime() }),
            ...(ValidityEndTime && { validUntil: ValidityEndTime.getTime() }),
          });
        }
        token = answer.NextToken === token ? undefined : answer.NextToken;
      } while (token !== undefined);
      return keys;
    },

    async status(arn) {
      try {
        const answer = await client.send(new GetTrailStatusCommand({ Name: arn }));
        const { IsLogging, LatestDigestDeliveryTime, StopLoggingTime } = answer;
        return {
          ...(IsLogging !== undefined && { isLogging: IsLogging }),
          ...(LatestDigestDeliveryTime && { latestDigestDelivery: LatestDigestDeliveryTime.getTime() }),
          ...(StopLoggingTime && { stoppedAt: StopLoggingTime.getTime() }),
        };
      } catch {
        return undefined;
      }
    },
  };
}

/** The service's refusals end the command, in the AWS CLI's words. */
async function call<Value>(operation: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const text =
      error instanceof CloudTrailServiceException
        ? `An error occurred (${error.name}) when calling the ${operation} operation: ${error.message}`
        : `cannot ask CloudTrail (${operation}): ${error instanceof Error ? error.message || error.name : String(error)}`;
    throw new CliError(text, { exitCode: 255, cause: error });
  }
}
