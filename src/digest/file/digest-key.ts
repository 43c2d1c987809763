/** Whose digest a file is, and where it lies. Times are ms since the epoch. */
export interface DigestPlace {
  readonly account: string;
  /** Where the events happened. */
  readonly region: string;
  readonly trailName: string;
  readonly homeRegion: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly end: number;
  readonly backfill?: boolean;
}

/**
 * The key of a digest file: folders and stamp are of the window's end, to the second.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
 */
export function digestKey(place: DigestPlace): string {
  const { account, region, trailName, homeRegion, prefix } = place;
  const iso = new Date(place.end).toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  const stamp = `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const folder = `${prefix ? `${prefix}/` : ''}AWSLogs/${account}/CloudTrail-Digest/${region}/${day}`;
  const suffix = place.backfill ? '_backfill' : '';
  return `${folder}/${account}_CloudTrail-Digest_${region}_${trailName}_${homeRegion}_${stamp}${suffix}.json.gz`;
}
