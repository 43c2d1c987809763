import type { UnreadableReason } from '../parse/index.ts';
import type { FileContent } from './read-file.ts';

/** What a source has brought since it was made; durable with the records themselves. */
export interface SourceCounts {
  /** Files whose records are in the log, files with faults among them. */
  readonly files: number;
  /** Everything that was found in files: kept, duplicates, and what was left out. */
  readonly records: number;
  readonly kept: number;
  /** The same event stood in another file, or twice in one. */
  readonly duplicates: number;
  /** Of these: with another body than the one that is kept. */
  readonly variants: number;
  /** Older than the source's start. */
  readonly early: number;
  /** Dropped by a rule of routing, by rule. */
  readonly discarded: Readonly<Record<string, number>>;
  readonly invalid: number;
  /** JSON, but no records of CloudTrail. */
  readonly foreign: number;
  /** Of records, unpacked; and of files, as they lie in the bucket. */
  readonly bytes: number;
  readonly fileBytes: number;
  /** Files by what was wrong with them. */
  readonly quarantined: Readonly<Partial<Record<UnreadableReason, number>>>;
  /** Of these: not in the list that can be looked at and tried again, because it was full. */
  readonly unlisted: number;
  /** Files that were taken from that list without having been read. */
  readonly forgotten: number;
  /** Files that were no CloudTrail and did not look like it. */
  readonly foreignFiles: number;
  /** Files that were listed and then not there. */
  readonly gone: number;
  /** `eventTime` of the newest record, ms; 0: none. */
  readonly newest: number;
}

/** Of a source that has brought nothing. */
export const NO_COUNTS: SourceCounts = Object.freeze({
  files: 0,
  records: 0,
  kept: 0,
  duplicates: 0,
  variants: 0,
  early: 0,
  discarded: {},
  invalid: 0,
  foreign: 0,
  bytes: 0,
  fileBytes: 0,
  quarantined: {},
  unlisted: 0,
  forgotten: 0,
  foreignFiles: 0,
  gone: 0,
  newest: 0,
});

/** What the log did with the records of a file. */
export interface KeptRecords {
  readonly kept: number;
  readonly duplicates: number;
  readonly variants: number;
}

/** Rules are the operator's, but their texts are long: the rest is counted together. */
const MAX_RULES = 100;

/** Adds a file. */
export function addContent(
  counts: SourceCounts,
  content: FileContent,
  { kept, duplicates, variants }: KeptRecords,
  fileBytes: number,
): SourceCounts {
  const discarded = new Map(Object.entries(counts.discarded));
  for (const [rule, count] of content.discarded) {
    const name = discarded.has(rule) || discarded.size < MAX_RULES ? rule : 'others';
    discarded.set(name, (discarded.get(name) ?? 0) + count);
  }
  return {
    ...counts,
    files: counts.files + 1,
    records: counts.records + content.records,
    kept: counts.kept + kept,
    duplicates: counts.duplicates + duplicates,
    variants: counts.variants + variants,
    early: counts.early + content.early,
    discarded: Object.fromEntries(discarded),
    invalid: counts.invalid + content.invalid,
    foreign: counts.foreign + content.foreign,
    bytes: counts.bytes + content.bytes,
    fileBytes: counts.fileBytes + Math.max(0, fileBytes),
    newest: Math.max(counts.newest, content.newest ?? 0),
  };
}

/** Adds a file that went to the quarantine. */
export function addQuarantined(counts: SourceCounts, reason: UnreadableReason): SourceCounts {
  return {
    ...counts,
    quarantined: { ...counts.quarantined, [reason]: (counts.quarantined[reason] ?? 0) + 1 },
  };
}
