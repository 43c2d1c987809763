import {
  type BucketReader,
  type ChainName,
  createLogInspector,
  type ListedLog,
  type LogInspector,
  type LogStatus,
  type PublicKeySource,
  type TrailStatus,
  verifyChain,
} from '../../digest/verify/index.ts';
import {
  type ChainReport,
  type FateCounts,
  type FileFate,
  type KnownDigest,
  noFates,
  type WindowRow,
} from './report.ts';

/** What the collector knows of a file; undefined: it never read it. */
export interface CollectedFiles {
  outcome(bucket: string, key: string): 'done' | 'foreign' | 'quarantined' | 'gone' | undefined;
}

/** What to check one chain with. Times in milliseconds. */
export interface ChainQuestion {
  readonly chain: ChainName;
  readonly bucket: string;
  /** What comes before `AWSLogs/`, without a slash at its end; empty: nothing. */
  readonly prefix: string;
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly reader: BucketReader;
  readonly keys: PublicKeySource;
  readonly collected: CollectedFiles;
  /** The newest digest of an earlier check. */
  readonly known?: KnownDigest;
  readonly status?: TrailStatus;
  /** Default: in this thread, one by one. */
  readonly inspector?: LogInspector;
}

const HOUR = 3_600_000;
const MAX_EXAMPLES = 100;

type Counted = { -readonly [Name in keyof WindowRow]: WindowRow[Name] };

/**
 * Checks signatures and links of a chain's digests, reads every file that they promise, and compares with what was
 * collected. @throws what reader and keys throw; nothing for what lies in the bucket.
 */
export async function checkChain(question: ChainQuestion): Promise<ChainReport> {
  const { chain, bucket, prefix, from, to, now, reader, keys, known, status } = question;
  const tally = new Tally(question.collected);
  const verdict = await verifyChain(
    {
      ...{ chain, bucket, start: from, end: to, now, reader, keys },
      ...(prefix !== '' && { prefix }),
      logs: question.inspector ?? createLogInspector(reader),
      ...(status && { status }),
      ...(known && { anchors: [known] }),
    },
    async (answer) => {
      switch (answer.kind) {
        case 'digest':
          return tally.window(answer.digest.start, answer.digest.end, 'valid');
        case 'invalid':
          return tally.broken(answer.key, answer.problem.message);
        case 'gap':
          // The younger digest says itself that nothing was delivered before it.
          return;
        case 'log':
          return tally.file(answer.log, answer.status);
        case 'log-unreadable':
          return tally.unreadable();
      }
    },
  );
  const missing = verdict.findings.filter(({ code }) => code === 'digests-missing' || code === 'tail-cut');
  for (const { since, until } of missing) tally.hole(since, until);
  for (const { code, objects } of verdict.findings) if (code === 'log-unlisted') tally.unlist(objects);
  return {
    ...{ chain, bucket, prefix },
    ...tally.finish(),
    findings: verdict.findings,
    ...(verdict.newest && { newest: verdict.newest }),
  };
}

/** Counts files by window; the walk goes from new to old, digest before its files. */
class Tally {
  readonly #collected: CollectedFiles;
  readonly #windows: Counted[] = [];
  readonly #examples: { readonly fate: FileFate; readonly key: string }[] = [];

  constructor(collected: CollectedFiles) {
    this.#collected = collected;
  }

  window(from: number, to: number, digest: WindowRow['digest']): void {
    this.#windows.push({ from, to, digest, promised: 0, unlisted: 0, ...noFates() });
  }

  /** A digest that is not true: its key says the end of its window, as far as a key can be believed. */
  broken(key: string, _problem: string): void {
    const stamp = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:_backfill)?\.json\.gz$/.exec(key);
    const [, year, month, day, hour, minute, second] = (stamp ?? []).map(Number);
    const end = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
    const to = Number.isFinite(end) ? end : 0;
    this.window(to - HOUR, to, 'invalid');
  }

  file({ bucket, key }: ListedLog, status: LogStatus): void {
    const row = this.#windows.at(-1);
    if (row === undefined) return;
    const fate = this.#fateOf(bucket, key, status);
    row.promised++;
    row[fate]++;
    if (fate !== 'in' && this.#examples.length < MAX_EXAMPLES) this.#examples.push({ fate, key });
  }

  /** A signed list holds an entry that is no file: nothing can be compared. */
  unreadable(): void {
    const row = this.#windows.at(-1);
    if (row === undefined) return;
    row.promised++;
    row.missing++;
  }

  /** Time without digests, as one row: how many there were nobody can know. */
  hole(since: number | undefined, until: number | undefined): void {
    const isKnown = this.#windows.some(
      ({ digest, to }) => digest === 'invalid' && to > (since ?? 0) && to <= (until ?? 0),
    );
    if (since === undefined || until === undefined || isKnown) return;
    this.#windows.push({ from: since, to: until, digest: 'missing', promised: 0, unlisted: 0, ...noFates() });
  }

  unlist(objects: readonly string[]): void {
    for (const address of objects) {
      const time = timeOfLog(address);
      const row = this.#windows.find(({ from, to }) => time >= from && time < to) ?? this.#windows[0];
      if (row) row.unlisted++;
    }
  }

  finish(): Pick<ChainReport, 'windows' | 'promised' | 'counts' | 'unlisted' | 'brokenWindows' | 'examples'> {
    const windows = this.#windows.toSorted((one, other) => one.from - other.from);
    const sum = (count: (row: WindowRow) => number) => windows.reduce((total, row) => total + count(row), 0);
    const counts: FateCounts = {
      in: sum((row) => row.in),
      late: sum((row) => row.late),
      quarantined: sum((row) => row.quarantined),
      missing: sum((row) => row.missing),
      removed: sum((row) => row.removed),
      changed: sum((row) => row.changed),
    };
    return {
      ...{ windows, counts, examples: this.#examples },
      promised: sum((row) => row.promised),
      unlisted: sum((row) => row.unlisted),
      brokenWindows: windows.filter(({ digest }) => digest !== 'valid').length,
    };
  }

  #fateOf(bucket: string, key: string, status: LogStatus): FileFate {
    const outcome = this.#collected.outcome(bucket, key);
    switch (status) {
      case 'missing':
        return outcome === 'done' ? 'removed' : 'missing';
      case 'mismatch':
      case 'format':
        return 'changed';
      case 'valid':
        if (outcome === 'quarantined' || outcome === 'foreign') return 'quarantined';
        return outcome === 'done' ? 'in' : 'late';
    }
  }
}

/** The slot in a log file's key, `_20261101T1005Z_`; 0 when it has none. */
export function timeOfLog(key: string): number {
  const slot = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[A-Za-z0-9]+\.json\.gz$/.exec(key);
  if (!slot) return 0;
  const [, year = 0, month = 1, day, hour, minute] = slot.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute);
}
