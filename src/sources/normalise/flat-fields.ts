import { categoryOf } from '../../event/index.ts';
import type { Row } from './mapping.ts';

/**
 * `CloudTrailCompiledNormalizer`: names in the manner of Logpoint's taxonomy. `user`, `identity_type`, `source_address`,
 * `mfa_authenticated`, `host` and `status` are as Logpoint's reference for CloudTrail has them
 * (https://docs.logpoint.com/integrations-1/aws/cloud-trail/aws-cloudtrail-log-reference); the others are our reading.
 */
export const FLAT_FIELDS: readonly Row[] = [
  {
    to: 'log_ts',
    by: ({ time }) => (time === undefined ? undefined : new Date(time).toISOString()),
    note: '`eventTime`, ISO 8601 with milliseconds; where it is missing, when the record came here',
  },
  { to: 'norm_id', is: 'CloudTrail', note: 'always `CloudTrail`' },
  {
    to: 'event_name',
    by: ({ eventName }) => eventName,
    note: '`eventName`; of insights, the call that they are about',
  },
  {
    to: 'event_source',
    by: ({ eventSource }) => eventSource,
    note: '`eventSource`; of insights, that of the call',
  },
  { to: 'service', by: ({ service }) => service, note: '`iam` of `iam.amazonaws.com`' },
  {
    to: 'action',
    by: ({ deed }) => deed,
    note: '`create`, `read`, `update`, `delete` or `other`, judged by the name',
  },
  { to: 'event_id', from: 'eventID', note: '`eventID`' },
  { to: 'event_type', from: 'eventType', note: '`eventType`' },
  {
    to: 'event_category',
    by: ({ record }) => categoryOf(record) ?? record.eventCategory,
    note: '`eventCategory`; in old records worked out',
  },
  { to: 'event_version', from: 'eventVersion', note: '`eventVersion`' },
  { to: 'region', from: 'awsRegion', note: '`awsRegion`' },
  {
    to: 'account_id',
    from: ['recipientAccountId', 'userIdentity.accountId', 'accountId'],
    note: 'the account that it happened to',
  },
  {
    to: 'user',
    by: ({ user }) => user,
    note: 'name of the user, session or service; `root` for the root user',
  },
  { to: 'identity_type', from: 'userIdentity.type', note: '`userIdentity.type`' },
  { to: 'user_id', from: 'userIdentity.principalId', note: '`userIdentity.principalId`' },
  { to: 'user_arn', from: 'userIdentity.arn', note: '`userIdentity.arn`' },
  { to: 'user_account_id', from: 'userIdentity.accountId', note: "the caller's account" },
  { to: 'access_key_id', from: 'userIdentity.accessKeyId', note: '`userIdentity.accessKeyId`' },
  { to: 'invoked_by', from: 'userIdentity.invokedBy', note: 'the AWS service that called for somebody' },
  {
    to: 'role',
    from: 'userIdentity.sessionContext.sessionIssuer.userName',
    note: "name of the session's role",
  },
  {
    to: 'role_arn',
    from: 'userIdentity.sessionContext.sessionIssuer.arn',
    note: "ARN of the session's role",
  },
  {
    to: 'session_start_ts',
    from: 'userIdentity.sessionContext.attributes.creationDate',
    note: 'when the session began',
  },
  {
    to: 'source_identity',
    from: 'userIdentity.sessionContext.sourceIdentity',
    note: '`sourceIdentity` of the session',
  },
  {
    to: 'mfa_authenticated',
    from: ['additionalEventData.MFAUsed', 'userIdentity.sessionContext.attributes.mfaAuthenticated'],
    as: 'boolean',
    note: 'was a second factor used: at the sign-in, or for the session',
  },
  {
    to: 'source_address',
    by: ({ ip }) => ip,
    note: '`sourceIPAddress` if it is an IP address, in one spelling',
  },
  {
    to: 'source_service',
    by: ({ caller }) => caller,
    note: '`sourceIPAddress` if it is the name of a service',
  },
  { to: 'user_agent', from: 'userAgent', note: '`userAgent`' },
  {
    to: 'host',
    from: ['requestParameters.Host', 'requestParameters.host', 'tlsDetails.clientProvidedHostHeader'],
    note: 'the host that was called',
  },
  {
    to: 'status',
    by: ({ isFailure }) => (isFailure ? 'Failure' : 'Success'),
    note: '`Failure` with an error, or a sign-in that says so; else `Success`',
  },
  { to: 'error_code', from: 'errorCode', note: '`errorCode`' },
  { to: 'message', from: 'errorMessage', note: '`errorMessage`' },
  { to: 'denied', by: ({ isDenied }) => isDenied, note: 'true when the error says that the caller may not' },
  { to: 'read_only', from: 'readOnly', as: 'boolean', note: '`readOnly`' },
  { to: 'management_event', from: 'managementEvent', as: 'boolean', note: '`managementEvent`' },
  { to: 'request_id', from: 'requestID', note: '`requestID`' },
  { to: 'shared_event_id', from: 'sharedEventID', note: '`sharedEventID`' },
  { to: 'api_version', from: 'apiVersion', note: '`apiVersion`' },
  { to: 'vpc_endpoint_id', from: 'vpcEndpointId', note: '`vpcEndpointId`' },
  { to: 'vpc_endpoint_account_id', from: 'vpcEndpointAccountId', note: '`vpcEndpointAccountId`' },
  { to: 'tls_version', from: 'tlsDetails.tlsVersion', note: '`tlsDetails.tlsVersion`' },
  { to: 'tls_cipher', from: 'tlsDetails.cipherSuite', note: '`tlsDetails.cipherSuite`' },
  { to: 'bucket', from: 'requestParameters.bucketName', note: 'the S3 bucket of the request' },
  { to: 'object', from: 'requestParameters.key', note: 'the S3 key of the request' },
  { to: 'target_user', from: 'requestParameters.userName', note: 'the user that the request is about' },
  { to: 'target_role', from: 'requestParameters.roleName', note: 'the role that the request is about' },
  { to: 'target_group', from: 'requestParameters.groupName', note: 'the group that the request is about' },
  { to: 'policy_arn', from: 'requestParameters.policyArn', note: 'the policy that the request is about' },
  { to: 'assumed_role_arn', from: 'requestParameters.roleArn', note: 'the role that is asked for' },
  {
    to: 'resource_arn',
    by: ({ record }) => firstArn(record.resources),
    note: 'ARN of the first resource that has one',
  },
  {
    to: 'resource_type',
    by: ({ record }) => firstResource(record.resources)?.type,
    note: 'type of that resource',
  },
  { to: 'insight_type', from: 'insightDetails.insightType', note: 'kind of an insight' },
  { to: 'insight_state', from: 'insightDetails.state', note: '`Start` or `End` of an insight' },
  {
    to: 'console_session',
    from: 'sessionCredentialFromConsole',
    as: 'boolean',
    note: "true when the credentials are a console session's",
  },
];

interface Resource {
  readonly arn: string;
  readonly type: string | undefined;
}

function firstArn(resources: unknown): string | undefined {
  return firstResource(resources)?.arn;
}

function firstResource(resources: unknown): Resource | undefined {
  return resourcesOf(resources, 1)[0];
}

/** Real records spell the ARN in three ways. */
export function resourcesOf(resources: unknown, max: number): Resource[] {
  if (!Array.isArray(resources)) return [];
  const found: Resource[] = [];
  for (const entry of resources as unknown[]) {
    if (found.length >= max) break;
    if (typeof entry !== 'object' || entry === null) continue;
    const { ARN, ARNPrefix, arn, type } = entry as Readonly<Record<string, unknown>>;
    const name = [ARN, arn, ARNPrefix].find((value) => typeof value === 'string' && value !== '');
    if (name !== undefined)
      found.push({ arn: String(name), type: typeof type === 'string' ? type : undefined });
  }
  return found;
}
