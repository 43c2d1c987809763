export {
  createEnrichment,
  type Enrich,
  type Enrichment,
  type EnrichmentCounts,
  type OpenEnrichment,
} from './enrich.ts';
export type { EnrichmentFilesOptions, FileStatus } from './enrichment-files.ts';
export {
  type AccountsStep,
  type CidrStep,
  ENRICHED,
  type EnrichmentStep,
  type LabelledRange,
  type MaxMindStep,
  type TableStep,
} from './enrichment-step.ts';
export { MAXMIND_FIELDS } from './maxmind.ts';
export { readEnrichmentSteps } from './read-enrichment-steps.ts';
