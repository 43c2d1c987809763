import type { TrailSource } from '../trail-bucket.ts';
import { TrailError } from '../trail-error.ts';

/** The key service as CloudTrail's service principal sees it. */
export interface TrailKeys {
  /**
   * The full ARN of a usable key, named by id, alias or either's ARN.
   * @throws TrailError KmsKeyNotFoundException, InsufficientEncryptionPolicyException, KmsException
   */
  resolveKey(keyId: string, source: TrailSource): Promise<string>;
}

const ID = '(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})';
const ALIAS = 'alias\\/[A-Za-z0-9/_-]{1,250}';
const KEY = new RegExp(`^(?:${ID}|${ALIAS}|arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:(?:key\\/${ID}|${ALIAS}))$`);

/**
 * Resolves a trail's key to its full ARN. Malformed references are answered as natively, with
 * KmsKeyNotFoundException.
 * @throws TrailError KmsKeyNotFoundException; KmsException when this server has no key service
 */
export async function resolveKey(
  keyId: string,
  source: TrailSource,
  keys: TrailKeys | undefined,
): Promise<string> {
  if (!KEY.test(keyId)) {
    throw new TrailError('KmsKeyNotFoundException', `KMS key reference is not valid: ${keyId.slice(0, 350)}`);
  }
  if (!keys) {
    throw new TrailError(
      'KmsException',
      'This server has no key service: configure a KMS endpoint, or leave KmsKeyId out.',
    );
  }
  return keys.resolveKey(keyId, source);
}
