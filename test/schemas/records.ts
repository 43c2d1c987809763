import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ocsfOperations } from '../../src/sources/normalise/index.ts';

/** When the records of these tests came here. */
export const ARRIVED = Date.UTC(2026, 10, 1);

const CORPUS = join(import.meta.dirname, '../../../shared/corpus/events.ndjson.gz');
if (!existsSync(CORPUS)) console.warn(`SKIPPED: the real events are not at ${CORPUS}`);

/** The real events, parsed; none where the corpus is not there. */
export const corpusRecords: readonly unknown[] = existsSync(CORPUS)
  ? gunzipSync(readFileSync(CORPUS))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
  : [];

const USER = {
  ...{ type: 'IAMUser', principalId: 'AIDAEXAMPLE', arn: 'arn:aws:iam::111122223333:user/alice' },
  ...{ accountId: '111122223333', accessKeyId: 'AKIAEXAMPLE', userName: 'alice' },
};
const SESSION = {
  ...{ type: 'AssumedRole', principalId: 'AROAEXAMPLE:session', accountId: '111122223333' },
  ...{ arn: 'arn:aws:sts::111122223333:assumed-role/admin/session', accessKeyId: 'ASIAEXAMPLE' },
  sessionContext: {
    sessionIssuer: {
      ...{ type: 'Role', principalId: 'AROAEXAMPLE', arn: 'arn:aws:iam::111122223333:role/admin' },
      ...{ accountId: '111122223333', userName: 'admin' },
    },
    attributes: { creationDate: '2026-11-01T09:00:00Z', mfaAuthenticated: 'true' },
  },
};

