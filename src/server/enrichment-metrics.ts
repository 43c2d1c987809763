import type { FileReaders } from '../sources/collect/index.ts';
import type { Metrics } from './metrics.ts';

const VALUES = { ready: 1, stale: 0, unavailable: -1 } as const;

/** What enrichment did, and how the operator's files are doing. */
export function registerEnrichment(
  { gauge }: Metrics,
  { enrichment }: Pick<FileReaders, 'enrichment'>,
): void {
  gauge(
    'opentrail_enrichment_records_total',
    'Collected records that went through enrichment, since start',
    (g) => g.set(enrichment.counts.records),
  );
  gauge(
    'opentrail_enrichment_degraded_total',
    'Of these, those that went without a step because its file was missing or broken, since start',
    (g) => g.set(enrichment.counts.degraded),
  );
  gauge(
    'opentrail_enrichment_lookup_failures_total',
    'Look-ups that damaged databases failed, since start',
    (g) => g.set(enrichment.counts.failedLookups),
  );
  gauge(
    'opentrail_enrichment_file',
    'Files of enrichment policies: 1 in use, 0 what was read before is in use, -1 missing or broken',
    (g) => {
      for (const { file, state } of enrichment.files) g.set({ file }, VALUES[state]);
    },
    ['file'],
  );
}
