/** CloudWatch Logs' own codes; https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html */
export type LogsErrorCode =
  | 'InvalidParameterException'
  | 'LimitExceededException'
  | 'ResourceAlreadyExistsException'
  | 'ResourceNotFoundException'
  | 'ServiceUnavailableException';

/** A refusal of the logs room; code and message go to the client as they are. */
export class LogsError extends Error {
  readonly code: LogsErrorCode;
  constructor(code: LogsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogsError';
    this.code = code;
  }
}

/** The refusal of a group that is not there. */
export function noSuchGroup(): LogsError {
  return new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

/** The refusal of a stream that is not there. */
export function noSuchStream(): LogsError {
  return new LogsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}