/** A record as CloudTrail writes it, with some members changed; `undefined` takes one out. */
export function recordOf(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const record: Record<string, unknown> = {
    ...{ eventVersion: '1.11', userIdentity: USER, eventTime: '2026-11-01T10:00:00Z' },
    ...{ eventSource: 's3.amazonaws.com', eventName: 'PutObject', awsRegion: 'eu-central-1' },
    ...{ sourceIPAddress: '192.0.2.7', userAgent: 'aws-cli/2', requestID: 'REQUEST1' },
    requestParameters: { bucketName: 'logs', key: 'a', userName: 'bob', groupName: 'ops', roleName: 'admin' },
    ...{ responseElements: null, eventID: '11111111-2222-3333-4444-555555555555', readOnly: false },
    resources: [{ type: 'AWS::S3::Object', ARN: 'arn:aws:s3:::logs/a' }],
    ...{ eventType: 'AwsApiCall', managementEvent: false, recipientAccountId: '111122223333' },
    ...{
      eventCategory: 'Data',
      tlsDetails: { tlsVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_128_GCM_SHA256' },
    },
    ...more,
  };
  for (const [name, value] of Object.entries(record)) if (value === undefined) delete record[name];
  return record;
}

const ODD: readonly Readonly<Record<string, unknown>>[] = [
  { userIdentity: SESSION, vpcEndpointId: 'vpce-1', sharedEventID: 'x', apiVersion: '2006-03-01' },
  {
    userIdentity: {
      type: 'Root',
      accountId: '111122223333',
      principalId: '111122223333',
      arn: 'arn:aws:iam::111122223333:root',
    },
  },
  {
    userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
    sourceIPAddress: 'cloudtrail.amazonaws.com',
  },
  {
    userIdentity: { accountId: '111122223333', invokedBy: 'AWS Internal' },
    sourceIPAddress: 'AWS Internal',
    eventType: 'AwsServiceEvent',
  },
  { userIdentity: { type: 'AWSAccount', principalId: 'AIDAFOREIGN', accountId: '999999999999' } },
  {
    userIdentity: {
      type: 'SAMLUser',
      principalId: 'x',
      userName: 'bob',
      identityProvider: 'arn:aws:iam::1:saml-provider/x',
    },
  },
  { userIdentity: { type: 'Unknown' } },
  { userIdentity: { type: 'None' }, sourceIPAddress: '010.001.002.003' },
  { userIdentity: undefined, sourceIPAddress: undefined, userAgent: undefined, requestID: undefined },
  { userIdentity: null, sourceIPAddress: '', eventTime: undefined, eventID: undefined },
  { userIdentity: 'alice', sourceIPAddress: '1.2.3.4, 5.6.7.8', eventTime: '2026-11-01 10:00:00.123' },
  { userIdentity: [], sourceIPAddress: '2001:DB8:0:0:0:0:0:1', eventTime: 'yesterday' },
  { requestParameters: null, responseElements: 'a text', requestID: undefined, resources: null },
  {
    requestParameters: 'text',
    requestID: undefined,
    resources: [{ ARNPrefix: 'arn:aws:s3:::x' }, {}, null, 5],
  },
  { errorCode: 'AccessDenied', errorMessage: 'no', requestParameters: null, responseElements: null },
  { errorCode: '', readOnly: 'True', eventName: 'GetObject' },
  { eventName: undefined, eventSource: undefined, eventVersion: 1.08, eventCategory: undefined },
  { eventName: 'BetaFeature2', eventSource: 'unheard.of', awsRegion: 5, recipientAccountId: 111122223333 },
  {
    ...{ eventSource: 'signin.amazonaws.com', eventName: 'ConsoleLogin', eventType: 'AwsConsoleSignIn' },
    ...{ requestParameters: null, responseElements: { ConsoleLogin: 'Failure' }, requestID: undefined },
    ...{
      additionalEventData: { MFAUsed: 'No', LoginTo: 'https://console.aws.amazon.com/' },
      errorMessage: 'Failed authentication',
    },
  },
  {
    ...{
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    },
    requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/admin', roleSessionName: 's' },
    responseElements: {
      assumedRoleUser: { assumedRoleId: 'AROA:s', arn: 'arn:aws:sts::111122223333:assumed-role/admin/s' },
    },
  },
  { eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole', requestParameters: null, userIdentity: null },
  {
    eventSource: 'iam.amazonaws.com',
    eventName: 'AttachUserPolicy',
    requestParameters: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/X' },
  },
  {
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreatePolicy',
    requestParameters: { policyName: 'X' },
    responseElements: { policy: { arn: 'arn:p', policyName: 'X' } },
  },
  {
    ...{ userIdentity: undefined, eventSource: undefined, eventName: undefined, sourceIPAddress: undefined },
    ...{ eventType: 'AwsCloudTrailInsight', eventCategory: 'Insight', sharedEventID: 'aaaa' },
    insightDetails: {
      state: 'Start',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'RunInstances',
      insightType: 'ApiCallRateInsight',
    },
  },
  {
    eventType: 'AwsCloudTrailInsight',
    eventCategory: 'Insight',
    insightDetails: { state: 'End', insightType: 5 },
  },
  {
    eventType: 'AwsVpceEvent',
    eventCategory: 'NetworkActivity',
    errorCode: 'VpceAccessDenied',
    requestParameters: undefined,
  },
  {
    ...{
      eventVersion: '1.0',
      eventID: undefined,
      eventId: 'agg',
      accountId: '111122223333',
      userIdentity: undefined,
    },
    ...{
      eventType: 'AwsAggregatedEvent',
      eventCategory: 'Aggregated',
      recipientAccountId: undefined,
      sourceIPAddress: undefined,
    },
  },
];

/** Made records: the odd ones, and one of each operation that has an OCSF class of its own. */
export const madeRecords: readonly unknown[] = [
  ...[recordOf(), {}, null, 5, 'text', []],
  ...ODD.map(recordOf),
  ...ocsfOperations().map(([service, eventName]) =>
    recordOf({
      eventSource: `${service}.amazonaws.com`,
      eventName,
      eventCategory: 'Management',
      managementEvent: true,
    }),
  ),
  ...ocsfOperations().map(([service, eventName]) =>
    recordOf({
      eventSource: `${service}.amazonaws.com`,
      eventName,
      requestParameters: null,
      errorCode: 'Client.UnauthorizedOperation',
    }),
  ),
];
