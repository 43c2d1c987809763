import type { ListedObject } from '../../digest/verify/index.ts';
import { listedKey } from '../../signer/index.ts';
import { elementIn } from '../http/xml-element.ts';

/** A page of ListObjectsV2. */
export interface ListingPage {
  readonly objects: readonly ListedObject[];
  readonly isTruncated: boolean;
}

/** Reads ListObjectsV2's answer, keys encoded as in URLs; undefined when it is no listing. Takes time in proportion to its length. */
export function readListing(text: string): ListingPage | undefined {
  if (!text.includes('<ListBucketResult')) return undefined;
  const objects: ListedObject[] = [];
  for (const part of text.split('<Contents>').slice(1)) {
    const entry = part.slice(0, Math.max(part.indexOf('</Contents>'), 0));
    const key = elementIn(entry, 'Key');
    if (key === undefined) continue;
    const time = Date.parse(elementIn(entry, 'LastModified') ?? '');
    objects.push({ key: listedKey(key), ...(Number.isFinite(time) && { lastModified: time }) });
  }
  return { objects, isTruncated: elementIn(text, 'IsTruncated') === 'true' };
}

/** What S3 says when it refuses; all undefined when the text is no such answer. */
export function readRefusal(text: string): {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly region: string | undefined;
} {
  const isRefusal = text.includes('<Error>');
  const element = (name: string) => (isRefusal ? elementIn(text, name) : undefined);
  return { code: element('Code'), message: element('Message'), region: element('Region') };
}
