/** Which chain of digests is asked about: one trail, one account, one source Region. */
export interface ChainName {
  readonly account: string;
  readonly trailName: string;
  readonly homeRegion: string;
  /** Whose events the digests vouch for. */
  readonly sourceRegion: string;
  /** Part of the keys of an organization's trail. */
  readonly organizationId?: string;
}

const STAMP = /^\d{8}T\d{6}Z$/;
const BACKFILL = '_backfill.json.gz';

/** Whether a key names a backfill digest, which vouches for log files delivered late. */
export function isBackfillKey(key: string): boolean {
  return key.endsWith(BACKFILL);
}

/** The 16 characters of a digest key where the end of its window stands, whatever they are. */
export function stampOf(key: string): string {
  return isBackfillKey(key) ? key.slice(-33, -17) : key.slice(-24, -8);
}

/** The end of a digest's window as its key says, in milliseconds; undefined when the key says nothing of the kind. */
export function timeOfKey(key: string): number | undefined {
  const stamp = stampOf(key);
  if (!STAMP.test(stamp)) return undefined;
  const time = Date.parse(
    stamp.replace(
      /^(....)(..)(..)T(..)(..)(..)Z$/,
      (_, y, m, d, h, min, s) => `${y}-${m}-${d}T${h}:${min}:${s}Z`,
    ),
  );
  return Number.isNaN(time) ? undefined : time;
}

/** `20261101T100000Z`, cut to the second. */
export function formatStamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** `2026-11-01T10:00:00Z`, cut to the second. */
export function formatTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** `AWSLogs/…/account/` with the trail's own prefix before it. */
export function accountFolder(chain: ChainName, prefix: string | undefined): string {
  const organization = chain.organizationId ? `${chain.organizationId}/` : '';
  return `${prefix ? `${prefix}/` : ''}AWSLogs/${organization}${chain.account}/`;
}

/** What a listing of the chain's digests begins with; other trails' digests lie there too. */
export function digestPrefix(chain: ChainName, prefix: string | undefined): string {
  return `${accountFolder(chain, prefix)}CloudTrail-Digest/${chain.sourceRegion}`;
}

/** The key at which a digest of a window that ends at `time` lies. */
export function digestKey(chain: ChainName, prefix: string | undefined, time: number): string {
  const { account, sourceRegion, trailName, homeRegion } = chain;
  const day = new Date(time).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${digestPrefix(chain, prefix)}/${day}/${account}_CloudTrail-Digest_${sourceRegion}_${trailName}_${homeRegion}_${formatStamp(time)}.json.gz`;
}

/** Tells the chain's own digests from everything else in the bucket, exactly as AWS's validator does. */
export function digestPattern(chain: ChainName, prefix: string | undefined): RegExp {
  const { account, sourceRegion, trailName, homeRegion } = chain;
  const name = [account, 'CloudTrail-Digest', sourceRegion, trailName, homeRegion].map(quote).join('_');
  return new RegExp(
    `^${quote(digestPrefix(chain, prefix))}/\\d+/\\d+/\\d+/${name}_.+(?:_backfill)?\\.json\\.gz$`,
  );
}

function quote(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
