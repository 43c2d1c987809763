import type { AcceptedEvent } from '../event/index.ts';

/** A place in the journal: how many events, and how many bytes of them, stand before it since the beginning. */
export interface JournalPosition {
  /** The sequence number of the next event after this place; the first event ever has 0. */
  readonly seq: number;
  readonly bytes: number;
}

/** What `append` did with each event of a batch, in the batch's order. */
export type AppendOutcome = 'accepted' | 'duplicate';

/** A run of events read from the journal, and where to go on. */
export interface JournalRange {
  readonly from: JournalPosition;
  readonly next: JournalPosition;
  readonly events: readonly JournalEvent[];
}

/** How far a read goes, and what it brings. */
export interface JournalLimits {
  readonly maxBytes: number;
  /** Exclusive; default the head. */
  readonly to?: number;
  /** Bring `fields` too; default no, since reading them takes as long as all the rest. */
  readonly withFields?: boolean;
}

/** An accepted event with its sequence number and the time at which the journal took it (ms since the epoch). */
export interface JournalEvent extends AcceptedEvent {
  readonly seq: number;
  readonly acceptedAt: number;
}

/**
 * Accepted events, durable, in order, read by position. Readers own their cursors (in `state`); the journal only
 * keeps and trims. May be called concurrently.
 */
export interface Journal {
  /**
   * Appends the events of the batch whose `eventId` was not seen within the last day, all of them or none.
   * Resolves after they (and the memory of their ids) are on disk: a caller may acknowledge then.
   */
  append(events: readonly AcceptedEvent[]): Promise<readonly AppendOutcome[]>;
  /** Where the next event will stand. */
  head(): JournalPosition;
  /** Where the oldest kept event stands. */
  tail(): JournalPosition;
  /**
   * Reads events from number `from` (inclusive) to at most `to` (exclusive; default the head), whole, and stops after
   * the event that brings the sum of `raw` bytes to `maxBytes` or more. Begins at the tail if `from` was trimmed.
   */
  read(from: number, limits: JournalLimits): Promise<JournalRange>;
  /** Lets go of whole batches that end before `before`, and of ids older than a day. */
  trim(before: number): Promise<void>;
  /** Calls `listener` after each commit of new events; answers how to stop that. */
  onAppend(listener: () => void): () => void;
  /** Bytes on disk. */
  size(): Promise<number>;
  close(): Promise<void>;
}
