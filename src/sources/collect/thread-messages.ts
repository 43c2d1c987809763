import type { EnrichmentCounts, EnrichmentStep, FileStatus } from '../enrich/index.ts';
import type { RoutingRules } from '../route/index.ts';
import type { FileContent, FileOrder } from './read-file.ts';

/** How the records of a source are treated; `version` grows whenever the rest changes. */
export interface SourceTreatment {
  readonly version: number;
  readonly rules: RoutingRules;
  readonly steps: readonly EnrichmentStep[];
}

/** What a reading thread is given when it starts. */
export interface ThreadSettings {
  /** Where the operator's databases and tables lie. */
  readonly enrichmentDirectory: string;
}

/** A file for a thread; its body's memory goes along. */
export interface ReadOrder extends Omit<FileOrder, 'body'> {
  readonly number: number;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly treatment: SourceTreatment;
  /** For the blocks that it makes of this file, or of later ones. */
  readonly memory: readonly ArrayBuffer[];
}

/** What the thread made of it. `failure`: the thread itself has a fault, the file may be good. */
export type ReadAnswer =
  | { readonly number: number; readonly content: FileContent }
  | { readonly number: number; readonly failure: string };

/** What a thread says of the operator's files from time to time; the newest one counts. */
export interface ThreadReport {
  readonly enrichment: { readonly counts: EnrichmentCounts; readonly files: readonly FileStatus[] };
}
