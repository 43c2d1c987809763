import type { BucketReader, ChainName } from '../../digest/verify/index.ts';

/** An account's folder of a bucket. */
export interface AccountFolder {
  readonly account: string;
  readonly organizationId?: string;
  /** Ends with a slash. */
  readonly path: string;
}

/** What lies in a bucket: chains of digests, and places with log files. */
export interface FoundPlaces {
  readonly chains: readonly ChainName[];
  readonly regions: readonly { readonly folder: AccountFolder; readonly region: string }[];
}

const DAY = 86_400_000;
/** An organization may have thousands; each costs listings. */
const MAX_ACCOUNTS = 10_000;
/** Who holds the bucket can make up Regions and trails. */
const MAX_REGIONS = 200;
const MAX_CHAINS_OF_REGION = 50;

/** Finds accounts, Regions and chains by their folders, without listing what lies in them. Times in milliseconds. */
export async function findPlaces(
  reader: BucketReader,
  place: { readonly bucket: string; readonly prefix: string },
  from: number,
  to: number,
): Promise<FoundPlaces> {
  const chains: ChainName[] = [];
  const regions: { folder: AccountFolder; region: string }[] = [];
  for (const folder of await accountFolders(reader, place)) {
    const { bucket } = place;
    const digests = `${folder.path}CloudTrail-Digest/`;
    for (const region of await folders(reader, bucket, digests, MAX_REGIONS)) {
      chains.push(...(await chainsOf(reader, bucket, folder, region, from, to)));
    }
    for (const region of await folders(reader, bucket, `${folder.path}CloudTrail/`, MAX_REGIONS)) {
      regions.push({ folder, region });
    }
  }
  return { chains, regions };
}

async function accountFolders(
  reader: BucketReader,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<AccountFolder[]> {
  const root = `${prefix === '' ? '' : `${prefix}/`}AWSLogs/`;
  const found: AccountFolder[] = [];
  for (const name of await folders(reader, bucket, root, MAX_ACCOUNTS)) {
    if (/^\d{12}$/.test(name)) found.push({ account: name, path: `${root}${name}/` });
    else if (/^o-[a-z0-9]{10,32}$/.test(name)) {
      for (const account of await folders(reader, bucket, `${root}${name}/`, MAX_ACCOUNTS)) {
        if (!/^\d{12}$/.test(account)) continue;
        found.push({ account, organizationId: name, path: `${root}${name}/${account}/` });
      }
    }
  }
  return found;
}

/** Names of the folders below a path: one listing for each, which begins behind the one before. */
async function folders(
  reader: BucketReader,
  bucket: string,
  path: string,
  max: number,
): Promise<readonly string[]> {
  const names: string[] = [];
  let after = '';
  while (names.length < max) {
    const key = await firstKey(reader, bucket, path, after);
    if (key === undefined) break;
    const slash = key.indexOf('/', path.length);
    if (slash < 0) {
      after = key;
      continue;
    }
    const name = key.slice(path.length, slash);
    names.push(name);
    // `0` follows `/`: everything in the folder lies before it.
    after = `${path}${name}0`;
    if (key >= after) break;
  }
  return names;
}

async function firstKey(
  reader: BucketReader,
  bucket: string,
  path: string,
  after: string,
): Promise<string | undefined> {
  for await (const page of reader.list(bucket, path, after)) {
    const [first] = page;
    if (first !== undefined) return first.key;
  }
  return undefined;
}

/** Trails by the names of their digests, in the days that are asked for. */
async function chainsOf(
  reader: BucketReader,
  bucket: string,
  { account, organizationId, path }: AccountFolder,
  region: string,
  from: number,
  to: number,
): Promise<ChainName[]> {
  const chains = new Map<string, ChainName>();
  // The digest of an hour may lie in the next day's folder.
  for (let day = from; day <= to + DAY; day += DAY) {
    const folder = `${path}CloudTrail-Digest/${region}/${new Date(day).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
    for await (const page of reader.list(bucket, folder, '')) {
      for (const { key } of page) {
        const name = DIGEST.exec(key.slice(folder.length));
        if (!name || chains.size >= MAX_CHAINS_OF_REGION) continue;
        const [, trailName = '', homeRegion = ''] = name;
        chains.set(`${trailName} ${homeRegion}`, {
          ...{ account, trailName, homeRegion, sourceRegion: region },
          ...(organizationId !== undefined && { organizationId }),
        });
      }
    }
  }
  return [...chains.values()];
}

/** Trails may have underscores in their names, Regions have none. */
const DIGEST =
  /^\d{12}_CloudTrail-Digest_[a-z0-9-]+_([A-Za-z0-9._-]{1,128})_([a-z0-9-]+)_\d{8}T\d{6}Z(?:_backfill)?\.json\.gz$/;
