import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
} from '@aws-sdk/client-cloudtrail';
import type { ChainName, PublicKey, PublicKeySource, TrailStatus } from '../../digest/verify/index.ts';
import { isAwsEndpoint, type SharedClientConfig } from '../../sources/connect/index.ts';
import type { LogSource } from '../../sources/index.ts';

/** What a source's account says of its trails. TRUSTED as far as its keys decide what is valid. */
export interface AccountEvidence {
  keysOf(chain: ChainName): PublicKeySource;
  /** Undefined when the account does not say: it need not be allowed to ask. */
  statusOf(chain: ChainName): Promise<TrailStatus | undefined>;
  /** Trails with validation that deliver to the source's bucket; none when the account does not say. */
  expected(): Promise<readonly ChainName[]>;
  close(): void;
}

/** The account's keys cannot be asked for; the message names the repair. */
export class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    const words = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(
      `the account's public keys cannot be asked for (${words.slice(0, 300)}): allow cloudtrail:ListPublicKeys, or pin the keys`,
      { cause },
    );
    this.name = 'KeysUnavailable';
  }
}

/** Asks CloudTrail at the source's place, with the source's credentials. */
export function openAccountEvidence(source: LogSource, shared: SharedClientConfig): AccountEvidence {
  const { endpointUrl, bucket, prefix } = source.connector;
  const clients = new Map<string, CloudTrailClient>();
  const clientOf = (region: string): CloudTrailClient => {
    const known =
      clients.get(region) ??
      new CloudTrailClient({
        ...shared,
        region,
        ...(!isAwsEndpoint(endpointUrl) && { endpoint: endpointUrl }),
      });
    clients.set(region, known);
    return known;
  };
  return {
    keysOf: ({ sourceRegion }) => ({
      keysBetween: (start, end) => keysBetween(clientOf(sourceRegion), start, end),
    }),
    async statusOf({ account, trailName, homeRegion }) {
      try {
        const Name = `arn:${partitionOf(homeRegion)}:cloudtrail:${homeRegion}:${account}:trail/${trailName}`;
        const answer = await clientOf(homeRegion).send(new GetTrailStatusCommand({ Name }));
        return {
          ...(answer.IsLogging !== undefined && { isLogging: answer.IsLogging }),
          ...(answer.LatestDigestDeliveryTime && {
            latestDigestDelivery: answer.LatestDigestDeliveryTime.getTime(),
          }),
          ...(answer.StopLoggingTime && { stoppedAt: answer.StopLoggingTime.getTime() }),
        };
      } catch {
        return undefined;
      }
    },
    async expected() {
      try {
        const { trailList = [] } = await clientOf(source.connector.region).send(
          new DescribeTrailsCommand({}),
        );
        return trailList
          .filter((trail) => trail.LogFileValidationEnabled && !trail.IsOrganizationTrail)
          .filter((trail) => trail.S3BucketName === bucket && (trail.S3KeyPrefix ?? '') === prefix)
          .flatMap(({ TrailARN, Name, HomeRegion }) => {
            const account = TrailARN?.split(':')[4];
            if (account === undefined || Name === undefined || HomeRegion === undefined) return [];
            return [{ account, trailName: Name, homeRegion: HomeRegion, sourceRegion: HomeRegion }];
          });
      } catch {
        return [];
      }
    },
    close() {
      for (const client of clients.values()) client.destroy();
    },
  };
}

async function keysBetween(
  client: CloudTrailClient,
  start: number,
  end: number,
): Promise<readonly PublicKey[]> {
  const keys: PublicKey[] = [];
  let token: string | undefined;
  try {
    do {
      const answer = await client.send(
        new ListPublicKeysCommand({
          ...{ StartTime: new Date(start), EndTime: new Date(end) },
          ...(token !== undefined && { NextToken: token }),
        }),
      );
      for (const { Value, Fingerprint, ValidityStartTime, ValidityEndTime } of answer.PublicKeyList ?? []) {
        if (Value === undefined || Fingerprint === undefined) continue;
        keys.push({
          ...{ fingerprint: Fingerprint, value: Buffer.from(Value).toString('base64') },
          ...(ValidityStartTime && { validFrom: ValidityStartTime.getTime() }),
          ...(ValidityEndTime && { validUntil: ValidityEndTime.getTime() }),
        });
      }
      token = answer.NextToken === token ? undefined : answer.NextToken;
    } while (token !== undefined);
    return keys;
  } catch (error) {
    throw new KeysUnavailable(error);
  }
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
