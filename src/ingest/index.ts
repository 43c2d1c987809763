export { MAX_EVENT_BYTES, type Origin, type Refusal, type RefusalReason } from './check.ts';
export {
  createIngest,
  type Ingest,
  type IngestCounters,
  IngestUnavailable,
  type RecordOutcome,
} from './ingest.ts';
