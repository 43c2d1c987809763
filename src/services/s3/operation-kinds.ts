import type { CallContext, Handler, Operation, Permission } from '../../aws/index.ts';
import type { Bucket } from '../../objects/index.ts';
import { noSuchBucket, s3Error, toServiceError } from './errors.ts';
import { bucketPermission, type ConditionContext, objectPermission } from './permissions.ts';
import { bucketRecord, objectRecord } from './record.ts';
import type { S3ServiceDependencies } from './rooms.ts';

/** Members that nearly every S3 input has. */
export interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

export interface ObjectInput extends BucketInput {
  readonly Key?: string | undefined;
}

/** A handler that is handed the bucket, which exists and is of the expected owner. */
export type BucketHandler<Input, Output> = (
  input: Input,
  call: CallContext,
  bucket: Bucket,
) => Promise<Output>;

/** An operation without its schema, as the groups of this service define them. */
export type BuiltOperation = Omit<Operation, 'schema'>;

/** An operation on a bucket: a management event, allowed by `action` on the bucket's ARN. */
export function bucketOperation<Input extends BucketInput, Output>(
  deps: S3ServiceDependencies,
  action: string,
  handler: BucketHandler<Input, Output>,
  options: {
    readonly eventName?: string;
    readonly context?: (input: Input) => ConditionContext;
    /** More of `requestParameters`: the request's body in S3's names. */
    readonly recordBody?: (input: Input) => Record<string, unknown>;
    /** HeadBucket and the listings count as reads of data. */
    readonly data?: true;
  } = {},
): BuiltOperation {
  return {
    handler: withBucket(deps, handler) as unknown as Handler<never, unknown>,
    permissions: (input: Input, call: CallContext): Permission[] => {
      const bucket = deps.objects.findBucket(input.Bucket ?? '');
      // Anyone with a signature is told that a bucket does not exist, as on AWS.
      if (!bucket) return [];
      return [bucketPermission(bucket, call.caller, action, options.context?.(input))];
    },
    record: bucketRecord<Input>(deps.objects, options),
  } satisfies TypedOperation<Input> as unknown as BuiltOperation;
}

/** An operation on an object: a data event, allowed by each action on the object's ARN. */
export function objectOperation<Input extends ObjectInput, Output>(
  deps: S3ServiceDependencies,
  actions: readonly string[] | ((input: Input) => readonly string[]),
  handler: BucketHandler<Input & { readonly Key: string }, Output>,
  options: {
    readonly eventName?: string;
    readonly context?: (input: Input) => ConditionContext;
    /** Permissions on other objects (the source of a copy). */
    readonly also?: (input: Input, call: CallContext) => readonly Permission[];
    readonly bytesOut?: (output: Output) => number | undefined;
  } = {},
): BuiltOperation {
  return {
    handler: withBucket(deps, handler as BucketHandler<Input, Output>) as unknown as Handler<never, unknown>,
    permissions: (input: Input, call: CallContext): Permission[] => {
      const bucket = deps.objects.findBucket(input.Bucket ?? '');
      if (!bucket) return [];
      const context = options.context?.(input);
      const asked = typeof actions === 'function' ? actions(input) : actions;
      const own = asked.map((action) =>
        objectPermission(bucket, input.Key ?? '', call.caller, action, context),
      );
      return [...own, ...(options.also?.(input, call) ?? [])];
    },
    record: objectRecord<Input, Output>(deps.objects, options),
  } satisfies TypedOperation<Input> as unknown as BuiltOperation;
}

/** The members whose type names the input, before it is forgotten. */
interface TypedOperation<Input> {
  readonly handler: Handler<never, unknown>;
  readonly permissions: (input: Input, call: CallContext) => Permission[];
  readonly record: unknown;
}

function withBucket<Input extends ObjectInput, Output>(
  deps: S3ServiceDependencies,
  handler: BucketHandler<Input, Output>,
): Handler<Input, Output> {
  return async (input, call) => {
    const name = input.Bucket ?? '';
    const bucket = deps.objects.findBucket(name);
    if (!bucket) throw noSuchBucket(name);
    checkOwner(bucket, input.ExpectedBucketOwner);
    try {
      return await handler(input, call, bucket);
    } catch (error) {
      throw toServiceError(error, name, input.Key);
    }
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html */
export function checkOwner(bucket: Bucket, expected: string | undefined): void {
  if (expected !== undefined && expected !== bucket.account) throw s3Error('AccessDenied', 'Access Denied');
}
