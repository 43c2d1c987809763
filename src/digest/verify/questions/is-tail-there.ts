import { checkDigest, type TrueDigest } from '../check-digest.ts';
import { fetchDigest } from '../digest.ts';
import { formatTime } from '../digest-key.ts';
import { listDigests } from '../digest-listing.ts';
import { DigestProblem } from '../digest-problem.ts';
import { type ChainLink, type Evidence, linksOf } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';
import { missingDigests } from './are-digests-linked.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Digests after the time asked for that are read until one is true. */
const MAX_LATER = 5;

/**
 * Is the newest digest the newest that there was? Whoever cuts the end of a chain leaves a valid chain behind; it shows
 * only against something else: a later digest, the service's own word, log files that came later, the clock.
 *
 * @param afterNewest Slots of log files that came after the newest digest.
 */
export async function isTailThere(evidence: Evidence, afterNewest: readonly number[]): Promise<Finding[]> {
  const newest = linksOf(evidence.met)[0];
  if (newest === undefined) return nothingThere(evidence);
  const expected = Math.min(evidence.end, evidence.now);
  if (newest.end >= expected) return [];
  const later = await laterDigest(evidence, newest);
  // What comes next says by itself whether something lay between; the first of a new chain says that nothing did.
  if (later) return later.previous && later.previous.key !== newest.key ? hole(newest, later) : [];
  const length = Math.max(newest.end - newest.start, MINUTE);
  return [
    ...againstStatus(evidence, newest, length),
    ...againstLogs(newest, length, afterNewest),
    ...againstClock(evidence, newest, length, expected),
  ].slice(0, 1);
}

function cut(newest: ChainLink, until: number, proof: string): Finding {
  const text = `The end of the chain is missing. The newest digest ends at ${formatTime(newest.end)}, but ${proof}. Nothing vouches for the log files delivered since.`;
  return finding('tail-cut', 'error', text, { since: newest.end, until, objects: [addressOf(newest)] });
}

/** The service delivered a digest after the newest that is there. */
function againstStatus(evidence: Evidence, newest: ChainLink, length: number): Finding[] {
  const delivered = evidence.status?.latestDigestDelivery;
  if (delivered === undefined || delivered > evidence.now + DAY) return [];
  const stored = evidence.listings
    .map(({ modified }) => modified.get(newest.key))
    .find((time) => time !== undefined);
  // A digest may come up to an hour after its window; where the store tells when it came, little is enough.
  const allowed =
    stored !== undefined ? stored + Math.min(2 * MINUTE, length / 2) : newest.end + 1.5 * length;
  if (delivered <= allowed) return [];
  return [cut(newest, evidence.end, `the service says that it delivered one at ${formatTime(delivered)}`)];
}

function againstLogs(newest: ChainLink, length: number, afterNewest: readonly number[]): Finding[] {
  const last = afterNewest.reduce((a, b) => Math.max(a, b), 0);
  const patience = Math.max(2 * length, 15 * MINUTE);
  if (last <= newest.end + patience) return [];
  return [cut(newest, last, `log files were delivered until ${formatTime(last)}`)];
}

function againstClock(evidence: Evidence, newest: ChainLink, length: number, expected: number): Finding[] {
  const { isLogging, stoppedAt } = evidence.status ?? {};
  if (isLogging === false && stoppedAt !== undefined && stoppedAt <= newest.end + length) return [];
  if (expected - newest.end <= 2 * length + 10 * MINUTE) return [];
  const text = `The newest digest ends at ${formatTime(newest.end)}, though the time asked for goes on until ${formatTime(expected)}. Nothing vouches for log files delivered since. That is as it should be if logging or validation was switched off then; if not, the end of the chain was cut or the server does not deliver.`;
  return [
    finding('tail-old', 'warning', text, {
      since: newest.end,
      until: expected,
      objects: [addressOf(newest)],
    }),
  ];
}

/** The first true digest of the chain after the time asked for. */
async function laterDigest(evidence: Evidence, newest: ChainLink): Promise<TrueDigest | undefined> {
  const { reader, chain, place, now, keys } = evidence;
  if (evidence.end >= now) return undefined;
  const listing = await listDigests(reader, chain, place, newest.end + 1000, evidence.end + 2 * DAY);
  for (const key of listing.standard.slice(0, MAX_LATER)) {
    try {
      const fetched = await fetchDigest(reader, place.bucket, key);
      if (fetched) return await checkDigest(fetched, chain.homeRegion, async (name) => keys.find(name));
    } catch (error) {
      if (!(error instanceof DigestProblem)) throw error;
    }
  }
  return undefined;
}

function hole(newest: ChainLink, later: TrueDigest): Finding[] {
  return missingDigests(newest.end, later.start, newest, []);
}

function nothingThere(evidence: Evidence): Finding[] {
  const { start, end, status } = evidence;
  const met = evidence.met.length > 0;
  const delivered = status?.latestDigestDelivery;
  const isProved = delivered !== undefined && delivered >= start + HOUR && delivered - HOUR <= end;
  if (met && !isProved) return [];
  const proof = isProved
    ? `, though the service says that it delivered one at ${formatTime(delivered)}: the chain was taken away`
    : '. That is as it should be if the trail did not log, or had no log file validation';
  const text = `There is no valid digest between ${formatTime(start)} and ${formatTime(end)}${proof}. Nothing vouches for log files delivered in that time.`;
  return [finding('no-digests', isProved ? 'error' : 'warning', text, { since: start, until: end })];
}
