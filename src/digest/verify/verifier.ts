import type { BucketReader } from './bucket-reader.ts';
import { ChainKeys } from './chain-keys.ts';
import { type ListedLog, listedLogs } from './digest.ts';
import type { ChainName } from './digest-key.ts';
import { type DigestListing, listDigests } from './digest-listing.ts';
import { type Anchor, type Evidence, linkOf, linksOf, type Met, type TrailStatus } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { LogInspector, LogStatus, LogVerdict } from './inspect-log.ts';
import { LogLedger } from './log-ledger.ts';
import type { PublicKeySource } from './public-key.ts';
import { areAnchorsKept } from './questions/are-anchors-kept.ts';
import { areDigestsLinked } from './questions/are-digests-linked.ts';
import { areKeysTrue } from './questions/are-keys-true.ts';
import { areLogsListed } from './questions/are-logs-listed.ts';
import { areObjectsWhole } from './questions/are-objects-whole.ts';
import { areRecordsUnique } from './questions/are-records-unique.ts';
import { isChainSingle } from './questions/is-chain-single.ts';
import { isTailThere } from './questions/is-tail-there.ts';
import { type Step, walkDigests } from './walk.ts';

const HOUR = 3_600_000;

/** What is to be verified, and with what. Times in milliseconds. */
export interface Question {
  readonly chain: ChainName;
  readonly bucket: string;
  readonly prefix?: string;
  readonly start: number;
  readonly end: number;
  /** The time of asking. */
  readonly now: number;
  readonly reader: BucketReader;
  readonly keys: PublicKeySource;
  /** Reads the log files; see `createLogInspector` for one without threads. */
  readonly logs: LogInspector;
  /** What the service says of the trail; absent when it was not asked. */
  readonly status?: TrailStatus;
  /** Digests that were noted down out of the server's reach. */
  readonly anchors?: readonly Anchor[];
  /**
   * How far to look, for callers with little time: at the digests alone, at the log files that they list too, or (the
   * default) at everything, that is also for log files that no digest lists and for records that are there twice.
   */
  readonly reach?: 'digests' | 'listed-logs' | 'everything';
}

/** One answer, in the order of the AWS CLI: a digest, then its log files, then the digest before it. */
export type Answer =
  | Step
  | { readonly kind: 'log'; readonly log: ListedLog; readonly status: LogStatus; readonly size: number }
  /** An entry of a signed list that is no log file. */
  | { readonly kind: 'log-unreadable' };

/** Takes an answer; a promise is awaited. */
export type Tell = (answer: Answer) => Promise<void> | undefined;

/** What the whole verification has found. */
export interface Verdict {
  /** Newest first, as far as walked; the first is the head to anchor. */
  readonly newest?: {
    readonly bucket: string;
    readonly key: string;
    readonly end: number;
    readonly sha256: string;
  };
  /** Beyond AWS's validator. */
  readonly findings: readonly Finding[];
}

/** Log files whose verdicts may be waiting at one time. */
const MAX_WAITING = 2048;
/** Log files that go to the inspector together. */
const BATCH = 16;

/**
 * Verifies one chain of digests and all log files that it lists, then asks what AWS's validator does not ask. `tell` is
 * called for each answer in order.
 *
 * @throws NoPublicKeys, and what the reader, the keys and the inspector throw. Nothing that lies in the bucket makes it
 * throw.
 */
export async function verifyChain(question: Question, tell: Tell): Promise<Verdict> {
  const { evidence, answers } = await walkBoth(question, tell);
  const isEverything = (question.reach ?? 'everything') === 'everything';
  const [logs] = await Promise.all([
    isEverything ? areLogsListed(evidence) : { findings: [], afterNewest: [] },
    // What is listed is known by now, while the last of it is still being read.
    answers.end(),
  ]);
  const findings = [
    ...areDigestsLinked(evidence),
    ...(await isChainSingle(evidence)),
    ...(await isTailThere(evidence, logs.afterNewest)),
    ...areObjectsWhole(evidence),
    ...logs.findings,
    ...(isEverything ? await areRecordsUnique(evidence) : []),
    ...areKeysTrue(evidence),
    ...areAnchorsKept(evidence),
  ];
  const newest = linksOf(evidence.met)[0];
  if (newest === undefined) return { findings };
  const { bucket, key, end, sha256 } = newest;
  return { newest: { bucket, key, end, sha256 }, findings };
}

