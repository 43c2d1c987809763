import { foreignFolder, readCloudTrailKey } from './cloudtrail-key.ts';
import type { FolderBook } from './folder-book.ts';
import { found, isAfter } from './listing.ts';
import { PagesAhead } from './pages-ahead.ts';
import type { FoundFile, WalkHost } from './walk-host.ts';

/**
 * Lists everything below `prefix`, but jumps over the days of each Region's folder that it meets, and over the folders
 * of other services: takes in the folders, and takes the files that are in none.
 */
export async function sweep(
  host: WalkHost,
  folders: FolderBook,
  { prefix, start }: { readonly prefix: string; readonly start: number },
): Promise<void> {
  let after = '';
  const ahead = new PagesAhead();
  for (;;) {
    host.signal.throwIfAborted();
    const { objects, more } = await host.list({ prefix, startAfter: after });
    const others: FoundFile[] = [];
    let jump: string | undefined;
    let last: string | undefined;
    for (const object of objects) {
      if (!object.key.startsWith(prefix) || !isAfter(object.key, jump ?? last ?? after)) continue;
      last = object.key;
      const place = readCloudTrailKey(object.key);
      const foreign = place ? undefined : foreignFolder(object.key);
      if (place) folders.learn(place);
      if (foreign) host.countForeign(foreign);
      if (place && folders.has(place.folder)) jump = pastYears(place.folder);
      else if (foreign) jump = `${foreign}\ufffd`;
      else if (!object.key.endsWith('/')) others.push(found(object));
    }
    if (others.length > 0) await ahead.add(host.take(others, 'fresh', start));
    const next = jump !== undefined && (last === undefined || isAfter(jump, last)) ? jump : last;
    if (!more || next === undefined) break;
    after = next;
  }
  await ahead.end();
}

/** Years begin with a 2 until the year 3000: what stands in the folder beside them is met all the same. */
function pastYears(folder: string): string {
  return `${folder}3`;
}
