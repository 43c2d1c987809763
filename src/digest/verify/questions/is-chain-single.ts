import { checkDigest, type TrueDigest } from '../check-digest.ts';
import { fetchDigest } from '../digest.ts';
import { formatTime } from '../digest-key.ts';
import { DigestProblem } from '../digest-problem.ts';
import { type Evidence, linksOf, type Met } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';

/** More digests outside the chain are counted, but not read. */
const MAX_READ = 200;

/**
 * Does every digest of the trail in the bucket belong to the chain that was walked? A signed digest beside it means
 * that the chain was forked: two histories exist, and the walk has seen one.
 */
export async function isChainSingle(evidence: Evidence): Promise<Finding[]> {
  const findings: Finding[] = [];
  const walked = new Set([...evidence.met, ...evidence.metBackfill].flatMap(placeOf));
  const outside = [
    ...new Set(evidence.listings.flatMap(({ standard, backfill }) => [...standard, ...backfill])),
  ].filter((key) => !walked.has(key));
  for (const key of outside.slice(0, MAX_READ)) findings.push(...(await judge(evidence, key)));
  if (outside.length > MAX_READ) {
    const text = `${outside.length - MAX_READ} more digests lie outside the chain and were not read.`;
    findings.push(finding('digest-outside-chain', 'error', text, { objects: outside.slice(MAX_READ) }));
  }
  const nameless = evidence.listings.flatMap((listing) => listing.nameless);
  if (nameless.length > 0) {
    const text =
      'Objects are named like digests of this trail, but without a time. CloudTrail writes none such; the AWS CLI stumbles over them or stops its listing there.';
    findings.push(finding('digest-outside-chain', 'error', text, { objects: [...new Set(nameless)] }));
  }
  return findings;
}

async function judge(evidence: Evidence, key: string): Promise<Finding[]> {
  const { bucket } = evidence.place;
  const objects = [addressOf({ bucket, key })];
  try {
    const fetched = await fetchDigest(evidence.reader, bucket, key);
    if (fetched === undefined) return [];
    const digest = await checkDigest(fetched, evidence.chain.homeRegion, async (fingerprint) =>
      evidence.keys.find(fingerprint),
    );
    const { start: since, end: until } = digest;
    const twin = linksOf(evidence.met).find((link) => hasSamePrevious(link, digest));
    if (twin) {
      const text = `The chain was forked after ${formatTime(twin.start)}: two signed digests follow the same one, and each tells another history from then on.`;
      return [
        finding('chain-forked', 'error', text, { since, until, objects: [...objects, addressOf(twin)] }),
      ];
    }
    const text = `A signed digest for ${formatTime(since)} to ${formatTime(until)} is not part of the chain: no later digest leads to it.`;
    return [finding('digest-outside-chain', 'error', text, { since, until, objects })];
  } catch (error) {
    if (!(error instanceof DigestProblem)) throw error;
    const text = `An object that is named like a digest of this trail is outside the chain, and invalid: ${error.message}.`;
    return [finding('digest-outside-chain', 'error', text, { objects })];
  }
}

function hasSamePrevious(link: { readonly previous: TrueDigest['previous'] }, digest: TrueDigest): boolean {
  return link.previous?.key === digest.previous?.key && link.previous?.bucket === digest.previous?.bucket;
}

function placeOf(met: Met): string[] {
  return met.kind === 'gap' ? [] : [met.key];
}
