import * as s3 from '@aws-sdk/client-s3';
import type { Operation, Service } from '../../aws/index.ts';
import { bucketAclOperations } from './buckets/bucket-acl.ts';
import { bucketLifeOperations } from './buckets/bucket-life.ts';
import { bucketPolicyOperations } from './buckets/bucket-policy.ts';
import { bucketTaggingOperations } from './buckets/bucket-tagging.ts';
import { publicAccessOperations } from './buckets/public-access.ts';
import { unsetConfigurationOperations } from './buckets/unset-configurations.ts';
import { S3_ERRORS } from './errors.ts';
import { listOperations } from './listing/list-objects.ts';
import { listUploadOperations } from './multipart/list-uploads.ts';
import { uploadOperations } from './multipart/upload-operations.ts';
import { notificationOperations } from './notifications/configuration.ts';
import { lockConfigurationOperations } from './object-lock/lock-configuration.ts';
import { objectLockOperations } from './object-lock/lock-of-objects.ts';
import { copyObjectOperation } from './objects/copy-object.ts';
import { deleteObjectOperations } from './objects/delete-objects.ts';
import { getObjectOperation, headObjectOperation } from './objects/get-object.ts';
import { objectAttributesOperation } from './objects/object-attributes.ts';
import { objectSettingOperations } from './objects/object-settings.ts';
import { putObjectOperation } from './objects/put-object.ts';
import type { BuiltOperation } from './operation-kinds.ts';
import type { S3ServiceDependencies } from './rooms.ts';

export type { S3ServiceDependencies } from './rooms.ts';

/** S3 over the embedded objects, as far as trails, the AWS CLI and Terraform need it. Policies decide; no versions. */
export function createS3Service(deps: S3ServiceDependencies): Service {
  const built = new Map<string, BuiltOperation>([
    ...bucketLifeOperations(deps),
    ...bucketAclOperations(deps),
    ...bucketPolicyOperations(deps),
    ...bucketTaggingOperations(deps),
    ...publicAccessOperations(deps),
    ...unsetConfigurationOperations(deps),
    ...notificationOperations(deps),
    ...lockConfigurationOperations(deps),
    ...objectLockOperations(deps),
    ...listOperations(deps),
    ['PutObject', putObjectOperation(deps)],
    ['GetObject', getObjectOperation(deps)],
    ['HeadObject', headObjectOperation(deps)],
    ['CopyObject', copyObjectOperation(deps)],
    ...deleteObjectOperations(deps),
    ...objectSettingOperations(deps),
    ['GetObjectAttributes', objectAttributesOperation(deps)],
    ...uploadOperations(deps),
    ...listUploadOperations(deps),
  ]);
  return {
    signingNames: ['s3'],
    protocol: 'restXml',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    apiVersion: '2006-03-01',
    iamPrefix: 's3',
    eventSource: 's3.amazonaws.com',
    operations: withSchemas(built),
    errors: S3_ERRORS,
  };
}

/** Every operation of the client package; those that are not built have no handler. */
function withSchemas(built: ReadonlyMap<string, BuiltOperation>): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const schema of Object.values(s3) as unknown[]) {
    if (!isOperationSchema(schema)) continue;
    operations.set(schema[2], { ...built.get(schema[2]), schema });
  }
  const unknown = [...built.keys()].filter((name) => !operations.has(name));
  if (unknown.length > 0) throw new Error(`s3: the client package has no operation ${unknown.join(', ')}`);
  return operations;
}

/** `[9, namespace, name, traits, () => input, () => output]` */
function isOperationSchema(value: unknown): value is readonly [9, string, string, ...unknown[]] {
  return Array.isArray(value) && value[0] === 9 && typeof value[2] === 'string';
}
