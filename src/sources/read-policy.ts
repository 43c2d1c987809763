/** A place that a log source reads. */
export interface ReadPlace {
  readonly bucket: string;
  /** What stands before `AWSLogs/` in keys; empty: nothing. */
  readonly prefix: string;
}

/** What else the policy is to allow. */
export interface ReadPolicyOptions {
  /** `aws`, `aws-cn` or `aws-us-gov`. Default `aws`. */
  readonly partition?: string;
  /** Trails are found from the account alone (`opentrail sources discover`). */
  readonly discovery?: boolean;
  /** ARNs of the keys with which the buckets are encrypted. */
  readonly kmsKeys?: readonly string[];
}

/** A policy of IAM, as its JSON. */
export interface IamPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The smallest IAM policy with which log sources can be read: three permissions for the buckets, three that find trails
 * and their state. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export function readPolicy(places: readonly ReadPlace[], options: ReadPolicyOptions = {}): IamPolicy {
  const { partition = 'aws', discovery = true, kmsKeys = [] } = options;
  const arn = (bucket: string) => `arn:${partition}:s3:::${bucket}`;
  const buckets = [...new Set(places.map(({ bucket }) => bucket))];
  // Files that somebody copied beside AWSLogs/ are looked for too: a source reads all that is below its prefix.
  const keysOf = ({ prefix }: ReadPlace) => (prefix === '' ? '*' : `${prefix}/*`);
  const statements: Readonly<Record<string, unknown>>[] = [];
  if (discovery) {
    statements.push({
      Sid: 'OpentrailFindTrails',
      Effect: 'Allow',
      Action: [
        'cloudtrail:DescribeTrails',
        'cloudtrail:GetTrailStatus',
        'organizations:DescribeOrganization',
      ],
      // These have no resource that could be named, or none that is known before.
      Resource: '*',
    });
  }
  if (buckets.length > 0) {
    statements.push({
      Sid: 'OpentrailLocateBuckets',
      Effect: 'Allow',
      Action: 's3:GetBucketLocation',
      Resource: buckets.map(arn),
    });
  }
  for (const [number, bucket] of buckets.entries()) {
    const prefixes = [...new Set(places.filter((place) => place.bucket === bucket).map(keysOf))];
    statements.push({
      Sid: `OpentrailListLogs${number === 0 ? '' : number + 1}`,
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: arn(bucket),
      ...(!prefixes.includes('*') && { Condition: { StringLike: { 's3:prefix': prefixes } } }),
    });
  }
  if (places.length > 0) {
    statements.push({
      Sid: 'OpentrailReadLogs',
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: [...new Set(places.map((place) => `${arn(place.bucket)}/${keysOf(place)}`))],
    });
  }
  if (kmsKeys.length > 0) {
    statements.push({
      Sid: 'OpentrailDecryptLogs',
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: kmsKeys,
    });
  }
  return { Version: '2012-10-17', Statement: statements };
}
