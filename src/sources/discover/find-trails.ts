import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  type GetTrailStatusCommandOutput,
  type Trail,
} from '@aws-sdk/client-cloudtrail';
import type { DiscoveredTrail, Skipped } from './discovery.ts';
import { reasonOf } from './reason.ts';

/** A trail with the place that it delivers to. */
export interface FoundTrail {
  readonly bucket: string;
  readonly prefix: string;
  readonly trail: DiscoveredTrail;
}

/**
 * The trails that can be seen from some Regions, each once: those of a multi-Region trail are shadows of one. Idle ones,
 * and those without a bucket, are skipped, with the reason. @throws what DescribeTrails throws in every Region
 */
export async function findTrails(
  regions: readonly string[],
  clientOf: (region: string) => CloudTrailClient,
): Promise<{
  readonly found: readonly FoundTrail[];
  readonly skipped: readonly Skipped[];
  readonly notes: readonly string[];
}> {
  const found: FoundTrail[] = [];
  const skipped: Skipped[] = [];
  const notes: string[] = [];
  const trails = new Map<string, Trail>();
  let failure: unknown;
  let answered = 0;
  for (const region of regions) {
    try {
      const { trailList = [] } = await clientOf(region).send(
        new DescribeTrailsCommand({ includeShadowTrails: true }),
      );
      answered++;
      for (const trail of trailList) trails.set(trail.TrailARN ?? trail.Name ?? '', trail);
    } catch (error) {
      failure = error;
      notes.push(`trails of ${region} cannot be listed: ${reasonOf(error)}`);
    }
  }
  if (answered === 0) throw failure;
  for (const trail of trails.values()) {
    const { Name: name = '', S3BucketName: bucket, HomeRegion: home = regions[0]! } = trail;
    if (bucket === undefined) {
      skipped.push({ name, reason: 'it has no bucket' });
      continue;
    }
    let status: GetTrailStatusCommandOutput | undefined;
    try {
      // By its ARN and in its home: a shadow's name is not known there.
      status = await clientOf(home).send(new GetTrailStatusCommand({ Name: trail.TrailARN ?? name }));
    } catch (error) {
      notes.push(`the status of trail ${name} is not known, it is taken as active: ${reasonOf(error)}`);
    }
    if (status?.IsLogging === false) {
      const since = status.StopLoggingTime ? ` since ${status.StopLoggingTime.toISOString()}` : '';
      skipped.push({ name, bucket, reason: `it is idle: logging is off${since}` });
      continue;
    }
    found.push({
      bucket,
      prefix: (trail.S3KeyPrefix ?? '').replace(/\/+$/, ''),
      trail: describe(trail, home, status),
    });
  }
  return { found, skipped, notes };
}

function describe(
  trail: Trail,
  homeRegion: string,
  status: GetTrailStatusCommandOutput | undefined,
): DiscoveredTrail {
  return {
    name: trail.Name ?? '',
    arn: trail.TrailARN ?? '',
    homeRegion,
    isMultiRegion: trail.IsMultiRegionTrail ?? false,
    isOrganization: trail.IsOrganizationTrail ?? false,
    hasDigests: trail.LogFileValidationEnabled ?? false,
    ...(trail.KmsKeyId !== undefined && { kmsKeyId: trail.KmsKeyId }),
    ...(status?.LatestDeliveryTime && { lastDelivery: status.LatestDeliveryTime.getTime() }),
    ...(status?.LatestDeliveryError && { deliveryError: status.LatestDeliveryError }),
  };
}
