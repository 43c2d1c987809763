import type { FileOutcome, FileRef, Trouble } from './file-book.ts';
import type { FileContent } from './read-file.ts';
import { addContent, addQuarantined, type KeptRecords, type SourceCounts } from './source-counts.ts';

/** A file that was dealt with, to be committed with all that it brings. */
export interface DealtFile {
  readonly ref: FileRef;
  readonly outcome: FileOutcome;
  /** Absent when nothing of it could be read. */
  readonly content?: FileContent;
  /** Goes into the quarantine with it; only of `quarantined`. */
  readonly trouble?: Trouble;
}

/** What a source's counts are after the file, of whose records those were new. */
export function addFile(counts: SourceCounts, file: DealtFile, kept: KeptRecords): SourceCounts {
  const { content, outcome, trouble, ref } = file;
  let sum = counts;
  if (content && outcome !== 'foreign') sum = addContent(sum, content, kept, ref.size);
  if (trouble) sum = addQuarantined(sum, trouble.reason);
  if (outcome === 'foreign') sum = { ...sum, foreignFiles: sum.foreignFiles + 1 };
  if (outcome === 'gone') sum = { ...sum, gone: sum.gone + 1 };
  return sum;
}
