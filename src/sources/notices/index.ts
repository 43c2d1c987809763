export type { NoticeCounts } from './notice-counts.ts';
export type { NoticeQueue, QueuedMessage } from './notice-queue.ts';
export { type Notices, startNotices } from './notices.ts';
export { createSqsNoticeQueue } from './sqs-notice-queue.ts';
