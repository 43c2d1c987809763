export type { NoticeCounts } from './notice-counts.ts';
export type { NoticeQueue, QueuedMessage } from './notice-queue.ts';
export { type Notices, type PostOutcome, startNotices } from './notices.ts';
export { createSnsEndpoint, type SnsEndpoint } from './sns/sns-endpoint.ts';
export { createSqsNoticeQueue } from './sqs-notice-queue.ts';
