export {
  assessCompleteness,
  type ChainMemory,
  type CompletenessQuestion,
  nameOf,
} from './assess.ts';
export type { CollectedFiles } from './check-chain.ts';
export { createParallelInspector } from './parallel-inspector.ts';
export {
  type ChainReport,
  type CompletenessReport,
  FATES,
  type FileFate,
  isBroken,
  type KnownDigest,
  type QuietHours,
  type WindowRow,
} from './report.ts';
