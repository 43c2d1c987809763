import {
  DescribeKeyCommand,
  type KeyMetadata,
  type KMSClient,
  KMSServiceException,
} from '@aws-sdk/client-kms';
import { TrailError, type TrailKeys } from '../../trails/index.ts';

/** Answers by which KMS says no; after any other nobody knows. */
const REFUSALS: ReadonlySet<string> = new Set(['NotFoundException', 'AccessDeniedException', 'AccessDenied']);

/**
 * Keys of trails in a real KMS. The client's own credentials ask, so its rights decide whether a key is there; which
 * error stands for what is how CloudTrail answers natively.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
 */
export function createRemoteTrailKeys(clientOf: (region: string) => KMSClient): TrailKeys {
  return {
    async resolveKey(keyId, source) {
      const region = /^arn:[^:]+:kms:([^:]+):/.exec(keyId)?.[1] ?? source.region;
      try {
        const { KeyMetadata } = await clientOf(region).send(new DescribeKeyCommand({ KeyId: keyId }));
        return usableKey(keyId, KeyMetadata);
      } catch (cause) {
        throw keyError(keyId, cause);
      }
    },
  };
}

/** Only an enabled symmetric key encrypts objects in S3. */
function usableKey(keyId: string, key: KeyMetadata | undefined): string {
  if (!key?.Arn) throw new TrailError('KmsException', `The key service describes ${keyId} without an ARN.`);
  if (key.KeyState !== 'Enabled') {
    throw new TrailError(
      'KmsException',
      `KMS key ${key.Arn} is not enabled but ${key.KeyState ?? 'unknown'}.`,
    );
  }
  // Not every KMS says what a plain key is for.
  const { KeyUsage = 'ENCRYPT_DECRYPT', KeySpec = 'SYMMETRIC_DEFAULT' } = key;
  if (KeyUsage !== 'ENCRYPT_DECRYPT' || KeySpec !== 'SYMMETRIC_DEFAULT') {
    throw new TrailError('KmsException', `KMS key ${key.Arn} is no symmetric encryption key.`);
  }
  return key.Arn;
}

function keyError(keyId: string, cause: unknown): unknown {
  if (cause instanceof TrailError) return cause;
  const said = cause instanceof KMSServiceException ? cause.name : undefined;
  if (said !== undefined && REFUSALS.has(said)) {
    return new TrailError(
      'InsufficientEncryptionPolicyException',
      `Insufficient permissions to access KMS key ${keyId}, or it does not exist.`,
      { cause },
    );
  }
  if (said === 'InvalidArnException') {
    return new TrailError('KmsKeyNotFoundException', `KMS key reference is not valid: ${keyId}`, { cause });
  }
  const { message } = cause as Error;
  return new TrailError(
    'ServiceUnavailable',
    `KMS key ${keyId} could not be looked up (${message}); try again.`,
    {
      cause,
    },
  );
}
