import type { AcceptedEvent, EventCategory } from '../event/index.ts';

/** The eight attributes of LookupEvents. */
export type LookupAttributeKey =
  | 'EventId'
  | 'EventName'
  | 'ReadOnly'
  | 'Username'
  | 'ResourceType'
  | 'ResourceName'
  | 'EventSource'
  | 'AccessKeyId';

export interface LookupAttribute {
  readonly key: LookupAttributeKey;
  /** Matched whole and case-sensitively. */
  readonly value: string;
}

/** Where a page ended: the time and id of its last event. Newest first; ties stand in a fixed order, made of their ids. */
export interface LookupCursor {
  readonly time: number;
  readonly eventId: string;
}

export interface LookupRequest {
  /** Absent: all accounts. */
  readonly accounts?: readonly string[];
  /** Absent: all Regions. */
  readonly regions?: readonly string[];
  /** All of them must match. */
  readonly attributes?: readonly LookupAttribute[];
  readonly categories?: readonly EventCategory[];
  /** Milliseconds since the epoch, both inclusive. A query without a window does not exist. */
  readonly start: number;
  readonly end: number;
  readonly limit: number;
  /** Go on strictly after this place. */
  readonly after?: LookupCursor;
}

/** All events of a window, for export and long lists. */
export interface ScanRequest extends Omit<LookupRequest, 'limit'> {
  /** Default `descending`: newest first. */
  readonly order?: 'ascending' | 'descending';
}

/** One found event: the raw line, byte for byte as accepted. */
export interface FoundEvent {
  readonly account: string;
  readonly region: string;
  readonly eventId: string;
  readonly time: number;
  readonly category: EventCategory;
  readonly raw: string;
}

/**
 * Events for search. Implementations run ClickHouse SQL through `@clickhouse/client`; the embedded engine is a child
 * process that speaks the same interface.
 *
 * `insert` is idempotent by `token`: the same token with the same events, repeated after any failure, stores them
 * once. Its promise resolves when they are stored and countable.
 */
export interface EventStore {
  insert(events: readonly AcceptedEvent[], token: string): Promise<void>;
  lookup(request: LookupRequest): Promise<readonly FoundEvent[]>;
  /**
   * Walks all matching events in pages of some hundred, holding one page at a time. Events that arrive meanwhile
   * behind the walk are left out.
   */
  scan(request: ScanRequest): AsyncIterable<readonly FoundEvent[]>;
  /** Drops whole partitions whose events are all older than `time` (ms). */
  dropBefore(time: number): Promise<void>;
  /** Events and bytes on disk. */
  size(): Promise<{ readonly events: number; readonly bytes: number }>;
  /** Resolves when the engine answers. */
  ready(): Promise<void>;
  close(): Promise<void>;
}
