export type { FsckFinding } from './fsck/finding.ts';
export { type FsckReport, fsck } from './fsck/fsck.ts';
export { type RunningServer, serve } from './serve.ts';
export { StartError } from './start-error.ts';
