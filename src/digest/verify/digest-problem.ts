/** Why a digest is not valid. */
export type DigestProblemCode =
  | 'not-found'
  | 'format'
  | 'signature'
  | 'signature-lost'
  | 'moved'
  | 'key-unknown'
  | 'key-unreadable'
  | 'other';

/** A digest is not valid; `message` is what follows `INVALID: ` in the AWS CLI's output. */
export class DigestProblem extends Error {
  readonly code: DigestProblemCode;
  constructor(code: DigestProblemCode, message: string = WORDS[code]) {
    super(message);
    this.name = 'DigestProblem';
    this.code = code;
  }
}

/** Words that do not depend on the digest. */
const WORDS: Readonly<Record<DigestProblemCode, string>> = {
  'not-found': 'not found',
  format: 'invalid format',
  signature: 'signature verification failed',
  // Never said by the AWS CLI, which reads no copies.
  'signature-lost': 'the copy has lost its signature; keep its metadata beside it',
  moved: 'has been moved from its original location',
  'key-unknown': 'public key not found',
  'key-unreadable': 'Unable to load PKCS #1 key',
  other: 'invalid',
};
