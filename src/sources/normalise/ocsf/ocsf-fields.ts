import { type Facts, textOf } from '../facts.ts';
import { resourcesOf } from '../flat-fields.ts';
import type { Row } from '../mapping.ts';
import { accountOf, actorOf } from './actor.ts';
import { OCSF_VERSION, type OcsfKind } from './classes.ts';
import { sourceEndpoint } from './endpoint.ts';
import {
  changedPolicies,
  changedUser,
  groupMember,
  managedGroup,
  managedPolicy,
  signedInUser,
} from './target.ts';

/** Rows that say what kind of event it is: the same for every record of a class and activity. */
export function kindRows({
  class: { uid, caption, category, activities },
  activity,
}: OcsfKind): readonly Row[] {
  const done = activities.get(activity) ?? 'Other';
  return [
    { to: 'category_uid', is: category[0], note: 'of the class' },
    { to: 'category_name', is: category[1], note: 'of the class' },
    { to: 'class_uid', is: uid, note: 'the class' },
    { to: 'class_name', is: caption, note: 'the class' },
    { to: 'activity_id', is: activity, note: 'by the operation' },
    {
      to: 'activity_name',
      by: ({ eventName }) => (activity === 99 ? eventName || done : done),
      note: 'its caption; of others, `eventName`',
    },
    { to: 'type_uid', is: uid * 100 + activity, note: 'class and activity' },
    { to: 'type_name', is: `${caption}: ${done}`, note: 'class and activity' },
  ];
}

/** Rows of every class. */
export const OCSF_COMMON: readonly Row[] = [
  {
    to: 'time',
    by: ({ time }) => time,
    note: '`eventTime` in milliseconds; where it is missing, when the record came here',
  },
  { to: 'severity_id', is: 1, note: 'CloudTrail knows no severity' },
  { to: 'severity', is: 'Informational', note: 'CloudTrail knows no severity' },
  { to: 'message', from: 'errorMessage', note: '`errorMessage`' },
  { to: 'metadata.version', is: OCSF_VERSION, note: 'the version of the schema' },
  { to: 'metadata.profiles', by: () => ['cloud'], note: 'always' },
  { to: 'metadata.product.name', is: 'CloudTrail', note: 'always' },
  { to: 'metadata.product.vendor_name', is: 'AWS', note: 'always' },
  { to: 'metadata.product.version', from: 'eventVersion', note: '`eventVersion`' },
  { to: 'metadata.product.feature.name', from: 'eventCategory', note: '`eventCategory`' },
  { to: 'metadata.uid', from: ['eventID', 'eventId'], note: '`eventID`' },
  { to: 'metadata.event_code', from: 'eventType', note: '`eventType`' },
  { to: 'metadata.original_time', from: 'eventTime', note: '`eventTime` as it is' },
  {
    to: 'metadata.processed_time',
    by: ({ context }) => context.arrivedAt,
    note: 'when the record came here',
  },
  { to: 'metadata.correlation_uid', from: 'sharedEventID', note: '`sharedEventID`' },
  {
    to: 'metadata.labels',
    by: ({ context }) => (context.tags?.length ? [...context.tags] : undefined),
    note: 'tags of the routing policy',
  },
  { to: 'cloud.provider', is: 'AWS', note: 'always' },
  { to: 'cloud.region', from: 'awsRegion', note: '`awsRegion`' },
  { to: 'cloud.account', by: recipient, note: 'the account that it happened to' },
  { to: 'raw_data', by: ({ context }) => context.raw, note: "the record's text, if asked for" },
  { to: 'enrichments', by: enrichments, note: 'what enrichment added' },
];

/** Rows of every class but findings. */
export const OCSF_CALL: readonly Row[] = [
  {
    to: 'status_id',
    by: ({ isFailure }) => (isFailure ? 2 : 1),
    note: '2 with an error, or a sign-in that says so',
  },
  { to: 'status', by: ({ isFailure }) => (isFailure ? 'Failure' : 'Success'), note: '`status_id`' },
  { to: 'status_code', from: 'errorCode', note: '`errorCode`' },
  { to: 'status_detail', from: 'errorMessage', note: '`errorMessage`' },
  { to: 'actor', by: actorOf, note: '`userIdentity`: user, session, invoking service' },
  { to: 'src_endpoint', by: sourceEndpoint, note: '`sourceIPAddress`: `ip`, or `svc_name` of a service' },
  { to: 'api.operation', by: ({ eventName }) => eventName || 'unknown', note: '`eventName`' },
  { to: 'api.service.name', by: ({ eventSource }) => eventSource, note: '`eventSource`' },
  { to: 'api.version', from: 'apiVersion', note: '`apiVersion`' },
  {
    to: 'api.request.uid',
    by: requestId,
    note: '`requestID`; where there are parameters and no id, `eventID`',
  },
  { to: 'api.request.data', from: 'requestParameters', as: 'value', note: '`requestParameters`' },
  { to: 'api.response.error', from: 'errorCode', note: '`errorCode`' },
  { to: 'api.response.error_message', from: 'errorMessage', note: '`errorMessage`' },
  { to: 'api.response.data', from: 'responseElements', as: 'value', note: '`responseElements`' },
  { to: 'http_request.user_agent', from: 'userAgent', note: '`userAgent`' },
  { to: 'unmapped', by: unmapped, note: 'what the class has no attribute for, by its name in the record' },
];

