import type {
  DeletedObject,
  _Error as DeleteError,
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { type CallContext, ServiceError } from '../../../aws/index.ts';
import type { Bucket } from '../../../objects/index.ts';
import { s3Error, toServiceError } from '../errors.ts';
import { originOf } from '../notifications/origin.ts';
import { type BuiltOperation, objectOperation } from '../operation-kinds.ts';
import { objectPermission } from '../permissions.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { checkVersion } from './get-object.ts';

const MOST_KEYS = 1000;

/** DeleteObject and DeleteObjects: what is not there is deleted as well. */
export function deleteObjectOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    [
      'DeleteObject',
      objectOperation<DeleteObjectRequest, DeleteObjectOutput>(
        deps,
        (input) => deleteActions(input.BypassGovernanceRetention),
        async (input, call, bucket) => {
          checkVersion(input.VersionId);
          await checkMatch(deps, bucket, input.Key, input.IfMatch);
          const bypassGovernance = input.BypassGovernanceRetention === true;
          await deps.objects.delete(bucket.name, input.Key, { bypassGovernance }, originOf(call));
          return {};
        },
      ),
    ],
    [
      'DeleteObjects',
      // Each key is allowed or refused by itself, and the answer says which.
      objectOperation<DeleteObjectsRequest & { readonly Key?: string }, DeleteObjectsOutput>(
        deps,
        [],
        async (input, call, bucket) => {
          const wanted = input.Delete?.Objects ?? [];
          if (wanted.length === 0 || wanted.length > MOST_KEYS) {
            throw s3Error(
              'MalformedXML',
              'The XML you provided was not well-formed or did not validate against our published schema',
            );
          }
          const Deleted: DeletedObject[] = [];
          const Errors: DeleteError[] = [];
          for (const identifier of wanted) {
            const error = await deleteOne(
              deps,
              bucket,
              identifier,
              call,
              input.BypassGovernanceRetention === true,
            );
            if (error) Errors.push(error);
            else if (!input.Delete?.Quiet) Deleted.push({ Key: identifier.Key });
          }
          return { ...(Deleted.length > 0 && { Deleted }), ...(Errors.length > 0 && { Errors }) };
        },
      ),
    ],
  ];
}

/** Passing a GOVERNANCE retention is a right of its own, and must be asked for in the call besides. */
function deleteActions(bypassGovernance: boolean | undefined): string[] {
  return ['s3:DeleteObject', ...(bypassGovernance ? ['s3:BypassGovernanceRetention'] : [])];
}

async function deleteOne(
  deps: S3ServiceDependencies,
  bucket: Bucket,
  identifier: ObjectIdentifier,
  call: CallContext,
  bypassGovernance: boolean,
): Promise<DeleteError | undefined> {
  const key = identifier.Key ?? '';
  for (const needed of deleteActions(bypassGovernance)) {
    const { action, resource = '*', ...question } = objectPermission(bucket, key, call.caller, needed);
    const decision = await deps.authorizer.authorize({ caller: call.caller, action, resource, ...question });
    if (!decision.allowed) return { Key: key, Code: 'AccessDenied', Message: decision.message };
  }
  try {
    checkVersion(identifier.VersionId);
    await checkMatch(deps, bucket, key, identifier.ETag);
    await deps.objects.delete(bucket.name, key, { bypassGovernance }, originOf(call));
    return undefined;
  } catch (thrown) {
    const error = toServiceError(thrown, bucket.name, key);
    if (!(error instanceof ServiceError)) throw error;
    return { Key: key, Code: error.code, Message: error.message };
  }
}

async function checkMatch(
  deps: S3ServiceDependencies,
  bucket: Bucket,
  key: string,
  etag: string | undefined,
): Promise<void> {
  if (etag === undefined) return;
  const object = await deps.objects.head(bucket.name, key);
  const wanted = etag.replaceAll('"', '');
  if (object && (wanted === '*' || wanted === object.etag)) return;
  throw s3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}
