export { type InflateLimits, isGzip } from './inflate.ts';
export { SCANNED_PATHS } from './member-scanner.ts';
export { type ReadOptions, readRecords, readRecordsAtOnce } from './read-records.ts';
export type { TakeRecord } from './record-splitter.ts';
export { Unreadable, type UnreadableReason } from './unreadable.ts';
