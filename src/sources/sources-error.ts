/** Why a stored source or policy could not be changed. */
export type SourcesErrorCode =
  /** Another one of its kind has the name. */
  | 'NameTaken'
  | 'NotFound'
  /** Others still name it, or it is built in. */
  | 'InUse'
  | 'LimitExceeded';

/** A refusal by the sources or their policies; the message is for people. */
export class SourcesError extends Error {
  readonly code: SourcesErrorCode;
  constructor(code: SourcesErrorCode, message: string) {
    super(message);
    this.name = 'SourcesError';
    this.code = code;
  }
}
