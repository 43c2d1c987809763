import { exactEventIds, fingerprintOfId } from '../event-ids.ts';
import type { Evidence } from '../evidence.ts';
import { addressOf, type Finding, finding } from '../finding.ts';
import { GunzipError, gunzipFirst } from '../gunzip-first.ts';
import { MAX_LOG_OBJECT_BYTES } from '../inspect-log.ts';
import type { TwiceSuspicion } from '../log-ledger.ts';

/** Pairs of files that are read again to be sure. */
const MAX_PAIRS = 50;
const MAX_CONTENT_BYTES = 64 * 2 ** 20;

/**
 * Does every event stand in one log file, once? CloudTrail promises delivery at least once, so that AWS itself may
 * repeat one; opentrail never does.
 */
export async function areRecordsUnique(evidence: Evidence): Promise<Finding[]> {
  const { ledger } = evidence;
  const findings: Finding[] = [];
  const objects = new Set<string>();
  let count = 0;
  let example: string | undefined;
  for (const suspicion of ledger.suspicions.slice(0, MAX_PAIRS)) {
    for (const id of await idsInBoth(evidence, suspicion)) {
      count++;
      example ??= id;
      objects.add(addressOf(suspicion.first)).add(addressOf(suspicion.second));
    }
  }
  if (example !== undefined) {
    const open = ledger.suspicions.length > MAX_PAIRS ? ' More files were not compared.' : '';
    const text = `${count === 1 ? 'One event stands' : `${count} events stand`} twice in the signed log files, for example ${example}. CloudTrail may deliver an event again, so that counts made from these files are too high; an opentrail server never does.${open}`;
    findings.push(finding('record-twice', 'warning', text, { objects: [...objects] }));
  }
  if (ledger.listedTwice.length > 0) {
    const text = `${ledger.listedTwice.length} log files are listed by more than one digest; their events count once.`;
    findings.push(
      finding('log-listed-twice', 'warning', text, { objects: ledger.listedTwice.map(addressOf) }),
    );
  }
  if (ledger.isFull) {
    const text =
      'There are more log files or events than fit into memory: whether events stand twice, and whether log files are unlisted, was not answered for all. Validate shorter time ranges.';
    findings.push(finding('not-looked', 'warning', text));
  }
  return findings;
}

/** The scan took every `eventID` in the bytes; here only those of records count. */
async function idsInBoth(evidence: Evidence, suspicion: TwiceSuspicion): Promise<string[]> {
  const { first, second, fingerprints } = suspicion;
  const wanted = new Set(fingerprints.map(([high, low]) => `${high} ${low}`));
  const inFirst = await wantedIds(evidence, first, wanted);
  if (first !== second) {
    const known = new Set(inFirst);
    return [...new Set(await wantedIds(evidence, second, wanted))].filter((id) => known.has(id));
  }
  return [...new Set(inFirst.filter((id, index) => inFirst.indexOf(id) !== index))];
}

async function wantedIds(
  evidence: Evidence,
  log: TwiceSuspicion['first'],
  wanted: ReadonlySet<string>,
): Promise<string[]> {
  const object = await evidence.reader.get(log.bucket, log.key, MAX_LOG_OBJECT_BYTES);
  if (object === undefined) return [];
  try {
    const ids = exactEventIds(gunzipFirst(object.bytes, MAX_CONTENT_BYTES).content);
    return ids.filter((id) => wanted.has(fingerprintOfId(id).join(' ')));
  } catch (error) {
    if (error instanceof GunzipError) return [];
    throw error;
  }
}
