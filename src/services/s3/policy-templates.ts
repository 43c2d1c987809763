/**
 * The templates that `aws cloudtrail create-subscription` fetches from AWS's bucket `awscloudtrail-policy-<region>`
 * before it makes a bucket or a topic of its own. The wording is ours; the placeholders in angle brackets are what the
 * AWS CLI replaces. It knows no trail's ARN at that time, so the templates name none.
 */
const TEMPLATES: ReadonlyMap<string, object> = new Map([
  [
    'policy/S3/AWSCloudTrail-S3BucketPolicy-2014-12-17.json',
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TrailChecksBucket',
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:GetBucketAcl',
          Resource: 'arn:aws:s3:::<BucketName>',
        },
        {
          Sid: 'TrailDeliversLogFiles',
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::<BucketName>/<Prefix>/AWSLogs/<CustomerAccountID>/*',
          Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
        },
      ],
    },
  ],
  [
    'policy/SNS/AWSCloudTrail-SnsTopicPolicy-2014-12-17.json',
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TrailPublishes',
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: 'SNS:Publish',
          Resource: 'arn:aws:sns:<Region>:<SNSTopicOwnerAccountId>:<SNSTopicName>',
        },
      ],
    },
  ],
]);

/** True for the bucket names of the templates: they belong to nobody, in every Region. */
export function isPolicyTemplateBucket(bucket: string): boolean {
  return /^awscloudtrail-policy-[a-z0-9-]+$/.test(bucket);
}

/** The template of that key as JSON text. */
export function findPolicyTemplate(key: string): Buffer | undefined {
  const template = TEMPLATES.get(key);
  return template && Buffer.from(JSON.stringify(template, null, 2));
}
