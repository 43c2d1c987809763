import { rename, rm } from 'node:fs/promises';
import { fingerprintOf, loadPublicKey, type PublicKey } from '../../digest/verify/index.ts';
import { type CliContext, CliError } from '../context.ts';
import { openReader } from '../validate-logs/open-reader.ts';
import { resolveTarget, type Target, type TargetOptions } from '../validate-logs/target.ts';
import { type ArchiveWriter, writeArchive } from './archive-file.ts';
import { archiveReadme } from './archive-readme.ts';
import { type ArchiveVerdict, checkArchive } from './check-archive.ts';
import { collectChain, type Wanted } from './collect.ts';
import { type DigestFile, findRegions } from './digest-files.ts';
import { VERIFY_SCRIPT } from './verify-script.ts';

const DAY = 86_400_000;

/** What to export, and into which file. */
export interface ExportRequest {
  readonly target: TargetOptions;
  readonly wanted: Wanted;
  readonly output: string;
}

/**
 * Writes the archive and then verifies it as a stranger would: what does not verify does not get the file's name.
 * @throws CliError when nothing is found, something is missing, or the result is not valid.
 */
export async function exportEvidence(request: ExportRequest, context: CliContext): Promise<ArchiveVerdict> {
  const { output } = request;
  const unfinished = `${output}.part`;
  const writer = writeArchive(unfinished, context.now());
  try {
    await fill(writer, request, context);
    const verdict = await checkArchive(unfinished, undefined);
    if (verdict.problems.length > 0) {
      throw new CliError(
        `what lies in the bucket is not valid, nothing was written: ${verdict.problems.join('; ')}`,
      );
    }
    await rename(unfinished, output);
    return verdict;
  } catch (cause) {
    writer.destroy();
    await rm(unfinished, { force: true });
    if (cause instanceof CliError) throw cause;
    throw new CliError(`cannot export to ${output}: ${(cause as Error).message}`, { cause });
  }
}

/** Log files go into the archive as they are found; what they rest on comes after them. */
async function fill(writer: ArchiveWriter, request: ExportRequest, context: CliContext): Promise<void> {
  const { wanted, target: options } = request;
  const home = await resolveTarget(options, context, undefined);
  const reader = await openReader(home.place, context.env);
  const regions = options.region ? [options.region] : await findRegions(reader, home);
  const chains: { digests: readonly DigestFile[]; keys: readonly PublicKey[]; region: string }[] = [];
  const lines: string[] = [];
  const places = new Map<DigestFile, number[]>();
  let logs = 0;
  const records: Buffer[] = [];
  for (const region of regions) {
    const target = await resolveTarget({ ...options, region }, context, undefined);
    const found = await collectChain(reader, target, wanted, async (log, listedBy) => {
      logs++;
      await writer.add(`logs/${numbered(logs)}.json.gz`, log.packed);
      places.set(listedBy, [...(places.get(listedBy) ?? []), logs]);
      for (const record of log.records) {
        records.push(record);
        lines.push(numbered(logs));
      }
    });
    if (found.digests.length === 0) continue;
    chains.push({ digests: found.digests, keys: await keysOf(target, found.digests), region });
    if (wanted.eventId !== undefined) break;
  }
  if (records.length === 0) throw new CliError(nothingFound(wanted));

  const keys = uniqueKeys(chains.flatMap((chain) => chain.keys));
  const [from, until] = spanOf(chains.flatMap(({ digests }) => digests));
  const question =
    wanted.eventId === undefined
      ? `events from ${iso(wanted.start)} to ${iso(wanted.end)}`
      : `the event ${wanted.eventId}`;
  const facts = { trailArn: options.trailArn, question, regions: chains.map(({ region }) => region) };
  await addKeys(writer, keys);
  const numbers = await addDigests(writer, chains);
  const logLines: string[] = [];
  for (const [digest, found] of places) {
    for (const number of found) logLines.push(`${numbered(number)} ${numbered(numbers.get(digest) ?? 0)}\n`);
  }
  await writer.add('logs.txt', logLines.join(''));
  await writer.add('records.txt', `${lines.join('\n')}\n`);
  await writer.add('records.ndjson', Buffer.concat(records.flatMap((record) => [record, Buffer.from('\n')])));
  await writer.add('verify.sh', VERIFY_SCRIPT);
  await writer.add('README.md', archiveReadme({ ...facts, keysFrom: from, keysUntil: until }));
  await writer.end({
    trailArn: options.trailArn,
    question,
    records: records.length,
    logFiles: logs,
    digests: numbers.size,
  });
}