/** What AWS's validator does: the standard chain, then the backfill chain, each with its log files. */
async function walkBoth(
  question: Question,
  tell: Tell,
): Promise<{ readonly evidence: Evidence; readonly answers: AnswersInOrder }> {
  const { chain, bucket, prefix, start, end, reader } = question;
  const place = { bucket, prefix };
  const listings = new Map<string, DigestListing>();
  listings.set(`${bucket} ${end}`, await listDigests(reader, chain, place, start, end));
  const keys = new ChainKeys(question.keys);
  await keys.load(start, end + 2 * HOUR);
  const ledger = new LogLedger();
  const answers = new AnswersInOrder(question, ledger, tell);
  const met: Record<'standard' | 'backfill', Met[]> = { standard: [], backfill: [] };
  for (const isBackfill of [false, true]) {
    const walk = { reader, chain, place, start, end, keys, isBackfill, listings };
    for await (const step of walkDigests(walk)) {
      met[isBackfill ? 'backfill' : 'standard'].push(metOf(step));
      await answers.add(step);
    }
  }
  const evidence = {
    ...{ reader, chain, place, start, end, keys, ledger },
    now: question.now,
    met: met.standard,
    metBackfill: met.backfill,
    listings: [...listings.values()],
    ...(question.status && { status: question.status }),
    anchors: question.anchors ?? [],
  };
  return { evidence, answers };
}

function metOf(step: Step): Met {
  switch (step.kind) {
    case 'digest':
      return linkOf(step.digest);
    case 'invalid':
      return { kind: 'broken', bucket: step.bucket, key: step.key, problem: step.problem };
    case 'gap':
      return { kind: 'gap', since: step.since, until: step.until };
  }
}

/** The walk runs ahead while log files are read side by side; answers go out in the walk's order. */
class AnswersInOrder {
  readonly #inspector: LogInspector;
  readonly #readsLogs: boolean;
  readonly #ledger: LogLedger;
  readonly #tell: Tell;
  readonly #waiting: { readonly size: number; readonly give: () => Promise<void> }[] = [];
  #size = 0;

  constructor(question: Question, ledger: LogLedger, tell: Tell) {
    this.#inspector = question.logs;
    this.#readsLogs = question.reach !== 'digests';
    this.#ledger = ledger;
    this.#tell = tell;
  }

  async add(step: Step): Promise<void> {
    this.#push(0, async () => this.#tell(step));
    const entries = step.kind === 'digest' && this.#readsLogs ? listedLogs(step.digest) : [];
    for (let at = 0; at < entries.length; at += BATCH) {
      const batch = entries.slice(at, at + BATCH);
      this.#inspect(batch);
      while (this.#size > MAX_WAITING) await this.#shift();
    }
    while (this.#waiting[0]?.size === 0) await this.#shift();
  }

  async end(): Promise<void> {
    while (this.#waiting.length > 0) await this.#shift();
  }

  #inspect(batch: readonly (ListedLog | undefined)[]): void {
    const logs = batch.filter((log) => log !== undefined);
    const numbers = logs.map((log) => this.#ledger.list(log));
    const reading = this.#inspector.inspect(logs);
    // Met when its turn comes; until then nobody listens.
    reading.catch(() => undefined);
    this.#push(batch.length, async () => {
      const verdicts = await reading;
      for (const [index, verdict] of verdicts.entries()) this.#ledger.note(numbers[index] ?? -1, verdict);
      await this.#answer(batch, verdicts);
    });
  }

  async #answer(batch: readonly (ListedLog | undefined)[], verdicts: readonly LogVerdict[]): Promise<void> {
    let index = 0;
    for (const log of batch) {
      const verdict = log && verdicts[index++];
      const told =
        log === undefined || verdict === undefined
          ? this.#tell({ kind: 'log-unreadable' })
          : this.#tell({ kind: 'log', log, status: verdict.status, size: verdict.size });
      // Most are valid, and there is nothing to wait for.
      if (told) await told;
    }
  }

  #push(size: number, give: () => Promise<void>): void {
    this.#waiting.push({ size, give });
    this.#size += size;
  }

  async #shift(): Promise<void> {
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#size -= first.size;
    await first.give();
  }
}
