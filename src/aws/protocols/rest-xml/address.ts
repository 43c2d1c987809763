import { decodePercent, readQuery } from '../../query-text.ts';
import { ServiceError } from '../../service.ts';
import { header, type WireRequest } from '../../wire-request.ts';

/** Where an S3 request points. */
export interface S3Address {
  readonly bucket: string | undefined;
  /** Decoded; `undefined` when the request is about the bucket itself. */
  readonly key: string | undefined;
  readonly query: ReadonlyMap<string, string>;
}

/**
 * Finds bucket and key: the bucket is in the host (`bucket.localhost`, `bucket.s3.eu-west-1.amazonaws.com`,
 * `bucket.<one of baseHosts>`) or is the path's first segment
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html). Keys are opaque: `..` and `//` stay.
 */
export function s3Address(request: WireRequest, baseHosts: readonly string[]): S3Address {
  const query = readQuery(request.queryText);
  const path = decodePercent(request.path);
  if (!query || path === undefined) {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", { status: 400 });
  }
  const hosted = bucketOfHost(header(request, 'host') ?? '', baseHosts);
  if (hosted !== undefined) return { bucket: hosted, key: path.slice(1) || undefined, query };
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  return {
    bucket: bucket || undefined,
    key: slash < 0 ? undefined : path.slice(slash + 1) || undefined,
    query,
  };
}

function bucketOfHost(host: string, baseHosts: readonly string[]): string | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  for (const base of ['localhost', ...baseHosts]) {
    if (!name.endsWith(`.${base}`)) continue;
    // `s3.localhost` is the service itself, `bucket.s3.localhost` a bucket of it.
    const label = name.slice(0, -base.length - 1).replace(/(^|\.)s3(-website)?([.-][a-z0-9-]+)?$/, '');
    return label || undefined;
  }
  return /^(.+)\.s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?$/.exec(name)?.[1];
}
