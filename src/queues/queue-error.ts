/** Why the queues say no: SQS's own shape names (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html). */
export type QueueErrorCode =
  | 'QueueDoesNotExist'
  | 'QueueNameExists'
  | 'PurgeQueueInProgress'
  | 'ReceiptHandleIsInvalid'
  | 'MessageNotInflight'
  | 'InvalidParameterValue'
  | 'AccessDenied'
  /** No room, or a full disk: worth another try later. */
  | 'ServiceUnavailable';

/** A refusal in SQS's words. */
export class QueueError extends Error {
  readonly code: QueueErrorCode;
  constructor(code: QueueErrorCode, message: string) {
    super(message);
    this.name = 'QueueError';
    this.code = code;
  }
}

/** The refusal of a queue that is not there. */
export function noSuchQueue(): QueueError {
  return new QueueError('QueueDoesNotExist', 'The specified queue does not exist.');
}
