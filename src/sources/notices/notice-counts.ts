/** What the notices of a source came to, since the server's start. Times are ms since the epoch. */
export interface NoticeCounts {
  /** Messages that were dealt with and taken from the queue. */
  messages: number;
  /** Files that they named and that were handed on. */
  files: number;
  /** By reason: objects that are not fetched, messages that tell of none. */
  readonly ignored: Map<string, number>;
  /** Requests to the queue, and hand-overs, that failed and are repeated. */
  failures: number;
  lastMessageAt?: number;
  /** When the subscription of the source's topic was confirmed, and when somebody has ended it. */
  confirmedAt?: number;
  endedAt?: number;
  /** For people; gone once the queue answers again. */
  lastError?: string;
}

/** Of a source that was told nothing. */
export function noCounts(): NoticeCounts {
  return { messages: 0, files: 0, ignored: new Map(), failures: 0 };
}

/** Adds one to a reason. */
export function countIgnored(counts: NoticeCounts, reason: string, times = 1): void {
  if (times > 0) counts.ignored.set(reason, (counts.ignored.get(reason) ?? 0) + times);
}
