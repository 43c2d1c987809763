/** CloudWatch's own codes, as the query protocol names them. */
export type CloudWatchErrorCode =
  | 'ResourceNotFound'
  | 'LimitExceeded'
  | 'InvalidFormat'
  | 'InternalServiceError';

/** A refusal of the CloudWatch room; code and message go to the client. */
export class CloudWatchError extends Error {
  readonly code: CloudWatchErrorCode;
  constructor(code: CloudWatchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CloudWatchError';
    this.code = code;
  }
}
