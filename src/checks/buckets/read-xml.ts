import type { ListedObject } from '../../digest/verify/index.ts';

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
    objects.push({ key: decodeKey(key), ...(Number.isFinite(time) && { lastModified: time }) });
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

function elementIn(text: string, name: string): string | undefined {
  const start = text.indexOf(`<${name}>`);
  if (start < 0) return undefined;
  const from = start + name.length + 2;
  const end = text.indexOf(`</${name}>`, from);
  return end < 0 ? undefined : decodeXml(text.slice(from, end));
}

/** Texts of XML as S3 writes them, without references to characters by number other than these. */
function decodeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}
