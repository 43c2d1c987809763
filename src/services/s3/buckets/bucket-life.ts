import type {
  CreateBucketOutput,
  CreateBucketRequest,
  DeleteBucketRequest,
  GetBucketLocationOutput,
  GetBucketLocationRequest,
  HeadBucketOutput,
  HeadBucketRequest,
  ListBucketsOutput,
  ListBucketsRequest,
} from '@aws-sdk/client-s3';
import type { CallContext, RecordShape } from '../../../aws/index.ts';
import { ObjectStoreError } from '../../../objects/index.ts';
import { s3Error, toServiceError } from '../errors.ts';
import { type BuiltOperation, bucketOperation } from '../operation-kinds.ts';
import { isPolicyTemplateBucket } from '../policy-templates.ts';
import { parameters, transferData } from '../record.ts';
import type { S3ServiceDependencies } from '../rooms.ts';
import { cannedGrants } from './bucket-acl.ts';
import { checkBucketName } from './bucket-name.ts';
import { canonicalId } from './owner.ts';

/** Making, finding, listing and deleting buckets. */
export function bucketLifeOperations(deps: S3ServiceDependencies): [string, BuiltOperation][] {
  return [
    ['CreateBucket', createBucket(deps)],
    ['ListBuckets', listBuckets(deps)],
    [
      'HeadBucket',
      bucketOperation<HeadBucketRequest, HeadBucketOutput>(
        deps,
        's3:ListBucket',
        async (_input, _call, bucket) => ({ BucketRegion: bucket.region, AccessPointAlias: false }),
        { data: true },
      ),
    ],
    [
      'GetBucketLocation',
      bucketOperation<GetBucketLocationRequest, GetBucketLocationOutput>(
        deps,
        's3:GetBucketLocation',
        // us-east-1 is S3's first Region and has no name there.
        async (_input, _call, { region }) =>
          region === 'us-east-1'
            ? {}
            : { LocationConstraint: region as NonNullable<GetBucketLocationOutput['LocationConstraint']> },
      ),
    ],
    [
      'DeleteBucket',
      bucketOperation<DeleteBucketRequest, object>(deps, 's3:DeleteBucket', async (_input, _call, bucket) => {
        await deps.objects.deleteBucket(bucket.name);
        return {};
      }),
    ],
  ];
}

function createBucket(deps: S3ServiceDependencies): BuiltOperation {
  const handler = async (input: CreateBucketRequest, call: CallContext): Promise<CreateBucketOutput> => {
    const name = input.Bucket ?? '';
    checkBucketName(name);
    if (isPolicyTemplateBucket(name)) throw taken(name);
    const region = bucketRegion(
      input.CreateBucketConfiguration?.LocationConstraint,
      call.region || deps.defaultRegion,
    );
    const tags = input.CreateBucketConfiguration?.Tags ?? [];
    try {
      await deps.objects.createBucket({
        name,
        account: call.account,
        region,
        config: {
          ...(input.ACL !== undefined &&
            input.ACL !== 'private' && { grants: cannedGrants(input.ACL, call.account) }),
          ...(input.ObjectOwnership !== undefined && { objectOwnership: input.ObjectOwnership }),
          ...(input.ObjectLockEnabledForBucket && { objectLock: {} }),
          ...(tags.length > 0 && {
            tags: tags.map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' })),
          }),
        },
      });
    } catch (error) {
      // For legacy's sake the owner may make a bucket again in us-east-1 (CreateBucket's page says so).
      const repeated = error instanceof ObjectStoreError && error.code === 'BucketAlreadyOwnedByYou';
      if (!repeated || region !== 'us-east-1' || deps.objects.findBucket(name)?.region !== region) {
        throw toServiceError(error, name, undefined);
      }
    }
    return { Location: region === 'us-east-1' ? `/${name}` : `http://${call.host}/${name}` };
  };
  const { resources: _, ...record } = bucketOperation<CreateBucketRequest, object>(
    deps,
    '',
    async () => ({}),
    {
      recordBody: ({ CreateBucketConfiguration: configuration }) =>
        configuration?.LocationConstraint === undefined
          ? {}
          : {
              CreateBucketConfiguration: {
                LocationConstraint: configuration.LocationConstraint,
                xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/',
              },
            },
    },
  ).record as RecordShape;
  return {
    handler,
    permissions: (input: CreateBucketRequest, call: CallContext) =>
      [
        's3:CreateBucket',
        ...(input.ObjectLockEnabledForBucket ? ['s3:PutBucketObjectLockConfiguration'] : []),
      ].map((action) => ({
        action,
        resource: `arn:aws:s3:::${input.Bucket}`,
        context: {
          's3:locationconstraint': input.CreateBucketConfiguration?.LocationConstraint ?? call.region,
          ...(input.ACL !== undefined && { 's3:x-amz-acl': input.ACL }),
        },
      })),
    record,
  };
}

/**
 * Region of a new bucket out of what was asked and where: us-east-1 makes buckets anywhere, other Regions only their
 * own.
 */
function bucketRegion(constraint: string | undefined, region: string): string {
  const wanted = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (region === 'us-east-1') {
    if (wanted === undefined || wanted === '') return region;
    if (wanted !== 'us-east-1' && /^[a-z]{2,}(-[a-z0-9]+)+$/.test(wanted)) return wanted;
    throw s3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      LocationConstraint: wanted,
    });
  }
  if (wanted === region) return region;
  throw s3Error(
    'IllegalLocationConstraintException',
    `The ${wanted || 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function listBuckets(deps: S3ServiceDependencies): BuiltOperation {
  const handler = async (input: ListBucketsRequest, call: CallContext): Promise<ListBucketsOutput> => {
    const max = input.MaxBuckets ?? 10_000;
    if (max < 1 || max > 10_000) {
      throw s3Error('InvalidArgument', 'MaxBuckets must be between 1 and 10000', {
        ArgumentName: 'max-buckets',
      });
    }
    const after = input.ContinuationToken && Buffer.from(input.ContinuationToken, 'base64url').toString();
    const found = deps.objects
      .listBuckets(call.account)
      .filter(({ name }) => name.startsWith(input.Prefix ?? ''))
      .filter(({ region }) => input.BucketRegion === undefined || region === input.BucketRegion)
      .filter(({ name }) => after === undefined || name > after);
    const page = found.slice(0, max);
    return {
      Buckets: page.map(({ name, createdAt, region }) => ({
        Name: name,
        CreationDate: new Date(createdAt),
        BucketArn: `arn:aws:s3:::${name}`,
        ...(input.MaxBuckets !== undefined || input.BucketRegion !== undefined
          ? { BucketRegion: region }
          : {}),
      })),
      Owner: { ID: canonicalId(call.account) },
      ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
      ...(found.length > max && { ContinuationToken: Buffer.from(page.at(-1)!.name).toString('base64url') }),
    };
  };
  return {
    handler,
    permissions: () => [{ action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*' }],
    record: {
      category: 'Management',
      requestParameters: (_input: never, call: CallContext) => parameters(call),
      responseElements: () => null,
      additionalEventData: (_input: never, _output: never, call: CallContext) => transferData(call, 0),
    },
  };
}

function taken(name: string) {
  return s3Error(
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    { BucketName: name },
  );
}
