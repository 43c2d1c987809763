/** Codes that identity refuses with; they are IAM's own (https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html). */
export type IdentityErrorCode =
  | 'AccessDenied'
  | 'DeleteConflict'
  | 'EntityAlreadyExists'
  | 'InvalidInput'
  | 'LimitExceeded'
  | 'MalformedPolicyDocument'
  | 'NoSuchEntity'
  | 'PolicyNotAttachable'
  | 'ValidationError';

/** A refusal of identity, in the words that AWS gives its callers. Holds no secret: it may be logged. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  constructor(code: IdentityErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'IdentityError';
    this.code = code;
  }
}
