import type { Credentials } from '../../signer/index.ts';
import { CliError } from '../context.ts';
import { askPlainly } from './ask-plainly.ts';
import type { TrailSource } from './trail-source.ts';

const TARGET = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';

/** A CloudTrail at an address of its own, asked with keys that are known. */
export interface PlainCloudTrail {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

type Answer = Readonly<Record<string, unknown>>;

/**
 * Asks such a CloudTrail without the SDK, whose loading takes longer than the verification of a day. What is not plainly
 * answered, refusals too, is asked of `whole` again, which knows the words for them.
 */
export function createPlainTrailSource(
  { endpoint, region, credentials }: PlainCloudTrail,
  whole: () => Promise<TrailSource>,
): TrailSource {
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/`);

  async function ask(operation: string, input: object): Promise<Answer | undefined> {
    const text = await askPlainly({
      method: 'POST',
      service: 'cloudtrail',
      url,
      body: JSON.stringify(input),
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGET}.${operation}` },
      ...{ credentials, region },
    });
    if (text === undefined) return undefined;
    try {
      const value = JSON.parse(text) as unknown;
      return typeof value === 'object' && value !== null ? (value as Answer) : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    async findTrail(arn) {
      const list = entriesOf((await ask('DescribeTrails', {}))?.trailList);
      const trail = list?.find(({ TrailARN }) => TrailARN === arn);
      if (list === undefined) return await (await whole()).findTrail(arn);
      if (trail === undefined) throw new CliError(`A trail could not be found for ${arn}`, { exitCode: 255 });
      const { S3BucketName: bucket, S3KeyPrefix: prefix, IsOrganizationTrail } = trail;
      return {
        bucket: String(bucket),
        ...(typeof prefix === 'string' && prefix !== '' && { prefix }),
        isOrganizationTrail: IsOrganizationTrail === true,
      };
    },

    async keysBetween(start, end) {
      const range = { StartTime: start / 1000, EndTime: end / 1000 };
      const answer = await ask('ListPublicKeys', range);
      const list = entriesOf(answer?.PublicKeyList);
      if (list === undefined || answer?.NextToken) return await (await whole()).keysBetween(start, end);
      return list.flatMap(
        ({ Value: value, Fingerprint: fingerprint, ValidityStartTime, ValidityEndTime }) => {
          if (typeof value !== 'string' || typeof fingerprint !== 'string') return [];
          const validFrom = timeOf(ValidityStartTime);
          const validUntil = timeOf(ValidityEndTime);
          return [
            {
              ...{ fingerprint, value },
              ...(validFrom !== undefined && { validFrom }),
              ...(validUntil !== undefined && { validUntil }),
            },
          ];
        },
      );
    },

    async status(arn) {
      const answer = await ask('GetTrailStatus', { Name: arn });
      if (answer === undefined) return undefined;
      const latestDigestDelivery = timeOf(answer.LatestDigestDeliveryTime);
      const stoppedAt = timeOf(answer.StopLoggingTime);
      return {
        ...(typeof answer.IsLogging === 'boolean' && { isLogging: answer.IsLogging }),
        ...(latestDigestDelivery !== undefined && { latestDigestDelivery }),
        ...(stoppedAt !== undefined && { stoppedAt }),
      };
    },
  };
}

function entriesOf(value: unknown): readonly Answer[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((entry): entry is Answer => typeof entry === 'object' && entry !== null);
}

/** Seconds on the wire, milliseconds here. */
function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value * 1000 : undefined;
}
