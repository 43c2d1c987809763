import type { BucketReader, ChainName } from '../../digest/verify/index.ts';
import { CliError } from '../context.ts';
import { sha256 } from './archive-file.ts';
import { unpackWhole } from './unpack.ts';

/** A digest as it lies in the bucket; what it says is checked once the archive is written. */
export interface DigestFile {
  readonly bucket: string;
  readonly key: string;
  readonly packed: Buffer;
  /** Hex, from the object's metadata. */
  readonly signature: string;
  readonly sha256: string;
  readonly fingerprint: string;
  /** Milliseconds: the window of deliveries. */
  readonly start: number;
  readonly end: number;
  readonly previous?: { readonly bucket: string; readonly key: string };
  readonly logFiles: readonly ListedLogFile[];
}

/** A log file as a digest lists it; times of its events in milliseconds. */
export interface ListedLogFile {
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly oldest: number;
  readonly newest: number;
}

/** Far above the largest digest. Bytes. */
const MAX_DIGEST_BYTES = 64 * 2 ** 20;

/** Where a trail's digests lie. */
export interface DigestPlace {
  readonly chain: ChainName;
  readonly bucket: string;
  readonly prefix?: string;
}

/** The source Regions of which a trail has digests: one short listing for each. */
export async function findRegions(reader: BucketReader, place: DigestPlace): Promise<string[]> {
  const folder = digestFolder(place);
  const regions: string[] = [];
  for (let after = ''; ; ) {
    const key = await firstKey(reader, place.bucket, folder, after);
    const region = key?.slice(folder.length).split('/')[0];
    if (key === undefined || region === undefined) return regions;
    if (/^[a-z0-9-]+$/.test(region)) regions.push(region);
    // `0` is the character after the slash: on to the next Region.
    after = `${folder}${region}0`;
  }
}

/** The keys of one chain's hourly digests whose windows end after `since` (ms), oldest first. */
export async function* listDigestKeys(
  reader: BucketReader,
  place: DigestPlace,
  since: number,
): AsyncGenerator<string> {
  const { account, sourceRegion, trailName, homeRegion } = place.chain;
  const folder = `${digestFolder(place)}${sourceRegion}/`;
  const name = `${account}_CloudTrail-Digest_${sourceRegion}_${trailName}_${homeRegion}_`;
  const time = `${new Date(since).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const day = new Date(since).toISOString().slice(0, 10).replaceAll('-', '/');
  for await (const page of reader.list(place.bucket, folder, `${folder}${day}/${name}${time}`)) {
    for (const { key } of page) {
      const [file = ''] = key.split('/').slice(-1);
      if (file.startsWith(name) && /^\d{8}T\d{6}Z\.json\.gz$/.test(file.slice(name.length))) yield key;
    }
  }
}

/** Reads a digest. @throws CliError when it is not there, or not one. */
export async function readDigest(reader: BucketReader, bucket: string, key: string): Promise<DigestFile> {
  const object = await reader.get(bucket, key, MAX_DIGEST_BYTES);
  if (!object) throw new CliError(`the digest s3://${bucket}/${key} is missing; run opentrail validate-logs`);
  const packed = Buffer.from(object.bytes);
  const signature = object.metadata.get('signature');
  const content = unpackWhole(packed);
  const members = content && membersOf(content);
  if (!members || !content || signature === undefined || !/^(?:[0-9a-f]{2})+$/i.test(signature)) {
    throw new CliError(`s3://${bucket}/${key} is no signed digest; run opentrail validate-logs`);
  }
  const text = (name: string) => String(members.get(name));
  const [previousBucket, previousKey] = [
    members.get('previousDigestS3Bucket'),
    members.get('previousDigestS3Object'),
  ];
  return {
    bucket,
    key,
    packed,
    signature,
    sha256: sha256(content),
    fingerprint: text('digestPublicKeyFingerprint'),
    start: Date.parse(text('digestStartTime')),
    end: Date.parse(text('digestEndTime')),
    ...(typeof previousBucket === 'string' &&
      typeof previousKey === 'string' && { previous: { bucket: previousBucket, key: previousKey } }),
    logFiles: logFilesOf(members.get('logFiles')),
  };
}

function logFilesOf(list: unknown): ListedLogFile[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry: unknown) => {
    const file = new Map<string, unknown>(Object.entries((entry ?? {}) as object));
    return {
      bucket: String(file.get('s3Bucket')),
      key: String(file.get('s3Object')),
      sha256: String(file.get('hashValue')),
      oldest: Date.parse(String(file.get('oldestEventTime'))),
      newest: Date.parse(String(file.get('newestEventTime'))),
    };
  });
}

function membersOf(content: Buffer): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content.toString());
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

async function firstKey(
  reader: BucketReader,
  bucket: string,
  prefix: string,
  after: string,
): Promise<string | undefined> {
  for await (const page of reader.list(bucket, prefix, after)) {
    // The marker of an empty folder is the folder itself.
    const first = page.find(({ key }) => key !== prefix);
    if (first) return first.key;
  }
  return undefined;
}

function digestFolder({ chain, prefix }: DigestPlace): string {
  const organization = chain.organizationId ? `${chain.organizationId}/` : '';
  return `${prefix ? `${prefix}/` : ''}AWSLogs/${organization}${chain.account}/CloudTrail-Digest/`;
}
