export type { StartTimer } from './arrivals.ts';
export { type InspectedQueues, inspectQueues } from './inspect.ts';
export {
  DEFAULT_SETTINGS,
  type MessageAttribute,
  type NewMessage,
  type Queue,
  type QueueAddress,
  type QueueCounts,
  type QueueSettings,
  queueArn,
  type ReceivedMessage,
  type Redrive,
  readQueueArn,
} from './queue.ts';
export { QueueError, type QueueErrorCode } from './queue-error.ts';
export { openQueues, type QueueCounters, type Queues, type ReceiptOutcome } from './queues.ts';
export { createServiceSender, type ServiceMessage, type ServiceSender } from './service-sender.ts';
