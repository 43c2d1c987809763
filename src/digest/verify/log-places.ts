import { accountFolder, type ChainName } from './digest-key.ts';

/** CloudTrail's folders of log files; data and management events share the first. */
const FOLDERS = ['CloudTrail', 'CloudTrail-Insight', 'CloudTrail-NetworkActivity', 'CloudTrail-Aggregated'];

/** Where log files of the chain's account and source Region lie in a bucket. */
export function logPrefixes(chain: ChainName, prefix: string | undefined): string[] {
  return FOLDERS.map((folder) => `${accountFolder(chain, prefix)}${folder}/${chain.sourceRegion}/`);
}

/** The day's folder under one of them: `2026/11/01`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
}

/** The delivery slot that a log file's key bears, in milliseconds; undefined for other objects. */
export function slotOf(key: string): number | undefined {
  const found = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[A-Za-z0-9]+\.json\.gz$/.exec(key);
  if (!found) return undefined;
  const [, year, month, day, hour, minute] = found;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(time) ? undefined : time;
}
