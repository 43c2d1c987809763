import { type BucketReader, ObjectTooLarge, type StoredObject } from '../../digest/verify/index.ts';
import { type Credentials, signRequest } from '../../signer/index.ts';
import { Slots } from '../../slots/index.ts';
import { CheckFailure } from '../failure.ts';
import type { HttpBytes, HttpClient } from '../http/http-client.ts';
import { ATTEMPTS, FIRST_PAUSE, isPassing } from '../http/retries.ts';
import { bucketBase, fitsUrl, listingUrl, objectUrl } from './address.ts';
import type { AddressingStyle } from './addressing-style.ts';
import { LIMITS } from './limits.ts';
import { listPages } from './list-pages.ts';
import { readListing, readRefusal } from './read-xml.ts';
import { noBucket, refusalWords } from './refusals.ts';

/** Where S3 is, and as whom to call it. */
export interface BucketAccess {
  /** Undefined: AWS's own. */
  readonly endpoint: URL | undefined;
  /** Where to ask first; a bucket elsewhere says so. */
  readonly region: string;
  readonly style: AddressingStyle;
  readonly credentials: Credentials;
}

/** Reads buckets over HTTP, each in its own Region, with few requests at one time and little memory. */
export class S3Reader implements BucketReader {
  readonly keepsMetadata = true;
  readonly ahead = LIMITS.ahead;
  readonly maxDigestBytes = LIMITS.digestBytes;
  readonly #clientFor: (url: URL) => HttpClient;
  readonly #access: BucketAccess;
  readonly #now: () => number;
  readonly #slots = new Slots(LIMITS.requests);
  readonly #regions = new Map<string, string>();

  constructor(clientFor: (url: URL) => HttpClient, access: BucketAccess, now: () => number) {
    this.#clientFor = clientFor;
    this.#access = access;
    this.#now = now;
  }

  list(bucket: string, prefix: string, after: string): ReturnType<BucketReader['list']> {
    return listPages(bucket, prefix, after, async (last) => {
      const query = { prefix, ...(last !== '' && { 'start-after': last }) };
      const answer = await this.#send(bucket, (base) => listingUrl(base, query), LIMITS.listingBytes);
      const listing = answer.status === 200 ? readListing(answer.bytes?.toString('utf8') ?? '') : undefined;
      if (listing === undefined) throw this.#refusal(bucket, answer);
      return listing;
    });
  }

  async get(bucket: string, key: string, maxBytes: number): Promise<StoredObject | undefined> {
    // CloudTrail's own keys all fit; nothing that it delivered can be there.
    if (!fitsUrl(key)) return undefined;
    const limit = Math.min(maxBytes, LIMITS.objectBytes);
    return await this.#slots.run(async () => {
      const answer = await this.#send(bucket, (base) => objectUrl(base, key), limit);
      if (answer.status === 200 && answer.bytes === undefined) throw new ObjectTooLarge(bucket, key, limit);
      if (answer.status === 200 && answer.bytes) {
        return { bytes: answer.bytes, metadata: metadataOf(answer.headers) };
      }
      if (answer.status === 404 && readRefusal(textOf(answer)).code === 'NoSuchKey') return undefined;
      throw this.#refusal(bucket, answer);
    });
  }

  /** Asks again where the bucket says that it is elsewhere, and where AWS has a fault that passes. */
  async #send(bucket: string, urlOf: (base: string) => URL, maxBytes: number): Promise<HttpBytes> {
    let wasMoved = false;
    for (let attempt = 1, pause = FIRST_PAUSE; ; attempt++, pause *= 2) {
      const { endpoint, region: home, style, credentials } = this.#access;
      const region = this.#regions.get(bucket) ?? home;
      const url = urlOf(bucketBase(endpoint, region, bucket, style));
      const signed = {
        method: 'GET',
        url,
        body: '',
        headers: {},
        credentials,
        region,
        service: 's3',
      } as const;
      const client = this.#clientFor(url);
      const answer = await client.get(url, signRequest({ ...signed, now: this.#now() }), maxBytes);
      if (answer.status === 200 || answer.status === 404) return answer;
      const elsewhere = regionIn(answer);
      if (!wasMoved && elsewhere !== undefined && elsewhere !== region) {
        this.#regions.set(bucket, elsewhere);
        wasMoved = true;
        continue;
      }
      if (attempt === ATTEMPTS || !isPassing(answer.status)) return answer;
      await client.deadline.sleep(pause);
    }
  }

  #refusal(bucket: string, answer: HttpBytes): CheckFailure {
    const { code, message } = readRefusal(textOf(answer));
    if (code === 'NoSuchBucket') return noBucket(bucket);
    const { endpoint, region } = this.#access;
    const host = (endpoint ?? new URL(bucketBase(undefined, region, bucket, 'path'))).host;
    return new CheckFailure(refusalWords(bucket, { ...answer, code, message, host }));
  }
}

/** The Region that a bucket is in, where the answer says so; S3 does when it was asked in another one. */
function regionIn(answer: HttpBytes): string | undefined {
  const header = answer.headers['x-amz-bucket-region'];
  const region = typeof header === 'string' ? header : readRefusal(textOf(answer)).region;
  return region !== undefined && /^[a-z0-9-]{1,40}$/.test(region) ? region : undefined;
}

function textOf(answer: HttpBytes): string {
  return answer.bytes?.toString('utf8') ?? '';
}

function metadataOf(headers: HttpBytes['headers']): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-') && typeof value === 'string') metadata.set(name.slice(11), value);
  }
  return metadata;
}
