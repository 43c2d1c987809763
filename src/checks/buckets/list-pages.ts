import type { ListedObject } from '../../digest/verify/index.ts';
import { CheckFailure } from '../failure.ts';
import { LIMITS } from './limits.ts';
import type { ListingPage } from './read-xml.ts';

/** Lists what lies behind `after` page by page; `ask` answers the page that begins behind a key. */
export async function* listPages(
  bucket: string,
  prefix: string,
  after: string,
  ask: (after: string) => Promise<ListingPage>,
): AsyncGenerator<readonly ListedObject[]> {
  let last = after;
  for (let page = 0; ; page++) {
    if (page === LIMITS.pages)
      throw new CheckFailure(`error: too many objects below s3://${bucket}/${prefix}`);
    const { objects, isTruncated } = await ask(last);
    if (objects.length > 0) yield objects;
    const next = objects.at(-1)?.key;
    // A listing that says that there is more and gives nothing new would never end.
    if (!isTruncated || next === undefined || next === last) return;
    last = next;
  }
}
