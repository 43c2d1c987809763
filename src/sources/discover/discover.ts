import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { GetBucketLocationCommand, S3Client } from '@aws-sdk/client-s3';
import type { SharedClientConfig } from '../connect/index.ts';
import type { Discovered, Discovery } from './discovery.ts';
import { findOrganization } from './find-organization.ts';
import { type FoundTrail, findTrails } from './find-trails.ts';
import { reasonOf } from './reason.ts';

/**
 * What an account alone tells: DescribeTrails, GetTrailStatus, GetBucketLocation, DescribeOrganization, and ListAccounts
 * where it is allowed. Nothing is changed anywhere.
 */
export async function discover(options: {
  /** As `SourceConnect.shared` gives it. */
  readonly client: SharedClientConfig;
  /** Where trails are looked for; multi-Region trails are seen from any one. */
  readonly regions: readonly string[];
  /** An endpoint of all services instead of AWS's own. */
  readonly endpoint?: string;
}): Promise<Discovery> {
  const { client, regions, endpoint } = options;
  const place = endpoint === undefined ? {} : { endpoint };
  const open: { destroy(): void }[] = [];
  const kept = <T extends { destroy(): void }>(one: T): T => {
    open.push(one);
    return one;
  };
  const cloudTrails = new Map<string, CloudTrailClient>();
  const cloudTrailOf = (region: string): CloudTrailClient => {
    const known = cloudTrails.get(region) ?? kept(new CloudTrailClient({ ...client, ...place, region }));
    cloudTrails.set(region, known);
    return known;
  };
  try {
    const { found, skipped, notes } = await findTrails(regions, cloudTrailOf);
    const s3 = kept(
      new S3Client({
        ...client,
        ...place,
        forcePathStyle: endpoint !== undefined,
        followRegionRedirects: true,
      }),
    );
    // Organizations has one place for all Regions.
    const organizations = kept(new OrganizationsClient({ ...client, ...place, region: 'us-east-1' }));
    const { organization, notes: more } = await findOrganization(organizations);
    const located = await locate(found, s3);
    return {
      places: located.places,
      skipped,
      ...(organization && { organization }),
      notes: [...notes, ...located.notes, ...more],
    };
  } finally {
    for (const one of open) one.destroy();
  }
}

/** Trails that share a bucket and a prefix are one place. */
async function locate(
  found: readonly FoundTrail[],
  s3: S3Client,
): Promise<{ readonly places: readonly Discovered[]; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const groups = new Map<string, FoundTrail[]>();
  for (const one of found) {
    const key = JSON.stringify([one.bucket, one.prefix]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const regions = new Map<string, string>();
  const places: Discovered[] = [];
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const { bucket, prefix } = first;
    let region = regions.get(bucket);
    if (region === undefined) {
      region = await regionOf(bucket, s3).catch((error: unknown) => {
        notes.push(
          `the Region of bucket ${bucket} is not known, ${first.trail.homeRegion} is taken: ${reasonOf(error)}`,
        );
        return first.trail.homeRegion;
      });
      regions.set(bucket, region);
    }
    places.push({ bucket, prefix, region, trails: [first, ...others].map(({ trail }) => trail) });
  }
  return { places, notes };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: empty is us-east-1, EU is eu-west-1. */
async function regionOf(bucket: string, s3: S3Client): Promise<string> {
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: bucket }));
  const region: string = LocationConstraint ?? '';
  return region === '' ? 'us-east-1' : region === 'EU' ? 'eu-west-1' : region;
}
