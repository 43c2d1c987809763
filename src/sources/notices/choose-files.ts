import { DIGESTS, dayOf, type FoundFile, foreignFolder, readCloudTrailKey } from '../fetch/index.ts';
import type { LogSource } from '../index.ts';
import type { NoticedObject } from './read-notice.ts';

/** Why an object is not fetched though a notice names it. */
export type Ignored =
  | 'other bucket'
  /** It lies beside the source's prefix. */
  | 'other prefix'
  /** Another service's logs. */
  | 'other service'
  /** An inventory: completeness reads it, not the collector. */
  | 'digest'
  /** Its day is over before the source begins. */
  | 'before the start date'
  /** What consoles make to show a folder. */
  | 'folder';

/** What a source fetches of what a notice names. */
export function chooseFiles(
  { connector }: Pick<LogSource, 'connector'>,
  objects: readonly NoticedObject[],
  countIgnored: (why: Ignored) => void,
): readonly FoundFile[] {
  const files: FoundFile[] = [];
  for (const { bucket, key, size, etag } of objects) {
    const place = readCloudTrailKey(key);
    const why = whyNot();
    if (why === undefined) files.push({ key, size, etag, ...(place && { place }) });
    else countIgnored(why);

    function whyNot(): Ignored | undefined {
      if (bucket !== connector.bucket) return 'other bucket';
      if (connector.prefix !== '' && !key.startsWith(`${connector.prefix}/`)) return 'other prefix';
      if (key.endsWith('/')) return 'folder';
      if (place?.kind === DIGESTS) return 'digest';
      if (!place && foreignFolder(key) !== undefined) return 'other service';
      // A file's events may be some hours older than its day, and its day is where the walk begins.
      if (place && place.day < dayOf(connector.startDate)) return 'before the start date';
      return undefined;
    }
  }
  return files;
}