async function addDigests(
  writer: ArchiveWriter,
  chains: readonly { readonly digests: readonly DigestFile[] }[],
): Promise<ReadonlyMap<DigestFile, number>> {
  const numbers = new Map<DigestFile, number>();
  const chain: string[] = [];
  for (const { digests } of chains) {
    let before: DigestFile | undefined;
    for (const digest of digests) {
      numbers.set(digest, numbers.size + 1);
      const number = numbered(numbers.size);
      await writer.add(`digests/${number}.json.gz`, digest.packed);
      await writer.add(`digests/${number}.sig`, Buffer.from(digest.signature, 'hex'));
      await writer.add(`digests/${number}.hex`, `${digest.signature}\n`);
      // A chain begins anew where logging was off; then there is nothing to continue.
      const continues = before !== undefined && digest.previous !== undefined;
      chain.push(`${number} ${continues ? numbered(numbers.size - 1) : '-'}\n`);
      before = digest;
    }
  }
  await writer.add('chain.txt', chain.join(''));
  return numbers;
}

async function addKeys(writer: ArchiveWriter, keys: readonly PublicKey[]): Promise<void> {
  const list = keys.map(({ fingerprint, value, validFrom, validUntil }) => ({
    Value: value,
    ...(validFrom !== undefined && { ValidityStartTime: validFrom / 1000 }),
    ...(validUntil !== undefined && { ValidityEndTime: validUntil / 1000 }),
    Fingerprint: fingerprint,
  }));
  await writer.add('keys.json', `${JSON.stringify({ PublicKeyList: list }, null, 2)}\n`);
  for (const { fingerprint, value } of keys) {
    await writer.add(`keys/${fingerprint}.pem`, loadPublicKey(value).export({ type: 'spki', format: 'pem' }));
    await writer.add(`keys/${fingerprint}.der`, Buffer.from(value, 'base64'));
  }
}

/** The keys that these digests name, as CloudTrail publishes them. @throws CliError when one is missing. */
async function keysOf(target: Target, digests: readonly DigestFile[]): Promise<PublicKey[]> {
  const [from, until] = [
    Math.min(...digests.map(({ start }) => start)),
    Math.max(...digests.map(({ end }) => end)),
  ];
  const published = new Map(
    (await target.keys.keysBetween(from - DAY, until + DAY)).map((key) => [fingerprintOf(key.value), key]),
  );
  return [...new Set(digests.map(({ fingerprint }) => fingerprint))].map((fingerprint) => {
    const key = published.get(fingerprint);
    if (key) return { ...key, fingerprint };
    throw new CliError(`CloudTrail publishes no key with the fingerprint ${fingerprint} for that time`);
  });
}

function uniqueKeys(keys: readonly PublicKey[]): PublicKey[] {
  return [...new Map(keys.map((key) => [key.fingerprint, key])).values()];
}

function spanOf(digests: readonly DigestFile[]): [string, string] {
  return [
    iso(Math.min(...digests.map(({ start }) => start))),
    iso(Math.max(...digests.map(({ end }) => end))),
  ];
}

function nothingFound({ eventId, start }: Wanted): string {
  return eventId === undefined
    ? `no signed digest lists records of that time; those of the last hour are listed when its digest is delivered`
    : `no signed digest since ${iso(start)} lists a log file with the event ${eventId}; the digest of its hour may not be delivered yet`;
}

function numbered(number: number): string {
  return String(number).padStart(4, '0');
}

function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
