/** An event on its way out: the record as it is, and what is known of it. */
export interface Outgoing {
  /** The record's id; the same whenever it is sent again. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly arrived: number;
  readonly account: string;
  readonly region: string;
  /** `eventSource`. */
  readonly source: string;
  readonly name: string;
  readonly error: string;
  /** With their `#` or without. */
  readonly tags: readonly string[];
  /** `normal`, `low` or empty. */
  readonly priority: string;
  readonly repo: string;
  readonly rule: string;
  /** The log source and the file that it came from; empty for events that this server recorded. */
  readonly from: string;
  readonly file: string;
  readonly enrichment: Readonly<Record<string, string>>;
  /** One line of JSON; never empty: a record whose text is not kept is not sent. */
  readonly raw: string;
}

/** A run of events of a feed, and where to go on. */
export interface FeedRange {
  /** Later than asked for when the feed was trimmed meanwhile: what lies between is lost. */
  readonly from: number;
  readonly next: number;
  readonly events: readonly Outgoing[];
}

/** Where events come from, durable and in order: the log of collected records, the journal of recorded events. */
export interface Feed {
  readonly name: FeedName;
  head(): number;
  tail(): number;
  read(from: number, limits: { readonly maxBytes: number; readonly to?: number }): Promise<FeedRange>;
  onAppend(listener: () => void): () => void;
}

/** `collected`: from log sources. `recorded`: by this server itself. */
export const FEEDS = ['collected', 'recorded'] as const;
export type FeedName = (typeof FEEDS)[number];
