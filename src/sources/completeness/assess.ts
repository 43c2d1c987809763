import type {
  BucketReader,
  ChainName,
  LogInspector,
  PublicKeySource,
  TrailStatus,
} from '../../digest/verify/index.ts';
import { type CollectedFiles, checkChain } from './check-chain.ts';
import { findPlaces } from './find-chains.ts';
import { findQuietHours } from './quiet-hours.ts';
import {
  type ChainReport,
  type CompletenessReport,
  type KnownDigest,
  type QuietHours,
  verdictOf,
} from './report.ts';

/** What is remembered of a source's chains from check to check: a chain that was there once is missed when it is gone. */
export interface ChainMemory {
  chains(): readonly { readonly chain: ChainName; readonly newest?: KnownDigest }[];
  remember(chain: ChainName, newest: KnownDigest): Promise<void>;
}

/** What to check a source with. Times in milliseconds. */
export interface CompletenessQuestion {
  readonly source: string;
  readonly bucket: string;
  /** What comes before `AWSLogs/`, without a slash at its end; empty: nothing. */
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly reader: BucketReader;
  /** Keys of a chain's source Region: from the account, or pinned. */
  readonly keysOf: (chain: ChainName) => PublicKeySource;
  /** What the service says of a chain's trail; undefined: it does not say, or was not asked. */
  readonly statusOf?: (chain: ChainName) => Promise<TrailStatus | undefined>;
  readonly collected: CollectedFiles;
  readonly memory: ChainMemory;
  /** Chains that must be there, as the account's trails say; those that are found or remembered are looked at anyway. */
  readonly expected?: readonly ChainName[];
  readonly inspector?: LogInspector;
}

/**
 * Says how complete what was collected from a source is, by the digests of its bucket; where there are none, by the
 * rhythm of its log files. @throws what reader and keys throw.
 */
export async function assessCompleteness(question: CompletenessQuestion): Promise<CompletenessReport> {
  const { source, bucket, prefix, from, to, now, reader, memory } = question;
  const { chains: found, regions } = await findPlaces(reader, { bucket, prefix }, from, to);
  const remembered = new Map(memory.chains().map((known) => [nameOf(known.chain), known]));
  const chains = new Map(found.map((chain) => [nameOf(chain), chain]));
  for (const chain of question.expected ?? []) chains.set(nameOf(chain), chain);
  for (const [name, { chain }] of remembered) chains.set(name, chain);
  const reports: ChainReport[] = [];
  for (const [name, chain] of chains) {
    const known = remembered.get(name)?.newest;
    const status = await question.statusOf?.(chain);
    const report = await checkChain({
      ...{ chain, bucket, prefix, from, to, now, reader, collected: question.collected },
      keys: question.keysOf(chain),
      // Anchors vouch for the time asked for only.
      ...(known && known.end >= from && known.end <= to && { known }),
      ...(status && { status }),
      ...(question.inspector && { inspector: question.inspector }),
    });
    reports.push(report);
    // A broken chain does not become the measure of the next check.
    const isTrue = report.findings.every(({ severity }) => severity !== 'error');
    if (report.newest && isTrue && report.newest.end > (known?.end ?? 0)) {
      await memory.remember(chain, report.newest);
    }
  }
  const proven = new Set(
    [...chains.values()].map(({ account, sourceRegion }) => `${account} ${sourceRegion}`),
  );
  const open = regions.filter(({ folder, region }) => !proven.has(`${folder.account} ${region}`));
  const suspicions: QuietHours[] = [];
  for (const place of open) suspicions.push(...(await findQuietHours(reader, bucket, place, from, to)));
  const unproven = open.map(({ folder, region }) => ({ account: folder.account, region }));
  const verdict = verdictOf(reports, unproven);
  return { source, from, to, askedAt: now, verdict, chains: reports, unproven, suspicions };
}

/** Different for each chain. */
export function nameOf(chain: ChainName): string {
  const { account, trailName, homeRegion, sourceRegion, organizationId = '' } = chain;
  return [organizationId, account, sourceRegion, trailName, homeRegion].join('/');
}
