import {
  CloudTrailClient,
  type CloudTrailClientConfig,
  DescribeTrailsCommand,
  LookupEventsCommand,
} from '@aws-sdk/client-cloudtrail';
import { ask } from '../ask.ts';
import { CliError } from '../context.ts';
import type { AwsAccess } from '../validate-logs/place.ts';

/** What an export asks CloudTrail, AWS's or an opentrail, when the options do not say it. */
export interface CloudTrailQuestions {
  /** The only trail with log file validation. @throws CliError when there is none, or more than one. */
  findTrail(): Promise<string>;
  /** The time of an event, ms; undefined when the event history has it no more, or in another Region. */
  timeOfEvent(eventId: string): Promise<number | undefined>;
}

/** Asks in the Region of `access`. */
export function askCloudTrail(
  access: AwsAccess,
  env: Readonly<Record<string, string | undefined>>,
): CloudTrailQuestions {
  const endpoint = access.endpoint ?? env.AWS_ENDPOINT_URL_CLOUDTRAIL ?? env.AWS_ENDPOINT_URL;
  const config: CloudTrailClientConfig = {
    ...(access.region !== undefined && { region: access.region }),
    ...(access.credentials && { credentials: access.credentials }),
    ...(endpoint && { endpoint }),
  };
  const client = new CloudTrailClient(config);
  return {
    async findTrail() {
      const { trailList = [] } = await ask(
        'cannot ask CloudTrail: DescribeTrails',
        client.send(new DescribeTrailsCommand({})),
      );
      const arns = trailList.flatMap(({ TrailARN: arn, LogFileValidationEnabled: validates }) =>
        validates && arn !== undefined ? [arn] : [],
      );
      const [only] = arns;
      if (only !== undefined && arns.length === 1) return only;
      throw new CliError(
        only === undefined
          ? 'no trail has log file validation: there are no signed digests to export'
          : `several trails have log file validation; choose one with --trail-arn: ${arns.join(', ')}`,
      );
    },
    async timeOfEvent(eventId) {
      const question = new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventId', AttributeValue: eventId }],
      });
      const { Events = [] } = await ask('cannot ask CloudTrail: LookupEvents', client.send(question));
      return Events[0]?.EventTime?.getTime();
    },
  };
}
