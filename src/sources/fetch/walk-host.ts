import type { BucketReader, ListedObject } from './bucket-reader.ts';
import type { CloudTrailKey } from './cloudtrail-key.ts';

/** A file that was found, and what its key says. */
export interface FoundFile extends ListedObject {
  /** Absent: its key is not of CloudTrail's form. */
  readonly place?: CloudTrailKey;
}

/** `fresh` goes before `back`. */
export type Lane = 'fresh' | 'back';

/** What a walk needs of the collector. */
export interface WalkHost {
  /** One request, repeated as far as it may pass. */
  list: BucketReader['list'];
  /**
   * Resolves when each of the files is dealt with: its records durable, or itself in a durable list of those to try
   * again. Files that were dealt with before cost next to nothing.
   */
  take(files: readonly FoundFile[], lane: Lane, from: number): Promise<void>;
  /** Small durable values of this source's walk. */
  readonly memory: {
    get<T>(name: string): T | undefined;
    /** Durable on return. */
    put(name: string, value: unknown): Promise<void>;
    /** Soon; a crash may bring back an older value, which only costs another look. */
    note(name: string, value: unknown): void;
    remove(name: string): Promise<void>;
    entries<T>(prefix: string): Iterable<readonly [string, T]>;
  };
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Days of folders, in the lane `back`: `planned` are still to be looked at, `passed` of them are dealt with. */
  onDays?(days: { readonly planned?: number; readonly passed?: number }): void;
  /** Folders of other services are counted, not read. */
  countForeign(folder: string): void;
}
