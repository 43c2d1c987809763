import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** How to reach AWS or an opentrail; empty: the AWS SDK's own ways. Can be sent to a thread. */
export interface AwsAccess {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Where the bucket is read from. Can be sent to a thread. */
export type Place =
  | { readonly kind: 's3'; readonly access: AwsAccess }
  /** A folder with a copy of the bucket, or with folders named as the buckets are. */
  | { readonly kind: 'folder'; readonly path: string };

/** The address that was given for a service, by the option or as the AWS SDKs read it; undefined: AWS's own. */
export function endpointOf(
  access: AwsAccess,
  env: Readonly<Record<string, string | undefined>>,
  service: 'S3' | 'CLOUDTRAIL',
): string | undefined {
  return access.endpoint || env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL || undefined;
}

/** What an S3 client needs; buckets at an address of their own are asked for by path. */
export function s3ConfigOf(
  access: AwsAccess,
  env: Readonly<Record<string, string | undefined>>,
): S3ClientConfig {
  const endpoint = endpointOf(access, env, 'S3');
  return {
    ...(access.region !== undefined && { region: access.region }),
    ...(access.credentials && { credentials: access.credentials }),
    ...(endpoint && { endpoint, forcePathStyle: true }),
  };
}
