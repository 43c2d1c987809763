import type { ListedLog } from './digest.ts';
import { FingerprintTable } from './fingerprint-table.ts';
import type { LogVerdict } from './inspect-log.ts';

/** A log file whose content is not what was signed. */
export interface AlteredLog extends ListedLog {
  readonly verdict: Omit<LogVerdict, 'eventIds'>;
}

/** Two log files, or one twice, that seem to hold the same event. */
export interface TwiceSuspicion {
  readonly first: ListedLog;
  readonly second: ListedLog;
  readonly fingerprints: [number, number][];
}

/** More of one kind are counted, but not kept. */
const MAX_KEPT = 10_000;
/** More log files are read, but not recognised. */
const MAX_NAMES = 12_000_000;

/** What all true digests together list, and what their log files hold: of events only fingerprints. */
export class LogLedger {
  /** Keys by bucket. */
  readonly #names = new Map<string, Set<string>>();
  #nameCount = 0;
  readonly #events = new FingerprintTable();
  /** Places by number. Strings of a digest share their memory, so that one costs little more than its key. */
  readonly #logs: ListedLog[] = [];
  readonly #suspicions = new Map<string, TwiceSuspicion>();
  readonly altered: AlteredLog[] = [];
  readonly listedTwice: ListedLog[] = [];
  /** Files that hold what was signed, and whose gzip around it was changed. */
  readonly disturbed: AlteredLog[] = [];
  suspicionCount = 0;

  /** A true digest lists the log file. Answers the file's number. */
  list(log: ListedLog): number {
    const number = this.#logs.length;
    if (this.isListed(log.bucket, log.key)) keep(this.listedTwice, log);
    else this.#remember(log);
    this.#logs.push(log);
    return number;
  }

  /** The log file with that number was read. */
  note(number: number, verdict: LogVerdict): void {
    const log = this.#logs[number];
    if (log === undefined) return;
    const { eventIds, ...rest } = verdict;
    if (verdict.status !== 'valid') keep(this.altered, { ...log, verdict: rest });
    else if (verdict.ending !== 'whole') keep(this.disturbed, { ...log, verdict: rest });
    for (let at = 0; at < eventIds.length; at += 2) {
      const [high = 0, low = 0] = [eventIds[at], eventIds[at + 1]];
      const first = this.#events.add(high, low, number);
      if (first !== undefined) this.#suspect(first, number, [high, low]);
    }
  }

  /** Whether any true digest of the walk lists the log file. */
  isListed(bucket: string, key: string): boolean {
    return this.#names.get(bucket)?.has(key) ?? false;
  }

  get suspicions(): TwiceSuspicion[] {
    return [...this.#suspicions.values()];
  }

  /** True when there was more than the memory allows, so that the questions about twice and unlisted stay open. */
  get isFull(): boolean {
    return this.#nameCount > MAX_NAMES || this.#events.isFull;
  }

  #suspect(first: number, second: number, fingerprint: [number, number]): void {
    this.suspicionCount++;
    const name = `${first} ${second}`;
    const known = this.#suspicions.get(name);
    if (known) {
      if (known.fingerprints.length < MAX_KEPT) known.fingerprints.push(fingerprint);
      return;
    }
    const [one, other] = [this.#logs[first], this.#logs[second]];
    // The same file listed twice holds the same events: that is another finding.
    if (one === undefined || other === undefined || this.#suspicions.size >= MAX_KEPT) return;
    if (first !== second && one.bucket === other.bucket && one.key === other.key) return;
    this.#suspicions.set(name, { first: one, second: other, fingerprints: [fingerprint] });
  }

  #remember({ bucket, key }: ListedLog): void {
    if (++this.#nameCount > MAX_NAMES) return;
    const known = this.#names.get(bucket);
    if (known) known.add(key);
    else this.#names.set(bucket, new Set([key]));
  }
}

function keep<Item>(list: Item[], item: Item): void {
  if (list.length < MAX_KEPT) list.push(item);
}
