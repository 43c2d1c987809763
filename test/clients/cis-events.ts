import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CIS_CONTROLS } from '../../src/cli/cis/controls.ts';
import { compileFilterPattern, LogMessage } from '../../src/logs/index.ts';

type CloudTrailJson = Record<string, unknown>;

/** An event that must set one control's alarm off and no other's, and one much like it that must set off none. */
export interface CisEvents {
  readonly name: string;
  readonly firing: CloudTrailJson;
  readonly harmless: CloudTrailJson;
  /** The firing one is a real event. */
  readonly isReal: boolean;
}

const CORPUS = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpus', 'events.ndjson.gz');
const patterns = CIS_CONTROLS.map(({ pattern }) => compileFilterPattern(pattern));
const USER = {
  type: 'IAMUser',
  userName: 'alice',
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/alice',
};

/** Source and name of an event of each control, and what changes it into a harmless one. */
const SHAPES: ReadonlyMap<string, readonly [firing: CloudTrailJson, harmless: CloudTrailJson]> = new Map([
  [
    'UnauthorizedAPICalls',
    [
      {
        eventSource: 'ec2.amazonaws.com',
        eventName: 'RunInstances',
        errorCode: 'Client.UnauthorizedOperation',
      },
      { errorCode: 'Client.RequestLimitExceeded' },
    ],
  ],
  [
    'ConsoleSigninWithoutMFA',
    [
      {
        ...{ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', eventType: 'AwsConsoleSignIn' },
        additionalEventData: { MFAUsed: 'No' },
        responseElements: { ConsoleLogin: 'Success' },
      },
      { additionalEventData: { MFAUsed: 'Yes' } },
    ],
  ],
  [
    'RootAccountUsage',
    [
      {
        ...{ eventSource: 'ec2.amazonaws.com', eventName: 'DescribeInstances', eventType: 'AwsApiCall' },
        userIdentity: { type: 'Root', accountId: '123456789012', arn: 'arn:aws:iam::123456789012:root' },
      },
      { userIdentity: { type: 'Root', accountId: '123456789012', invokedBy: 'support.amazonaws.com' } },
    ],
  ],
  ['IAMPolicyChanges', named('iam', 'AttachUserPolicy', 'GetUserPolicy')],
  ['CloudTrailChanges', named('cloudtrail', 'StopLogging', 'DescribeTrails')],
  [
    'ConsoleAuthenticationFailure',
    [
      {
        ...{ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', eventType: 'AwsConsoleSignIn' },
        errorMessage: 'Failed authentication',
        responseElements: { ConsoleLogin: 'Failure' },
      },
      { errorMessage: 'No username found in supplied account' },
    ],
  ],
  ['DisableOrDeleteCMK', named('kms', 'ScheduleKeyDeletion', 'DescribeKey')],
  ['S3BucketPolicyChanges', named('s3', 'PutBucketPolicy', 'GetBucketPolicy')],
  ['AWSConfigChanges', named('config', 'StopConfigurationRecorder', 'DescribeConfigurationRecorders')],
  ['SecurityGroupChanges', named('ec2', 'AuthorizeSecurityGroupIngress', 'DescribeSecurityGroups')],
  ['NetworkACLChanges', named('ec2', 'CreateNetworkAclEntry', 'DescribeNetworkAcls')],
  ['NetworkGatewayChanges', named('ec2', 'AttachInternetGateway', 'DescribeInternetGateways')],
  ['RouteTableChanges', named('ec2', 'CreateRoute', 'DescribeRouteTables')],
  ['VPCChanges', named('ec2', 'CreateVpc', 'DescribeVpcs')],
  ['OrganizationsChanges', named('organizations', 'LeaveOrganization', 'DescribeOrganization')],
]);

function named(service: string, firing: string, harmless: string): [CloudTrailJson, CloudTrailJson] {
  return [{ eventSource: `${service}.amazonaws.com`, eventName: firing }, { eventName: harmless }];
}

/** For each control a pair of events; the firing one is real where the corpus is there and has one of this kind alone. */
export function cisEvents(): readonly CisEvents[] {
  const real = realEvents();
  return CIS_CONTROLS.map(({ name }, index) => {
    const [shape, change] = SHAPES.get(name)!;
    const made = { eventVersion: '1.11', userIdentity: USER, sourceIPAddress: '192.0.2.1', ...shape };
    const found = real.get(index);
    const firing = found ?? made;
    return {
      name,
      isReal: found !== undefined,
      firing: { ...firing, eventID: randomUUID() },
      harmless: { ...made, ...change, eventID: randomUUID() },
    };
  });
}

/** The first event of the corpus that matches each pattern and no other. */
function realEvents(): ReadonlyMap<number, CloudTrailJson> {
  const found = new Map<number, CloudTrailJson>();
  if (!existsSync(CORPUS)) {
    console.log(`the corpus is not at ${CORPUS}: all events of this test are made up`);
    return found;
  }
  for (const line of gunzipSync(readFileSync(CORPUS)).toString().split('\n')) {
    if (line === '') continue;
    const message = new LogMessage(line);
    const matching = patterns.flatMap((pattern, index) => (pattern.matches(message) ? [index] : []));
    const [only] = matching;
    if (only === undefined || matching.length > 1 || found.has(only)) continue;
    const record = JSON.parse(line) as CloudTrailJson;
    if (!record.eventTime || (record.eventCategory ?? 'Management') !== 'Management') continue;
    // It becomes an event of the account under test; all that a pattern looks at stays.
    found.set(only, { ...record, recipientAccountId: '123456789012', awsRegion: 'us-east-1' });
  }
  return found;
}
