/**
 * `opentrail/verify`: proves that log files and digests of CloudTrail, AWS's or opentrail's, are what was delivered.
 * Needs no server and no network of its own: buckets, keys and threads are handed in.
 */
export {
  type AnchorStatement,
  anchorOf,
  anchorText,
  isTrueAnchor,
  readAnchors,
  type SignedAnchor,
} from './anchor-statement.ts';
export { type BucketReader, type ListedObject, ObjectTooLarge, type StoredObject } from './bucket-reader.ts';
export { NoPublicKeys } from './chain-keys.ts';
export { stringToSign, type TrueDigest } from './check-digest.ts';
export type { FetchedDigest, ListedLog } from './digest.ts';
export { type ChainName, formatTime, timeOfKey } from './digest-key.ts';
export { DigestProblem, type DigestProblemCode } from './digest-problem.ts';
export type { Anchor, TrailStatus } from './evidence.ts';
export { addressOf, type Finding, type FindingCode } from './finding.ts';
export {
  createLogInspector,
  inspectLog,
  inspectLogBytes,
  type LogInspector,
  type LogStatus,
  type LogVerdict,
} from './inspect-log.ts';
export {
  fingerprintOf,
  loadPublicKey,
  type PublicKey,
  PublicKeyError,
  type PublicKeySource,
  readPublicKeys,
} from './public-key.ts';
export { findStatedBucket } from './stated-bucket.ts';
export { type Answer, type Question, type Verdict, verifyChain } from './verifier.ts';
export type { Step } from './walk.ts';
