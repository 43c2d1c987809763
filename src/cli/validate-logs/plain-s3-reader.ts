import type { ListedObject } from '../../digest/verify/index.ts';
import { type Credentials, listedKey } from '../../signer/index.ts';
import { askPlainly } from './ask-plainly.ts';
import { createPlainGet } from './plain-get.ts';
import type { S3Reader } from './s3-reader.ts';

/** An S3 at an address of its own, asked with keys that are known: nothing that only the SDK could find out. */
export interface PlainS3 {
  /** With a path before the buckets, where it has one. */
  readonly endpoint: string;
  readonly credentials: Credentials;
}

/**
 * Reads such an S3 without the SDK, which takes longer to load than a thousand log files to check. Whatever is not
 * plainly answered, refusals too, is asked of `whole` again.
 */
export function createPlainS3Reader(
  { endpoint, credentials }: PlainS3,
  whole: () => Promise<S3Reader>,
): S3Reader {
  const plainGet = createPlainGet();
  const root = endpoint.replace(/\/+$/, '');
  const regions = new Map<string, Promise<string | undefined>>();

  function ask(region: string, path: string): Promise<string | undefined> {
    const url = new URL(`${root}/${path}`);
    return askPlainly({ method: 'GET', service: 's3', url, body: '', headers: {}, credentials, region });
  }

  async function findRegion(bucket: string): Promise<string | undefined> {
    const text = await ask('us-east-1', `${encodeURIComponent(bucket)}?location`);
    return text && (/<LocationConstraint[^>]*>([a-z0-9-]+)</.exec(text)?.[1] ?? 'us-east-1');
  }

  function regionOf(bucket: string): Promise<string | undefined> {
    const known = regions.get(bucket) ?? findRegion(bucket);
    regions.set(bucket, known);
    return known;
  }

  async function plainAddress(bucket: string) {
    const region = await regionOf(bucket);
    return region === undefined
      ? undefined
      : { base: `${root}/${encodeURIComponent(bucket)}`, region, credentials };
  }

  async function listPage(bucket: string, query: Readonly<Record<string, string>>) {
    const region = await regionOf(bucket);
    const text = region && (await ask(region, `${encodeURIComponent(bucket)}?${new URLSearchParams(query)}`));
    return text ? readPage(text) : undefined;
  }

  return {
    keepsMetadata: true,

    addressOf: async (bucket) => (await plainAddress(bucket)) ?? (await whole()).addressOf(bucket),

    async *list(bucket, prefix, after) {
      const query = { 'list-type': '2', prefix, 'start-after': after, 'encoding-type': 'url' };
      let last = after;
      let asked: ReturnType<typeof listPage> | undefined = listPage(bucket, query);
      while (asked !== undefined) {
        const page: ListingPage | undefined = await asked;
        if (page === undefined) {
          yield* (await whole()).list(bucket, prefix, last);
          return;
        }
        // The next page is on its way while this one is looked at.
        asked =
          page.next === undefined
            ? undefined
            : listPage(bucket, { ...query, 'continuation-token': page.next });
        yield page.objects;
        last = page.objects.at(-1)?.key ?? last;
      }
    },

    async get(bucket, key, maxBytes) {
      const address = await plainAddress(bucket);
      const plain = address && (await plainGet(address, key, maxBytes));
      return plain ?? (await (await whole()).get(bucket, key, maxBytes));
    },
  };
}

interface ListingPage {
  readonly objects: readonly ListedObject[];
  readonly next: string | undefined;
}

/** One page of ListObjectsV2 with URL-encoded keys; undefined for anything else. */
function readPage(text: string): ListingPage | undefined {
  if (!/<ListBucketResult[\s>]/.test(text)) return undefined;
  const objects: ListedObject[] = [];
  for (const [, entry = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const key = /<Key>([^<&]*)<\/Key>/.exec(entry)?.[1];
    if (key === undefined) return undefined;
    const modified = Date.parse(/<LastModified>([^<]*)</.exec(entry)?.[1] ?? '');
    objects.push({ key: listedKey(key), ...(!Number.isNaN(modified) && { lastModified: modified }) });
  }
  const isCut = /<IsTruncated>true</.test(text);
  const next = /<NextContinuationToken>([^<&]+)</.exec(text)?.[1];
  return isCut && next === undefined ? undefined : { objects, next: isCut ? next : undefined };
}
