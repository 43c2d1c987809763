/**
 * One record that was collected, durable, with what was found out on the way. `raw` is exactly what stood in the file
 * (in UTF-8, if the source's charset is another one); everything else was derived from it once and is never derived
 * again, so that a change of policies does not bend what is kept.
 */
export interface CollectedRecord {
  /** Its number in the log: the first record ever has 0, no number is used twice, none is left out. */
  readonly seq: number;
  readonly sourceId: string;
  readonly bucket: string;
  readonly key: string;
  /** Which record of its file it was, from 0. */
  readonly position: number;
  /** When its file was read, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** `eventID`, or the hash of the record's bytes (`sha256:` and 32 hex digits) where it has none. */
  readonly eventId: string;
  /** `eventTime`, milliseconds since the epoch; where it has none, `arrivedAt`. */
  readonly time: number;
  /** What searches ask by; empty text where the record says nothing. */
  readonly fields: CollectedFields;
  /** What enrichment added, by flat name. */
  readonly enrichment: Readonly<Record<string, string>>;
  /** The repository where it lies. */
  readonly repo: string;
  /** Which rule put it there. */
  readonly rule: string;
  readonly tags: readonly string[];
  /** Empty: none. */
  readonly priority: string;
  /** Empty when the rule said that the text is not kept. A view into a larger buffer that nobody writes again. */
  readonly raw: Buffer;
}

/** The members of a record that repositories hold in columns. Empty text: absent. */
export interface CollectedFields {
  /** `recipientAccountId`, else the caller's account, else the account in the file's key. */
  readonly account: string;
  /** `awsRegion`. */
  readonly region: string;
  /** `eventSource`. */
  readonly source: string;
  /** `eventName`. */
  readonly name: string;
  /** The user's, role session's or service's name, as LookupEvents shows it. */
  readonly user: string;
  /** `userIdentity.arn`. */
  readonly arn: string;
  readonly accessKeyId: string;
  /** `sourceIPAddress`. */
  readonly sourceIp: string;
  readonly errorCode: string;
  /** `true`, `false` or empty. */
  readonly readOnly: string;
  /** `eventCategory`, or what the record's form says. */
  readonly category: string;
}

/** A run of records read from the log, and where to go on. */
export interface CollectedRange {
  /** The number of the first record; later than asked for when the log was trimmed meanwhile. */
  readonly from: number;
  /** Where the next read begins. */
  readonly next: number;
  readonly records: readonly CollectedRecord[];
}

/** How far a read goes. */
export interface CollectedLimits {
  /** Stops after the record that brings the sum of `raw` to this many bytes or more. */
  readonly maxBytes: number;
  /** Exclusive; default the head. A reader that repeats a range after a crash names it, and gets the same records. */
  readonly to?: number;
}

/**
 * Collected records, durable, in order, read by number. A reader owns its cursor; the log keeps what the slowest
 * reader that registered has not passed, up to its bound of disk: a reader that is too far behind is cut, and counts
 * what it lost. May be called concurrently.
 */
export interface CollectedLog {
  /** The number that the next record will have. */
  head(): number;
  /** The number of the oldest kept record. */
  tail(): number;
  /** Reads from number `from` (inclusive). Begins at the tail if `from` was trimmed. */
  read(from: number, limits: CollectedLimits): Promise<CollectedRange>;
  /** Calls `listener` after new records are on disk; answers how to stop that. */
  onAppend(listener: () => void): () => void;
  /**
   * Registers a reader by its name: records from `cursor()` on are kept for it, while the log is within its bound of
   * disk. `mayBeCut: false`: nothing is ever dropped before it has passed; collecting waits instead. Answers how to
   * leave.
   */
  hold(name: string, cursor: () => number, options?: { readonly mayBeCut?: boolean }): () => void;
}
