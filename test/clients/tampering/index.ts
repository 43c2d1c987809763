import { DIGEST_CONTENT } from './digest-content.ts';
import { DIGEST_OBJECTS } from './digest-objects.ts';
import { HARMLESS } from './harmless.ts';
import { LOG_FILES } from './log-files.ts';
import { RECORDS } from './records.ts';
import type { Tampering } from './scene.ts';
import { SIGNATURES } from './signatures.ts';

export { KEY, makeScene, type Scene, START, type Tampering } from './scene.ts';

/** All that can be done to a bucket, by the class of bytes that it touches. */
export const TAMPERINGS: readonly Tampering[] = [
  { name: 'nothing is changed', cli: 0, do: () => undefined },
  ...LOG_FILES,
  ...DIGEST_CONTENT,
  ...SIGNATURES,
  ...DIGEST_OBJECTS,
  ...RECORDS,
  ...HARMLESS,
];
