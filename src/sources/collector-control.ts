/** What the sources' API and command line ask of the collector. All calls throw for an id that the collector lacks. */
export interface CollectorControl {
  status(id: string): Promise<CollectorStatus>;
  /** Starts a walk now instead of at the next interval; resolves when it was started, not when it is done. */
  run(id: string): Promise<void>;
  /** Told after the source's `paused` was stored; running downloads may finish. */
  pause(id: string, paused: boolean): Promise<void>;
  /** Fetches the days from `from` to `to` (milliseconds since the epoch, `to` not included) in a lane of its own. */
  backFill(id: string, from: number, to: number): Promise<void>;
  /** Files that could not be read, in the order of their keys, and how many more there are than the list holds. */
  quarantine(id: string, limit: number): QuarantineList;
  /** Tries those again at once, all or the named ones; of a paused source when it is resumed. Answers how many. */
  retry(id: string, keys?: readonly string[]): Promise<number>;
  /** Takes them from the list, all or the named ones; they are not read again until they change. Answers how many. */
  forget(id: string, keys?: readonly string[]): Promise<number>;
  /**
   * A notice of new files that somebody brings, as JSON or its text. Resolves when they are dealt with, durably; answers how many, or
   * why it is none.
   */
  tell?(id: string, notice: unknown): Promise<{ readonly files: number } | { readonly why: string }>;
  /** A message that SNS, or a stranger, has posted; `later`: it should be sent again. Never rejects for what it holds. */
  post?(
    id: string,
    text: string,
  ): Promise<
    | { readonly kind: 'taken'; readonly files: number }
    | { readonly kind: 'refused' | 'unreadable' | 'later'; readonly why: string }
  >;
  /** What became of a file of the source; undefined: it was never read. Absent: the collector does not say. */
  outcome?(id: string, bucket: string, key: string): 'done' | 'foreign' | 'quarantined' | 'gone' | undefined;
}

/** How a source is doing. Times are milliseconds since the epoch, counts are since the source was made. */
export interface CollectorStatus {
  readonly state: 'idle' | 'running' | 'paused' | 'failing';
  readonly lastRunAt?: number;
  readonly lastSuccessAt?: number;
  readonly nextRunAt?: number;
  /** For people: what the bucket or the network said; never a secret. */
  readonly lastError?: string;
  readonly files: number;
  readonly records: number;
  readonly duplicates: number;
  readonly bytes: number;
  /** Files put aside because they could not be read. */
  readonly quarantined: number;
  /** Milliseconds between the newest event's time and now. */
  readonly lag?: number;
  readonly backFill?: BackFillProgress;
  /** Absent: the source has no queue, and nobody has sent it a notice since the server's start. */
  readonly notices?: NoticeStatus;
}

/** What notifications of new files came to, since the server's start. */
export interface NoticeStatus {
  /** The queue answers. */
  readonly isListening: boolean;
  readonly messages: number;
  readonly files: number;
  /** Objects that are not fetched and messages that tell of none, by reason. */
  readonly ignored: Readonly<Record<string, number>>;
  /** Requests to the queue, and hand-overs, that failed and are repeated. */
  readonly failures: number;
  readonly lastMessageAt?: number;
  /** When the subscription of the source's topic was confirmed, and when somebody has ended it. */
  readonly confirmedAt?: number;
  readonly endedAt?: number;
  /** For people; gone once the queue answers again. */
  readonly lastError?: string;
}

/** Files of a source that could not be read. */
export interface QuarantineList {
  readonly files: readonly QuarantinedFile[];
  /** Listed are more than were asked for. */
  readonly more: boolean;
  /** Files that are not in the list because it was full; they are not tried again. Since the source was made. */
  readonly unlisted: number;
  /** Files that were taken from the list without having been read. Since the source was made. */
  readonly forgotten: number;
}

/** A file that could not be read, or not to its end. Times are milliseconds since the epoch. */
export interface QuarantinedFile {
  readonly bucket: string;
  /** As it stands in the bucket: a stranger's text. */
  readonly key: string;
  /** `retry`: it is tried again by itself, at `nextAt`. */
  readonly kind: 'retry' | 'quarantine';
  readonly reason: string;
  /** For people; may hold a stranger's text. */
  readonly message: string;
  readonly since: number;
  readonly attempts: number;
  /** Records of it that could be read, and are kept. */
  readonly records: number;
  readonly nextAt?: number;
}

/** How far a back-fill is. */
export interface BackFillProgress {
  readonly from: number;
  readonly to: number;
  /** Files found so far and done of them; `listed` says whether all are found. */
  readonly files: number;
  readonly filesDone: number;
  readonly listed: boolean;
  readonly records: number;
  /** Records a second, lately. */
  readonly rate: number;
  /** Milliseconds; absent while nobody can know. */
  readonly remaining?: number;
  readonly done: boolean;
}
