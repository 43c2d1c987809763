import { formatTime } from '../digest-key.ts';
import { type Evidence, linksOf } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';

/** Does the chain still hold every digest that somebody has kept a note of, unchanged? */
export function areAnchorsKept(evidence: Evidence): Finding[] {
  const links = linksOf(evidence.met);
  return evidence.anchors
    .filter(({ end }) => end >= evidence.start && end <= evidence.end)
    .filter(
      (anchor) =>
        !links.some(
          ({ bucket, key, sha256 }) =>
            bucket === anchor.bucket && key === anchor.key && sha256 === anchor.sha256,
        ),
    )
    .map((anchor) =>
      finding(
        'anchor-missing',
        'error',
        `The digest that was anchored for ${formatTime(anchor.end)} is no longer part of the chain: the chain was cut or written anew after it.`,
        { since: anchor.end, objects: [addressOf(anchor)] },
      ),
    );
}