/** Rows of one class, by its number. */
export const OCSF_OWN: ReadonlyMap<number, readonly Row[]> = new Map<number, readonly Row[]>([
  [
    2004,
    [
      {
        to: 'finding_info.uid',
        from: ['sharedEventID', 'eventID'],
        note: '`sharedEventID`: the same for start and end',
      },
      {
        to: 'finding_info.title',
        by: ({ eventName, named }) => `${textOf(named.insightType) ?? 'Insight'}: ${eventName}`,
        note: 'kind of the insight and operation',
      },
      {
        to: 'finding_info.types',
        by: ({ named }) => [textOf(named.insightType) ?? 'unknown'],
        note: '`insightDetails.insightType`',
      },
      {
        to: 'status_id',
        by: ({ named }) => (named.state === 'End' ? 4 : 1),
        note: 'New at the start, Resolved at the end',
      },
      { to: 'status', by: ({ named }) => (named.state === 'End' ? 'Resolved' : 'New'), note: '`status_id`' },
      { to: 'unmapped.insightDetails', from: 'insightDetails', as: 'value', note: '`insightDetails`' },
    ],
  ],
  [
    3001,
    [
      { to: 'user', by: changedUser, note: 'the user or role that is changed' },
      { to: 'policies', by: changedPolicies, note: 'the policy that is attached or detached' },
    ],
  ],
  [
    3002,
    [
      { to: 'user', by: signedInUser, note: 'the role that is assumed, else the caller' },
      { to: 'service.name', by: ({ eventSource }) => eventSource || 'unknown', note: '`eventSource`' },
      {
        to: 'is_mfa',
        from: ['additionalEventData.MFAUsed', 'userIdentity.sessionContext.attributes.mfaAuthenticated'],
        as: 'boolean',
        note: 'was a second factor used',
      },
      { to: 'is_remote', is: true, note: 'always' },
    ],
  ],
  [3004, [{ to: 'entity', by: managedPolicy, note: 'the policy' }]],
  [
    3006,
    [
      { to: 'group', by: managedGroup, note: '`requestParameters.groupName`' },
      { to: 'user', by: groupMember, note: 'who joins or leaves' },
    ],
  ],
  [6003, [{ to: 'resources', by: resources, note: '`resources`, at most 100' }]],
]);

function recipient(facts: Facts): Readonly<Record<string, unknown>> | undefined {
  const { record, identity } = facts;
  const id = textOf(record.recipientAccountId) ?? textOf(identity.accountId) ?? textOf(record.accountId);
  return accountOf(id, facts.enriched('enrich.account.recipient'));
}

function requestId({ record }: Facts): string | undefined {
  const id = textOf(record.requestID);
  const hasParameters = record.requestParameters !== undefined && record.requestParameters !== null;
  return id ?? (hasParameters ? (textOf(record.eventID) ?? 'unknown') : undefined);
}

function resources({ record }: Facts): readonly Readonly<Record<string, unknown>>[] | undefined {
  const found = resourcesOf(record.resources, 100);
  return found.length === 0
    ? undefined
    : found.map(({ arn, type }) => ({ uid: arn, ...(type !== undefined && { type }) }));
}

/** Members of a record that have no attribute in any class. */
const UNMAPPED = [
  ...['additionalEventData', 'serviceEventDetails', 'tlsDetails', 'readOnly', 'managementEvent', 'addendum'],
  ...[
    'vpcEndpointId',
    'vpcEndpointAccountId',
    'sessionCredentialFromConsole',
    'edgeDeviceDetails',
    'eventContext',
  ],
];

function unmapped({ record }: Facts): Readonly<Record<string, unknown>> | undefined {
  const rest: Record<string, unknown> = {};
  for (const name of UNMAPPED) {
    const value = record[name];
    if (value !== undefined && value !== null) rest[name] = value;
  }
  return Object.keys(rest).length > 0 ? rest : undefined;
}

function enrichments({ context }: Facts): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!context.enriched?.size) return undefined;
  return [...context.enriched].map(([name, value]) => ({ name, value, data: value }));
}
