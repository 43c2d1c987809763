import type { EnrichmentCounts, FileStatus } from '../enrich/index.ts';
import type { ThreadReport } from './thread-messages.ts';

const STATES: readonly FileStatus['state'][] = ['ready', 'stale', 'unavailable'];

/** Puts together what the reading threads say of the operator's enrichment files. */
export class EnrichmentWatch {
  readonly #counts = new Map<number, EnrichmentCounts>();
  #files = new Map<string, FileStatus>();
  readonly #byThread = new Map<number, readonly FileStatus[]>();
  /** Told when a file's state has changed. */
  onChange: ((status: FileStatus) => void) | undefined;

  take(thread: number, { counts, files }: ThreadReport['enrichment']): void {
    this.#counts.set(thread, counts);
    this.#byThread.set(thread, files);
    const before = this.#files;
    this.#files = new Map();
    for (const status of [...this.#byThread.values()].flat()) {
      const known = this.#files.get(status.file);
      // Threads look at different times: the worst of them is shown.
      const isWorse = known === undefined || STATES.indexOf(status.state) > STATES.indexOf(known.state);
      if (isWorse) this.#files.set(status.file, status);
    }
    for (const [file, status] of this.#files) {
      const last = before.get(file);
      if (last?.state !== status.state || last.text !== status.text) this.onChange?.(status);
    }
  }

  /** Since start, of all threads that there were. */
  get counts(): EnrichmentCounts {
    const sum = (count: (counts: EnrichmentCounts) => number) =>
      [...this.#counts.values()].reduce((total, counts) => total + count(counts), 0);
    return {
      records: sum(({ records }) => records),
      degraded: sum(({ degraded }) => degraded),
      failedLookups: sum(({ failedLookups }) => failedLookups),
      failedFiles: sum(({ failedFiles }) => failedFiles),
    };
  }

  /** Each file once. */
  get files(): readonly FileStatus[] {
    return [...this.#files.values()];
  }
}
