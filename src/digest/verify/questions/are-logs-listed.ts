import { checkDigest } from '../check-digest.ts';
import { fetchDigest, listedLogs } from '../digest.ts';
import { digestPrefix, formatTime, timeOfKey } from '../digest-key.ts';
import { DigestProblem } from '../digest-problem.ts';
import { type ChainLink, type Evidence, linksOf } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';
import { dayOf, logPrefixes, slotOf } from '../log-places.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** A key's slot is rounded, and the file comes a little before or after it. */
const BEFORE = 5 * MINUTE;
const AFTER = 15 * MINUTE;
/** Digests of other trails and later hours that are read to find a log file. */
const MAX_DIGESTS = 500;
/** More candidates are counted, but not looked for. */
const MAX_CANDIDATES = 10_000;

/** Log files in the bucket that no digest of the walk lists. */
export interface UnlistedLogs {
  readonly findings: readonly Finding[];
  /** Slots of files that came after the newest digest: normal for an hour, telling after that. Milliseconds. */
  readonly afterNewest: readonly number[];
}

interface Candidate {
  readonly key: string;
  readonly slot: number;
}

/**
 * Does a digest vouch for each log file that lies in the bucket? A file that was slipped in, or brought back under
 * another name, is read by every consumer of the bucket, and AWS's validator never looks at it.
 */
export async function areLogsListed(evidence: Evidence): Promise<UnlistedLogs> {
  const findings: Finding[] = [];
  const afterNewest: number[] = [];
  for (const [bucket, links] of byPlace(evidence)) {
    const [place, prefix] = bucket;
    const newest = Math.max(...links.map(({ end }) => end));
    const candidates: Candidate[] = [];
    let more = 0;
    for await (const candidate of unlisted(evidence, place, prefix)) {
      if (candidate.slot > newest) afterNewest.push(candidate.slot);
      else if (!isCovered(candidate.slot, links)) continue;
      else if (candidates.length < MAX_CANDIDATES) candidates.push(candidate);
      else more++;
    }
    const strange = await withoutOtherDigests(evidence, place, prefix, candidates);
    if (strange.length + more > 0) findings.push(report(place, strange, more));
  }
  return { findings, afterNewest };
}

function report(bucket: string, strange: readonly Candidate[], more: number): Finding {
  const count = strange.length + more;
  const slots = strange.map(({ slot }) => slot);
  const [since, until] = [Math.min(...slots), Math.max(...slots)];
  const text = `${count === 1 ? 'One log file lies' : `${count} log files lie`} in the bucket that no digest lists, with times from ${formatTime(since)} to ${formatTime(until)}. The digests cover that time, so CloudTrail did not deliver ${count === 1 ? 'it' : 'them'} there for a trail with log file validation: put there by somebody else, renamed, or by a trail without validation that uses the same place.`;
  const objects = strange.map(({ key }) => addressOf({ bucket, key }));
  return finding('log-unlisted', 'error', text, { since, until, objects });
}

/** The chain may have moved from one bucket or prefix to another; each is judged for its own time. */
function byPlace(evidence: Evidence): Map<readonly [string, string | undefined], ChainLink[]> {
  const places = new Map<
    string,
    { readonly place: readonly [string, string | undefined]; links: ChainLink[] }
  >();
  for (const link of linksOf(evidence.met)) {
    const at = link.key.indexOf('AWSLogs/');
    const prefix = at > 0 ? link.key.slice(0, at - 1) : undefined;
    const name = `${link.bucket}/${prefix ?? ''}`;
    const known = places.get(name);
    if (known) known.links.push(link);
    else places.set(name, { place: [link.bucket, prefix], links: [link] });
  }
  return new Map([...places.values()].map(({ place, links }) => [place, links]));
}

async function* unlisted(
  evidence: Evidence,
  bucket: string,
  prefix: string | undefined,
): AsyncGenerator<Candidate> {
  const { reader, chain, ledger, start, end } = evidence;
  const last = dayOf(end);
  for (const folder of logPrefixes(chain, prefix)) {
    pages: for await (const page of reader.list(bucket, folder, `${folder}${dayOf(start)}`)) {
      for (const { key } of page) {
        if (key.slice(folder.length, folder.length + last.length) > last) break pages;
        const slot = slotOf(key);
        if (slot === undefined || slot < start || slot > end || ledger.isListed(bucket, key)) continue;
        yield { key, slot };
      }
    }
  }
}

/** Whether the digests from around that time were walked, so that one of them should list the file. */
function isCovered(slot: number, links: readonly ChainLink[]): boolean {
  const [from, to] = [slot - BEFORE, slot + AFTER];
  let reached = from;
  for (const { start, end } of links.toSorted((a, b) => a.start - b.start)) {
    if (start <= reached && end > reached) reached = end;
  }
  return reached >= to;
}

/** Takes out what the next hours' digests list, or those of another trail that delivers to the same place. */
async function withoutOtherDigests(
  evidence: Evidence,
  bucket: string,
  prefix: string | undefined,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const left = new Map(candidates.map((candidate) => [candidate.key, candidate]));
  if (left.size === 0) return [];
  const slots = candidates.map(({ slot }) => slot);
  const [first, last] = [Math.min(...slots) - HOUR, Math.max(...slots) + 25 * HOUR];
  const walked = new Set(linksOf([...evidence.met, ...evidence.metBackfill]).map(({ key }) => key));
  const folder = `${digestPrefix(evidence.chain, prefix)}/`;
  let reads = 0;
  for await (const page of evidence.reader.list(bucket, folder, `${folder}${dayOf(first)}`)) {
    for (const { key } of page) {
      const time = timeOfKey(key);
      if (time === undefined || time < first || time > last || walked.has(key)) continue;
      if (++reads > MAX_DIGESTS || left.size === 0) return [...left.values()];
      for (const log of await logsOfTrueDigest(evidence, bucket, key)) left.delete(log);
    }
  }
  return [...left.values()];
}

async function logsOfTrueDigest(evidence: Evidence, bucket: string, key: string): Promise<string[]> {
  try {
    const fetched = await fetchDigest(evidence.reader, bucket, key);
    if (fetched === undefined) return [];
    await checkDigest(fetched, evidence.chain.homeRegion, async (fingerprint) =>
      evidence.keys.find(fingerprint),
    );
    return listedLogs(fetched).flatMap((log) => (log?.bucket === bucket ? [log.key] : []));
  } catch (error) {
    if (error instanceof DigestProblem) return [];
    throw error;
  }
}
