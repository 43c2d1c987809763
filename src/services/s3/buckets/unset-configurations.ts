import { notImplemented, s3Error } from '../errors.ts';
import type { BucketInput } from '../operation-kinds.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import type { S3ServiceDependencies } from '../rooms.ts';

/** A configuration that no bucket of ours has: what S3 answers for a bucket where it was never set. */
interface Unset {
  /** Name of the operations' middle: `BucketCors` of GetBucketCors. */
  readonly operation: string;
  /** IAM action's middle, where it differs. */
  readonly action?: string;
  /** Name in the trail, where it differs. */
  readonly event?: string;
  /** Words for a refused Put. */
  readonly what: string;
  readonly answer: object | Refused;
  /** The Delete operation, if there is one: nothing is set, so nothing is left to do. */
  readonly remove?: string;
  /** Put inputs that ask for what is the case anyway. */
  readonly accepts?: (input: Record<string, unknown>) => boolean;
}

/**
 * Terraform and the consoles read all of these for every bucket. A Put that could not take effect is refused:
 * a lifecycle rule that never deletes would be a promise to an auditor.
 */
const UNSET: readonly Unset[] = [
  {
    operation: 'BucketVersioning',
    what: 'Bucket versioning',
    answer: {},
  },
  {
    operation: 'BucketEncryption',
    action: 'EncryptionConfiguration',
    what: 'Bucket encryption with keys of KMS',
    answer: {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
      },
    },
    remove: 'DeleteBucketEncryption',
    accepts: ({ ServerSideEncryptionConfiguration: wanted }) =>
      rulesOf(wanted).every((rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm === 'AES256'),
  },
  {
    operation: 'BucketLifecycleConfiguration',
    action: 'LifecycleConfiguration',
    event: 'BucketLifecycle',
    what: 'Bucket lifecycle configuration',
    answer: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
    remove: 'DeleteBucketLifecycle',
  },
  {
    operation: 'BucketReplication',
    action: 'ReplicationConfiguration',
    what: 'Bucket replication',
    answer: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
    remove: 'DeleteBucketReplication',
  },
  {
    operation: 'BucketLogging',
    what: 'Server access logging',
    answer: {},
    accepts: ({ BucketLoggingStatus: wanted }) => isEmpty(wanted),
  },
  {
    operation: 'BucketWebsite',
    what: 'Website hosting',
    answer: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
    remove: 'DeleteBucketWebsite',
  },
  {
    operation: 'BucketCors',
    action: 'BucketCORS',
    what: 'Cross-origin resource sharing',
    answer: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
    remove: 'DeleteBucketCors',
  },
  {
    operation: 'BucketAccelerateConfiguration',
    action: 'AccelerateConfiguration',
    event: 'AccelerateConfiguration',
    what: 'Transfer acceleration',
    answer: {},
  },
  {
    operation: 'BucketRequestPayment',
    what: 'Requester Pays',
    answer: { Payer: 'BucketOwner' },
    accepts: ({ RequestPaymentConfiguration: wanted }) =>
      (wanted as { Payer?: string })?.Payer === 'BucketOwner',
  },
];

type Refused = readonly [code: string, message: string];

/** The reads, the refused writes and the empty deletes of all of them, and of the lists of configurations. */
export function unsetConfigurationOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [...UNSET.flatMap((unset) => operationsOf(deps, unset)), ...emptyLists(deps)];
}

function operationsOf(deps: S3ServiceDependencies, unset: Unset): [string, BuiltOperation][] {
  const action = unset.action ?? unset.operation;
  const event = unset.event ?? unset.operation;
  const read = bucketOperation<BucketInput, object>(
    deps,
    `s3:Get${action}`,
    async (_input, _call, bucket) => {
      if (!isRefusal(unset.answer)) return unset.answer;
      const [code, message] = unset.answer;
      throw s3Error(code, message, { BucketName: bucket.name });
    },
    { eventName: `Get${event}` },
  );
  const write = bucketOperation<BucketInput, object>(
    deps,
    `s3:Put${action}`,
    async (input) => {
      if (unset.accepts?.(input as Record<string, unknown>)) return {};
      throw notImplemented(unset.what);
    },
    { eventName: `Put${event}` },
  );
  const operations: [string, BuiltOperation][] = [
    [`Get${unset.operation}`, read],
    [`Put${unset.operation}`, write],
  ];
  if (unset.remove !== undefined) {
    const remove = bucketOperation<BucketInput, object>(
      deps,
      unset.operation === 'BucketWebsite' ? 's3:DeleteBucketWebsite' : `s3:Put${action}`,
      async () => ({}),
    );
    operations.push([unset.remove, remove]);
  }
  return operations;
}

/** Lists of configurations that hold nothing. */
function emptyLists(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  const lists = [
    ['ListBucketInventoryConfigurations', 's3:GetInventoryConfiguration'],
    ['ListBucketAnalyticsConfigurations', 's3:GetAnalyticsConfiguration'],
    ['ListBucketMetricsConfigurations', 's3:GetMetricsConfiguration'],
    ['ListBucketIntelligentTieringConfigurations', 's3:GetIntelligentTieringConfiguration'],
  ] as const;
  return lists.map(([operation, action]) => [
    operation,
    bucketOperation<BucketInput, object>(deps, action, async () => ({ IsTruncated: false })),
  ]);
}

function isRefusal(answer: Unset['answer']): answer is Refused {
  return Array.isArray(answer);
}

function isEmpty(value: unknown): boolean {
  return Object.values((value ?? {}) as object).every(
    (member) => member === undefined || (Array.isArray(member) && member.length === 0),
  );
}

function rulesOf(
  configuration: unknown,
): { ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string } }[] {
  const rules = (configuration as { Rules?: unknown } | undefined)?.Rules;
  return Array.isArray(rules) && rules.length > 0 ? rules : [{}];
}
