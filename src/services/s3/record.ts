import type { CallContext, RecordShape } from '../../aws/index.ts';
import type { EmbeddedObjects } from '../../objects/index.ts';

/** Request headers that S3 writes into `requestParameters`. */
const RECORDED_HEADERS = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-server-side-encryption',
  'x-amz-storage-class',
  'x-amz-tagging-directive',
] as const;

/** Query members that would let a reader of the trail use the URL again, or say nothing. */
const HIDDEN_QUERY: ReadonlySet<string> = new Set([
  'x-id',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
]);

type Objects = Pick<EmbeddedObjects, 'findBucket'>;

/**
 * How calls on buckets stand in the trail: `bucketName`, `Host` and the query as it came (`"policy":""`), in S3's own
 * style rather than CloudTrail's usual one
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html).
 */
export function bucketRecord<Input extends { readonly Bucket?: string | undefined }>(
  objects: Objects,
  options: {
    readonly eventName?: string;
    readonly recordBody?: (input: Input) => Record<string, unknown>;
    readonly data?: true;
  },
): RecordShape {
  const shape = {
    category: options.data ? ('Data' as const) : ('Management' as const),
    ...(options.eventName !== undefined && { eventName: options.eventName }),
    requestParameters: (input: Input, call: CallContext) => ({
      ...parameters(call, input.Bucket),
      ...options.recordBody?.(input),
    }),
    responseElements: () => null,
    resources: (input: Input, call: CallContext) => {
      if (input.Bucket === undefined) return [];
      const bucket = bucketResource(objects, input.Bucket, call);
      // Listings speak of the objects below a prefix; the record's own member for that is ARNPrefix.
      if (!options.data) return [bucket];
      return [{ type: 'AWS::S3::Object', ARNPrefix: `arn:aws:s3:::${input.Bucket}/` }, bucket];
    },
    additionalEventData: (_input: Input, _output: unknown, call: CallContext) => transferData(call, 0),
  };
  return shape as unknown as RecordShape;
}

/** How calls on objects stand in the trail. */
export function objectRecord<
  Input extends { readonly Bucket?: string | undefined; readonly Key?: string | undefined },
  Output,
>(
  objects: Objects,
  options: {
    readonly eventName?: string;
    readonly bytesOut?: (output: Output) => number | undefined;
  },
): RecordShape {
  const shape = {
    category: 'Data' as const,
    ...(options.eventName !== undefined && { eventName: options.eventName }),
    requestParameters: (input: Input, call: CallContext) => ({
      ...parameters(call, input.Bucket),
      ...(input.Key !== undefined && { key: input.Key }),
    }),
    responseElements: () => null,
    resources: (input: Input, call: CallContext) => {
      const name = input.Bucket ?? '';
      const object =
        input.Key === undefined
          ? { type: 'AWS::S3::Object', ARNPrefix: `arn:aws:s3:::${name}/` }
          : { type: 'AWS::S3::Object', ARN: `arn:aws:s3:::${name}/${input.Key}` };
      return [object, bucketResource(objects, name, call)];
    },
    additionalEventData: (_input: Input, output: Output, call: CallContext) =>
      transferData(call, (output && options.bytesOut?.(output)) ?? 0),
  };
  return shape as unknown as RecordShape;
}

/** `Host` and the query for calls on no bucket (ListBuckets). */
export function parameters(call: CallContext, bucket?: string): Record<string, unknown> {
  const mark = call.url.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : call.url.slice(mark + 1));
  return {
    ...(bucket !== undefined && { bucketName: bucket }),
    Host: call.host,
    ...Object.fromEntries([...query].filter(([name]) => !HIDDEN_QUERY.has(name))),
    ...Object.fromEntries(
      RECORDED_HEADERS.map((name) => [name, call.headers[name]]).filter(([, value]) => value !== undefined),
    ),
  };
}

export function transferData(call: CallContext, bytesOut: number): Record<string, unknown> {
  const declared = call.headers['x-amz-decoded-content-length'] ?? call.headers['content-length'];
  return {
    ...(call.authentication !== 'anonymous' && { SignatureVersion: 'SigV4' }),
    ...(call.tls && { CipherSuite: call.tls.cipher }),
    bytesTransferredIn: declared !== undefined && /^\d{1,15}$/.test(declared) ? Number(declared) : 0,
    ...(call.authentication !== 'anonymous' && {
      AuthenticationMethod: call.authentication === 'presigned' ? 'QueryString' : 'AuthHeader',
    }),
    bytesTransferredOut: bytesOut,
  };
}

function bucketResource(objects: Objects, name: string, call: CallContext) {
  // A deleted bucket's owner cannot be asked for any more; only its owner deletes it.
  const accountId = objects.findBucket(name)?.account ?? call.account;
  return { accountId, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${name}` };
}
