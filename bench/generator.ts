import type { AcceptedEvent } from '../src/event/index.ts';

/** What to generate; the same options give the same bytes. */
export interface GeneratorOptions {
  /** Default 1. */
  readonly seed?: number;
  /** The first event's time, ms since the epoch. Default 2026-01-01. */
  readonly start?: number;
  /** Events a second of event time; times are whole seconds, as CloudTrail writes them. Default 20. */
  readonly eventsPerSecond?: number;
  readonly account?: string;
  readonly region?: string;
  /** Share of data events. Default 0. */
  readonly dataShare?: number;
}

/** Calls with how often they come, whether they only read, and what they name. */
const CALLS: readonly (readonly [
  weight: number,
  service: string,
  name: string,
  readOnly: boolean,
  parameter: string,
])[] = [
  [18, 'ec2', 'DescribeInstances', true, 'instanceId'],
  [14, 'sts', 'AssumeRole', true, 'roleArn'],
  [10, 's3', 'GetBucketAcl', true, 'bucketName'],
  [9, 'kms', 'Decrypt', true, 'keyId'],
  [8, 'iam', 'GetRole', true, 'roleName'],
  [8, 'logs', 'CreateLogStream', false, 'logStreamName'],
  [7, 'ec2', 'RunInstances', false, 'instanceId'],
  [6, 'lambda', 'UpdateFunctionCode20150331v2', false, 'functionName'],
  [5, 'dynamodb', 'UpdateTable', false, 'tableName'],
  [4, 'ssm', 'PutParameter', false, 'name'],
  [4, 'iam', 'PutRolePolicy', false, 'roleName'],
  [3, 's3', 'PutBucketPolicy', false, 'bucketName'],
  [2, 'ec2', 'TerminateInstances', false, 'instanceId'],
  [1, 'iam', 'CreateUser', false, 'userName'],
  [0.5, 'cloudtrail', 'UpdateTrail', false, 'name'],
  [0.01, 'cloudtrail', 'DeleteTrail', false, 'name'],
];
const TOTAL_WEIGHT = CALLS.reduce((sum, [weight]) => sum + weight, 0);

const AGENTS = [
  'aws-cli/2.27.1 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.2 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe',
  'aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#arm64 api/ec2#1.210.0 m/E,a',
  'Boto3/1.37.23 md/Botocore#1.37.23 ua/2.0 os/linux#5.10.234-225.910.amzn2.x86_64 md/arch#x86_64 lang/python#3.11.6',
  'APN/1.0 HashiCorp/1.0 Terraform/1.11.3 (+https://www.terraform.io) terraform-provider-aws/5.94.1 aws-sdk-go-v2/1.36.3',
  '[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.782 Linux/5.10 OpenJDK_64-Bit_Server_VM/25.432-b06 java/1.8.0_432]',
];

/**
 * CloudTrail-like events of about 1.4 kB with random ids, without end, from a seeded generator. Half of them only
 * read; 200 people and 600 roles whose sessions and keys change; 20,000 resources of which few are busy. Ids,
 * request ids, keys and session names are random, so that they compress as badly as real ones.
 */
export function* generateEvents(options: GeneratorOptions = {}): Generator<AcceptedEvent, never> {
  const { seed = 1, start = Date.UTC(2026, 0, 1), eventsPerSecond = 20, account = '111122223333' } = options;
  const { region = 'eu-central-1', dataShare = 0 } = options;
  const random = mulberry32(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const skewed = (limit: number) => Math.floor(limit * random() ** 3);
  const hex = (digits: number) => {
    let text = '';
    while (text.length < digits)
      text += Math.floor(random() * 0x10000)
        .toString(16)
        .padStart(4, '0');
    return text.slice(0, digits);
  };
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const keyId = () =>
    Array.from({ length: 16 }, () => pick([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'])).join('');
  const keys = Array.from({ length: 2000 }, () => keyId());

  for (let index = 0; ; index++) {
    const time = start + Math.floor(index / eventsPerSecond) * 1000;
    const eventTime = new Date(time).toISOString().replace('.000', '');
    const data = random() < dataShare;
    const [service, name, readOnly, parameter] = data
      ? (['s3', 'GetObject', true, 'bucketName'] as const)
      : pickCall(random());
    // Sessions come and go: a hundred events later another key is in use.
    keys[Math.floor(random() * keys.length)] = index % 100 === 0 ? keyId() : pick(keys);
    const accessKeyId = `ASIA${keys[skewed(keys.length)]}`;
    const role = `team-${skewed(40)}-${pick(['deploy', 'reader', 'lambda-execution', 'ci', 'admin'])}`;
    const session = random() < 0.5 ? `person-${skewed(200)}@example.com` : `i-0${hex(16)}`;
    const principal = `AROA${role
      .toUpperCase()
      .replace(/[^A-Z]/g, '')
      .padEnd(17, 'X')
      .slice(0, 17)}`;
    const resource = `${parameter.replace(/[A-Z].*/, '')}-${skewed(20_000)}`;
    const eventId = uuid();
    const record = {
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: `${principal}:${session}`,
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
        accountId: account,
        accessKeyId,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: principal,
            arn: `arn:aws:iam::${account}:role/${role}`,
            accountId: account,
            userName: role,
          },
          attributes: { creationDate: eventTime, mfaAuthenticated: 'false' },
        },
      },
      eventTime,
      eventSource: `${service}.amazonaws.com`,
      eventName: name,
      awsRegion: region,
      sourceIPAddress: `10.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`,
      userAgent: pick(AGENTS),
      requestParameters: {
        [parameter]: parameter === 'roleArn' ? `arn:aws:iam::${account}:role/${role}` : resource,
        filterSet: { items: [{ name: 'tag:team', valueSet: { items: [{ value: role }] } }] },
        maxResults: Math.floor(random() * 1000),
        clientToken: hex(32),
      },
      responseElements: readOnly ? null : { _return: true, requestId: uuid() },
      requestID: uuid(),
      eventID: eventId,
      readOnly,
      resources:
        service === 's3' || service === 'kms' ? [resourceOf(service, resource, account, region)] : undefined,
      eventType: 'AwsApiCall',
      managementEvent: !data,
      recipientAccountId: account,
      eventCategory: data ? 'Data' : 'Management',
      tlsDetails: {
        tlsVersion: 'TLSv1.3',
        cipherSuite: 'TLS_AES_128_GCM_SHA256',
        clientProvidedHostHeader: `${service}.${region}.amazonaws.com`,
      },
    };
    const raw = Buffer.from(JSON.stringify(record));
    yield { account, region, eventId, time, category: data ? 'Data' : 'Management', raw };
  }
}

function pickCall(at: number): readonly [string, string, boolean, string] {
  let rest = at * TOTAL_WEIGHT;
  for (const [weight, ...call] of CALLS) {
    rest -= weight;
    if (rest < 0) return call;
  }
  return ['ec2', 'DescribeInstances', true, 'instanceId'];
}

function resourceOf(service: string, name: string, account: string, region: string) {
  return service === 's3'
    ? { accountId: account, type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${name}` }
    : { accountId: account, type: 'AWS::KMS::Key', ARN: `arn:aws:kms:${region}:${account}:key/${name}` };
}

/** A small generator with 32 bits of state: even, fast, the same everywhere. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
