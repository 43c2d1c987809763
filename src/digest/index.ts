export {
  type AnchorCounts,
  type AnchorOptions,
  type Anchors,
  createAnchors,
  type DigestHead,
} from './anchors/anchors.ts';
export { type AnchorPlace, openAnchorPlace, type PutAnchorObject } from './anchors/places.ts';
export { afterDelivery, type DeliveredDigest, filesUntil } from './chain/commit.ts';
export {
  type Chain,
  type DigestKind,
  type DigestLink,
  type DigestSession,
  type DigestStage,
  type DigestState,
  isOf,
  type ListedFile,
  NO_DIGESTS,
  type StagedDigest,
} from './chain/digest-state.ts';
export { followSession, type RunningSession, withFiles } from './chain/session.ts';
export { dueDigests } from './chain/windows.ts';
export { type DigestContent, type DigestFile, makeDigestFile } from './file/digest-file.ts';
export { type DigestPlace, digestKey } from './file/digest-key.ts';
export { type DigestSigner, type KeyRing, openKeyRing } from './keys/key-ring.ts';
export type { DigestKeyRecord } from './keys/public-key.ts';
