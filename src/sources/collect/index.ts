export type {
  CollectedFields,
  CollectedLimits,
  CollectedLog,
  CollectedRange,
  CollectedRecord,
} from './collected.ts';
export type { CollectedBlock } from './collected-blocks.ts';
export { type CollectedStore, type CollectedStoreBroken, openCollectedStore } from './collected-store.ts';
export {
  COLLECTOR_LIMITS,
  type Collector,
  type CollectorDependencies,
  type CollectorLimits,
  startCollector,
} from './collector.ts';
export type { FileOutcome, FileState, Trouble } from './file-book.ts';
export { createFileReaders, type FileReaders } from './file-readers.ts';
export { Forgetting, type Keeping } from './forgetting.ts';
export {
  type CheckedCollection,
  type CollectedSample,
  inspectCollected,
  type ReaderPlace,
} from './inspect.ts';
export { type RepoFeed, type RepoSink, startRepoFeed } from './repo-feed.ts';
export type { SourceCounts } from './source-counts.ts';
