import { formatTime, timeOfKey } from '../digest-key.ts';
import type { BrokenLink, ChainLink, Evidence, Met } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';

/**
 * Does each digest name the one before it as it really is, and do their windows meet? AWS's validator follows the name
 * only, and goes on silently with the next older digest when a name leads nowhere.
 */
export function areDigestsLinked(evidence: Evidence): Finding[] {
  return [...linksWithin(evidence.met, evidence), ...hashLinks(evidence.metBackfill)];
}

function linksWithin(met: readonly Met[], evidence: Evidence): Finding[] {
  const findings = hashLinks(met);
  let newer: ChainLink | undefined;
  let broken: BrokenLink[] = [];
  for (const one of met) {
    if (one.kind === 'broken') broken.push(one);
    if (one.kind === 'gap') [newer, broken] = [undefined, []];
    if (one.kind !== 'link') continue;
    if (newer === undefined) findings.push(...missingDigests(one.end, endOf(broken), one, broken));
    else if (!names(newer, one) && broken.length === 0) findings.push(ring(newer));
    else if (!names(newer, one)) findings.push(...missingDigests(one.end, newer.start, newer, broken));
    else if (newer.start !== one.end) findings.push(apart(one, newer));
    [newer, broken] = [one, []];
  }
  // The walk ended at a digest that is not there, before it came to the start.
  if (broken.length > 0) {
    findings.push(...missingDigests(evidence.start, newer?.start ?? endOf(broken), newer, broken));
  }
  return findings;
}

/** The walk left a link only because it had been there before. */
function ring(link: ChainLink): Finding {
  const text = `The digest that ends at ${formatTime(link.end)} names a later one as the one before it. Whoever signed it closed the chain to a ring; the AWS CLI would never end.`;
  return finding('digest-link-broken', 'error', text, { since: link.start, objects: [addressOf(link)] });
}

/** The end of the newest window that broken digests stand for, as their keys say. */
function endOf(broken: readonly BrokenLink[]): number {
  return Math.max(...broken.map(({ key }) => timeOfKey(key) ?? Number.NEGATIVE_INFINITY));
}

/** Links that name each other: are hash and signature those of the digest that lies there? */
function hashLinks(met: readonly Met[]): Finding[] {
  const findings: Finding[] = [];
  let newer: ChainLink | undefined;
  for (const one of met) {
    if (one.kind === 'link' && newer && names(newer, one)) {
      const { sha256, signature } = newer.previous ?? {};
      const differs = [
        ...(sha256 !== undefined && sha256 !== one.sha256 ? ['content'] : []),
        ...(signature !== undefined && signature !== one.signature.toLowerCase() ? ['signature'] : []),
      ];
      if (differs.length > 0) findings.push(exchanged(newer, one, differs.join(' and ')));
    }
    newer = one.kind === 'link' ? one : undefined;
  }
  return findings;
}

function names(newer: ChainLink, older: ChainLink): boolean {
  return newer.previous?.bucket === older.bucket && newer.previous.key === older.key;
}

function exchanged(newer: ChainLink, older: ChainLink, what: string): Finding {
  return finding(
    'digest-link-broken',
    'error',
    `The digest that ends at ${formatTime(older.end)} is not the one that its successor was signed over: its ${what} differs. It was exchanged for another signed digest after ${formatTime(newer.start)}, and log files delivered before ${formatTime(older.end)} are vouched for by the exchanged one only.`,
    { since: older.start, until: older.end, objects: [addressOf(older), addressOf(newer)] },
  );
}

/**
 * Says that nothing vouches for a stretch of time; nothing when there is none.
 *
 * @param neighbour A digest of the same chain: its window tells how many would have been in the stretch.
 */
export function missingDigests(
  since: number,
  until: number,
  neighbour: ChainLink | undefined,
  broken: readonly BrokenLink[],
): Finding[] {
  if (!(since < until)) return [];
  const length = neighbour ? neighbour.end - neighbour.start : 0;
  const count = length > 0 ? Math.max(1, Math.round((until - since) / length)) : broken.length;
  const about = count === 1 ? 'One digest is' : `About ${count} digests are`;
  return [
    finding(
      'digests-missing',
      'error',
      `${about} missing or invalid between ${formatTime(since)} and ${formatTime(until)}: nothing vouches for the log files delivered in that time.`,
      { since, until, objects: broken.map(addressOf) },
    ),
  ];
}

function apart(older: ChainLink, newer: ChainLink): Finding {
  const relation = older.end < newer.start ? 'leave a hole' : 'overlap';
  return finding(
    'windows-apart',
    'warning',
    `Two linked digests ${relation}: one ends at ${formatTime(older.end)}, the next starts at ${formatTime(newer.start)}. Whoever signed them wrote it so.`,
    {
      since: Math.min(older.end, newer.start),
      until: Math.max(older.end, newer.start),
      objects: [addressOf(older), addressOf(newer)],
    },
  );
}
