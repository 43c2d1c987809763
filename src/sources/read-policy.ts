/** A place that a log source reads. */
export interface ReadPlace {
  readonly bucket: string;
  /** What stands before `AWSLogs/` in keys; empty: nothing. */
  readonly prefix: string;
  /** The queue that tells of its new files. */
  readonly queue?: { readonly url: string; readonly region: string };
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
 * and their state. Queues that are listened to need four more, and keys of encrypted buckets one.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html, list_amazonsqs.html
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
  const queues = places.flatMap(({ queue }) => queueArnOf(queue, partition) ?? []);
  if (queues.length > 0) {
    statements.push({
      Sid: 'OpentrailHearOfLogs',
      Effect: 'Allow',
      // GetQueueAttributes is how `sources test` looks at a queue without taking anything from it.
      Action: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:ChangeMessageVisibility',
        'sqs:GetQueueAttributes',
      ],
      Resource: [...new Set(queues)],
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

/** The ARN of a queue by its address, `https://host/account/name`; undefined: it has another form. */
function queueArnOf(queue: ReadPlace['queue'], partition: string): string | undefined {
  if (!queue) return undefined;
  const { hostname, pathname } = new URL(queue.url);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1] ?? queue.region;
  const [, account, name] = /^\/(\d{12})\/([\w.-]{1,80})$/.exec(pathname) ?? [];
  return name === undefined ? undefined : `arn:${partition}:sqs:${region}:${account}:${name}`;
}

/** What whoever asks for roles needs: the roles then need `readPolicy`. */
export function assumePolicy(roleArns: readonly string[]): IamPolicy {
  const Resource = [...new Set(roleArns)];
  return {
    Version: '2012-10-17',
    Statement: [{ Sid: 'OpentrailAssumeRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource }],
  };
}

/**
 * A role's own policy: who may ask for it. The external id keeps others, who are served by the same principal, from
 * naming this role as theirs. https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function trustPolicy(principal: string, externalIds: readonly string[]): IamPolicy {
  const ids = [...new Set(externalIds)];
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principal },
        Action: 'sts:AssumeRole',
        ...(ids.length > 0 && { Condition: { StringEquals: { 'sts:ExternalId': ids } } }),
      },
    ],
  };
}
