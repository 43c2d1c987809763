/** Why a file could not be read, or not to its end. */
export type UnreadableReason =
  /** The gzip stream or the JSON around the records is broken. */
  | 'damaged'
  /** It ends in the middle. */
  | 'truncated'
  /** It holds something, but no CloudTrail records. */
  | 'foreign'
  /** It unpacks to more than is allowed, in bytes or as a multiple of its size. */
  | 'bomb'
  /** It is larger than is allowed as it lies in the bucket. */
  | 'too-large'
  /** Its bytes are not text in the source's charset. */
  | 'charset'
  /** The bucket would not give it, many times. */
  | 'unreachable';

/** A file that goes to the quarantine; `message` says in words what was found, for people. */
export class Unreadable extends Error {
  readonly reason: UnreadableReason;
  constructor(reason: UnreadableReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unreadable';
    this.reason = reason;
  }
}
