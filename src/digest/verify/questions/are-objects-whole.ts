import { type Evidence, linksOf } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';

/**
 * Is what was signed all that the object holds? AWS's validator reads the first gzip member of an object; other readers
 * inflate all of them, and would believe records that nobody signed.
 */
export function areObjectsWhole(evidence: Evidence): Finding[] {
  const { ledger } = evidence;
  return [
    ...altered(
      ledger.disturbed.filter(({ verdict }) => verdict.ending === 'trailing'),
      'log-altered',
      'hold more than what was signed: bytes follow the signed content, and readers that inflate the whole object see them',
    ),
    ...altered(
      ledger.disturbed.filter(({ verdict }) => verdict.ending === 'cut'),
      'log-altered',
      'were cut short after the signed content: all records are there, but other readers call the file damaged',
    ),
    ...altered(
      linksOf([...evidence.met, ...evidence.metBackfill]).filter(({ ending }) => ending !== 'whole'),
      'digest-altered',
      'hold more than what was signed: bytes follow the digest',
    ),
    ...swapped(evidence),
  ];
}

function altered(
  places: readonly { readonly bucket: string; readonly key: string }[],
  code: 'log-altered' | 'digest-altered',
  what: string,
): Finding[] {
  if (places.length === 0) return [];
  const noun = code === 'log-altered' ? 'log files' : 'digests';
  const text = `${places.length} valid ${noun} ${what}. Somebody has written the objects anew.`;
  return [finding(code, 'error', text, { objects: places.map(addressOf) })];
}

/** Invalid files that hold each other's content were not damaged, but moved. */
function swapped({ ledger }: Evidence): Finding[] {
  const bySignedHash = new Map(ledger.altered.map((log) => [log.sha256, log]));
  const pairs = ledger.altered.flatMap((log) => {
    const other = bySignedHash.get(log.verdict.actual ?? '');
    return other && other.key !== log.key ? [[log, other] as const] : [];
  });
  if (pairs.length === 0) return [];
  const [first] = pairs;
  const text = `${pairs.length} invalid log files hold the signed content of another one: files were swapped or copied over each other. For example ${first?.[0].key} holds what belongs to ${first?.[1].key}.`;
  return [finding('log-swapped', 'error', text, { objects: pairs.map(([log]) => addressOf(log)) })];
}
