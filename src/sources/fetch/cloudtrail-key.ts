const DAY = 86_400_000;

/**
 * A Region's folder: everything that a trail delivers for one account and Region, by day.
 * `[prefix/]AWSLogs/[o-organization/]<account>/<kind>/<region>/`
 */
export interface RegionFolder {
  /** With its slash. */
  readonly folder: string;
  readonly account: string;
  /** `CloudTrail`, `CloudTrail-Insight`, `CloudTrail-NetworkActivity`, `CloudTrail-Aggregated`, `CloudTrail-Digest`. */
  readonly kind: string;
  readonly region: string;
}

/** Where CloudTrail puts an object, as its key says. */
export interface CloudTrailKey extends RegionFolder {
  /** Days since the epoch. */
  readonly day: number;
}

/** Folder of digests: an inventory, not events. */
export const DIGESTS = 'CloudTrail-Digest';

const KEY =
  /^((?:.*\/)?AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?(\d{12})\/(CloudTrail(?:-[A-Za-z]+)?)\/([a-z]{2,}(?:-[a-z0-9]+)+)\/)(\d{4})\/(\d\d)\/(\d\d)\/[^/]+$/s;
const FOREIGN = /^((?:.*\/)?AWSLogs\/(?:o-[a-z0-9]{10,32}\/)?(\d{12})\/([^/]+)\/)/s;

/**
 * Reads a key of CloudTrail's form; undefined for any other.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
 */
export function readCloudTrailKey(key: string): CloudTrailKey | undefined {
  const found = KEY.exec(key);
  if (!found) return undefined;
  const [, folder = '', account = '', kind = '', region = '', year, month, date] = found;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(date));
  return { folder, account, kind, region, day: Math.floor(time / DAY) };
}

/** The folder of another AWS service's logs (`…/AWSLogs/<account>/elasticloadbalancing/`) that the key lies in. */
export function foreignFolder(key: string): string | undefined {
  const [, folder, , service] = FOREIGN.exec(key) ?? [];
  return service?.startsWith('CloudTrail') ? undefined : folder;
}

/** `2026/11/21` */
export function dayPath(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** The day of a time, days since the epoch. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

/** What all keys of the folder come after whose name bears `time` or a later one. */
export function keyBefore({ folder, account, kind, region }: RegionFolder, time: number): string {
  const stamp = `${new Date(time).toISOString().slice(0, 16).replace(/[-:]/g, '')}`;
  return `${folder}${dayPath(dayOf(time))}/${account}_${kind}_${region}_${stamp}`;
}
