import type { Aws } from './aws.ts';

/** The bucket policy that CloudTrail's documentation gives, for any trail of the account. */
export function trailBucketPolicy(bucket: string, account = '123456789012', prefix = ''): string {
  const condition = { 'aws:SourceAccount': account };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailAclCheck20150319',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:GetBucketAcl',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringEquals: condition },
      },
      {
        Sid: 'AWSCloudTrailWrite20150319',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}AWSLogs/${account}/*`,
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...condition } },
      },
    ],
  });
}

/** Makes a bucket that trails of the account may deliver to. */
export async function makeTrailBucket(
  aws: Aws,
  bucket: string,
  account?: string,
  prefix?: string,
): Promise<void> {
  await aws.text('s3api', 'create-bucket', '--bucket', bucket);
  const policy = trailBucketPolicy(bucket, account, prefix);
  await aws.text('s3api', 'put-bucket-policy', '--bucket', bucket, '--policy', policy);
}
