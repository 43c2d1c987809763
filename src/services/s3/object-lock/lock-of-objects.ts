import type {
  GetObjectLegalHoldOutput,
  GetObjectLegalHoldRequest,
  GetObjectRetentionOutput,
  GetObjectRetentionRequest,
  PutObjectLegalHoldOutput,
  PutObjectLegalHoldRequest,
  PutObjectRetentionOutput,
  PutObjectRetentionRequest,
} from '@aws-sdk/client-s3';
import type { CallContext } from '../../../aws/index.ts';
import type { Bucket, ObjectLock } from '../../../objects/index.ts';
import { s3Error } from '../errors.ts';
import { checkVersion, findObject } from '../objects/get-object.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checkUntil, isRetentionMode } from './lock-members.ts';

/** Retention and legal hold of objects that stand already. */
export function objectLockOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  const { objects } = deps;
  return [
    [
      'PutObjectRetention',
      objectOperation<PutObjectRetentionRequest, PutObjectRetentionOutput>(
        deps,
        (input) => [
          's3:PutObjectRetention',
          ...(input.BypassGovernanceRetention ? ['s3:BypassGovernanceRetention'] : []),
        ],
        async (input, _call, bucket) => {
          checkVersion(input.VersionId);
          const retention = readRetention(input.Retention, deps.now());
          const bypassGovernance = input.BypassGovernanceRetention === true;
          await objects.changeRetention(bucket.name, input.Key, retention, { bypassGovernance });
          return {};
        },
      ),
    ],
    [
      'GetObjectRetention',
      objectOperation<GetObjectRetentionRequest, GetObjectRetentionOutput>(
        deps,
        ['s3:GetObjectRetention'],
        async (input, call, bucket) => {
          const { retention } = await lockOf(deps, input, call, bucket);
          if (!retention) throw noLock();
          return { Retention: { Mode: retention.mode, RetainUntilDate: new Date(retention.until) } };
        },
      ),
    ],
    [
      'PutObjectLegalHold',
      objectOperation<PutObjectLegalHoldRequest, PutObjectLegalHoldOutput>(
        deps,
        ['s3:PutObjectLegalHold'],
        async (input, _call, bucket) => {
          checkVersion(input.VersionId);
          const status = input.LegalHold?.Status;
          if (status !== 'ON' && status !== 'OFF') throw malformed();
          await objects.changeLegalHold(bucket.name, input.Key, status === 'ON');
          return {};
        },
      ),
    ],
    [
      'GetObjectLegalHold',
      objectOperation<GetObjectLegalHoldRequest, GetObjectLegalHoldOutput>(
        deps,
        ['s3:GetObjectLegalHold'],
        async (input, call, bucket) => {
          const { legalHold } = await lockOf(deps, input, call, bucket);
          if (legalHold === undefined) throw noLock();
          return { LegalHold: { Status: legalHold ? 'ON' : 'OFF' } };
        },
      ),
    ],
  ];
}

async function lockOf(
  deps: S3ServiceDependencies,
  input: { readonly Key: string; readonly VersionId?: string | undefined },
  call: CallContext,
  bucket: Bucket,
): Promise<ObjectLock> {
  const { lock = {} } = await findObject(deps, input, call, bucket);
  if (!bucket.config.objectLock)
    throw s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  return lock;
}

/** An empty element takes the retention away, where that is allowed. */
function readRetention(retention: PutObjectRetentionRequest['Retention'], now: number) {
  const { Mode: mode, RetainUntilDate: until } = retention ?? {};
  if (mode === undefined && until === undefined) return undefined;
  if (!isRetentionMode(mode) || until === undefined) throw malformed();
  return { mode, until: checkUntil(until, now) };
}

function noLock() {
  return s3Error(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
  );
}

function malformed() {
  return s3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
