export { type InflateLimits, isGzip } from './inflate.ts';
export { type ReadOptions, readRecords } from './read-records.ts';
export { Unreadable, type UnreadableReason } from './unreadable.ts';
