/** Why the room says no: EventBridge's own error codes. */
export type EventBusErrorCode =
  | 'ResourceNotFoundException'
  | 'ResourceAlreadyExistsException'
  | 'LimitExceededException'
  | 'ValidationException'
  | 'InvalidEventPatternException'
  | 'ServiceUnavailableException';

/** A refusal in EventBridge's words. */
export class EventBusError extends Error {
  readonly code: EventBusErrorCode;
  constructor(code: EventBusErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventBusError';
    this.code = code;
  }
}
