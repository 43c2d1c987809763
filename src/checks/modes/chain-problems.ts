import { formatTime } from '../../digest/verify/index.ts';
import { plainWords } from '../output/plain-words.ts';

/** One thing that is wrong with a chain. */
export interface ChainProblem {
  readonly severity: 'CRITICAL' | 'WARNING';
  readonly text: string;
}

interface Bad {
  /** Milliseconds; unknown where a key bears no time. */
  readonly at: number | undefined;
  readonly text: string;
}

/** More are counted, but not named. */
const NAMED = 20;

/** What verifying a chain has found out: counts, and the first things that are wrong. */
export class ChainProblems {
  digests = 0;
  invalidDigests = 0;
  logs = 0;
  invalidLogs = 0;
  /** Digests and log files that are not what was delivered, a few of each. */
  readonly #bad: Bad[] = [];
  #earliest: Bad | undefined;
  readonly #others: ChainProblem[] = [];
  /** End of the digest whose log files come now. */
  #window: number | undefined;

  digest(end: number): void {
    this.digests++;
    this.#window = end;
  }

  invalidDigest(at: number | undefined, why: string, address: string): void {
    this.digests++;
    this.invalidDigests++;
    this.#keep(at, `digest of ${timeWords(at)}: ${why} (${address})`);
  }

  log(): void {
    this.logs++;
  }

  invalidLog(why: string, address: string | undefined): void {
    this.logs++;
    this.invalidLogs++;
    const at = this.#window;
    this.#keep(at, `log file of the digest of ${timeWords(at)}: ${why}${address ? ` (${address})` : ''}`);
  }

  /** Logging or log file validation was off: a chain ended, and another one began. Milliseconds. */
  gap(since: number, until: number): void {
    this.finding(
      'WARNING',
      `nothing vouches for log files between ${formatTime(since)} and ${formatTime(until)}: a new chain of digests began then, as it does when logging or validation was off`,
    );
  }

  /** Anything else; `text` says when. */
  finding(severity: ChainProblem['severity'], text: string): void {
    if (this.#others.length < NAMED) this.#others.push({ severity, text: plainWords(text, 400) });
  }

  /** How many of what, if all of them are good. */
  get words(): string {
    return [count(this.digests, 'digest'), ...(this.logs > 0 ? [count(this.logs, 'log file')] : [])].join(
      ', ',
    );
  }

  /** One sentence about all bad digests and log files, which names the earliest; then the rest, the worst first. */
  get problems(): readonly ChainProblem[] {
    const others = ['CRITICAL', 'WARNING'].flatMap((level) =>
      this.#others.filter(({ severity }) => severity === level),
    );
    if (this.#earliest === undefined) return others;
    const counts = [
      ...(this.invalidDigests > 0 ? [`${this.invalidDigests} of ${count(this.digests, 'digest')}`] : []),
      ...(this.invalidLogs > 0 ? [`${this.invalidLogs} of ${count(this.logs, 'log file')}`] : []),
    ];
    const text = `${counts.join(' and ')} invalid, first the ${this.#earliest.text}`;
    return [{ severity: 'CRITICAL', text }, ...others];
  }

  /** A line for each bad digest and log file. */
  get details(): readonly string[] {
    const more = this.invalidDigests + this.invalidLogs - this.#bad.length;
    return [...this.#bad.map(({ text }) => text), ...(more > 0 ? [`… and ${more} more`] : [])];
  }

  #keep(at: number | undefined, text: string): void {
    const bad = { at, text: plainWords(text, 400) };
    if (this.#bad.length < NAMED) this.#bad.push(bad);
    if ((at ?? Number.POSITIVE_INFINITY) <= (this.#earliest?.at ?? Number.POSITIVE_INFINITY)) {
      this.#earliest = bad;
    }
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function timeWords(at: number | undefined): string {
  return at === undefined ? 'an unknown time' : formatTime(at);
}
