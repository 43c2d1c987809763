import { formatTime } from '../digest-key.ts';
import { type Evidence, linksOf } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';
import { fingerprintOf } from '../public-key.ts';

const DAY = 86_400_000;

/** Is each key the one that its fingerprint names, and was it valid when it signed? AWS's validator asks neither. */
export function areKeysTrue(evidence: Evidence): Finding[] {
  const findings: Finding[] = [];
  for (const key of evidence.keys.used()) {
    const signed = linksOf(evidence.met).filter(({ fingerprint }) => fingerprint === key.fingerprint);
    if (fingerprintOf(key.value) !== key.fingerprint) {
      const text = `The key that was given for the fingerprint ${key.fingerprint} has another one, ${fingerprintOf(key.value)}: somebody put a key of their own in its place, and everything signed with it is worth nothing.`;
      findings.push(finding('key-replaced', 'error', text, { objects: signed.map(addressOf) }));
    }
    const { validFrom = Number.NEGATIVE_INFINITY, validUntil = Number.POSITIVE_INFINITY } = key;
    // Digests are signed some time after their window ends; a day is more than CloudTrail ever takes.
    const strange = signed.filter(({ end }) => end < validFrom - DAY || end > validUntil + DAY);
    if (strange.length === 0) continue;
    const text = `${strange.length} digests bear a signature of key ${key.fingerprint}, which was valid from ${formatTime(validFrom)} to ${formatTime(validUntil)} and not when their windows ended.`;
    const ends = strange.map(({ end }) => end);
    const more = { since: Math.min(...ends), until: Math.max(...ends), objects: strange.map(addressOf) };
    findings.push(finding('key-not-valid-then', 'warning', text, more));
  }
  return findings;
}
