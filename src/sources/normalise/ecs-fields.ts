import { categoryOf } from '../../event/index.ts';
import { ecsCategories, ecsTypes } from './ecs-kind.ts';
import { type Facts, members, textOf } from './facts.ts';
import { resourcesOf } from './flat-fields.ts';
import type { Row } from './mapping.ts';

/** The version of the schema that the mapping is written for, and checked against. */
export const ECS_VERSION = '9.4.0';

const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
const listOf = (...values: readonly (string | undefined)[]) => {
  const list = [...new Set(values.filter((value) => value !== undefined))];
  return list.length > 0 ? list : undefined;
};

/** Fields of the schema. */
const COMMON: readonly Row[] = [
  {
    to: '@timestamp',
    by: ({ time }) => iso(time),
    note: '`eventTime`; where it is missing, when the record came here',
  },
  { to: 'ecs.version', is: ECS_VERSION, note: 'the version of the schema' },
  { to: 'event.kind', is: 'event', note: 'always' },
  { to: 'event.module', is: 'aws', note: 'always' },
  { to: 'event.dataset', is: 'aws.cloudtrail', note: 'always' },
  { to: 'event.provider', by: ({ eventSource }) => eventSource, note: '`eventSource`' },
  { to: 'event.action', by: ({ eventName }) => eventName, note: '`eventName`' },
  { to: 'event.id', from: ['eventID', 'eventId'], note: '`eventID`' },
  {
    to: 'event.category',
    by: ecsCategories,
    note: '`authentication`, `iam`, `network`, `file` or `database`, and always `api`',
  },
  { to: 'event.type', by: ecsTypes, note: 'by the name of the operation; `denied` when the error says so' },
  {
    to: 'event.outcome',
    by: ({ isFailure }) => (isFailure ? 'failure' : 'success'),
    note: '`failure` with an error, or a sign-in that says so',
  },
  { to: 'event.reason', from: 'errorMessage', note: '`errorMessage`' },
  { to: 'event.ingested', by: ({ context }) => iso(context.arrivedAt), note: 'when the record came here' },
  { to: 'event.original', by: ({ context }) => context.raw, note: "the record's text, if asked for" },
  { to: 'cloud.provider', is: 'aws', note: 'always' },
  { to: 'cloud.region', from: 'awsRegion', note: '`awsRegion`' },
  { to: 'cloud.service.name', by: ({ service }) => service, note: '`iam` of `iam.amazonaws.com`' },
  {
    to: 'cloud.account.id',
    from: ['recipientAccountId', 'userIdentity.accountId', 'accountId'],
    note: 'the account that it happened to',
  },
  {
    to: 'cloud.account.name',
    by: (facts) => facts.enriched('enrich.account.recipient'),
    note: 'from the enrichment step `account`',
  },
  { to: 'user.name', by: ({ user }) => user, note: 'user, session or service; `root` for the root user' },
  { to: 'user.id', from: 'userIdentity.principalId', note: '`userIdentity.principalId`' },
  {
    to: 'user.roles',
    by: ({ issuer }) => (issuer.type === 'Role' ? listOf(textOf(issuer.userName)) : undefined),
    note: "the session's role",
  },
  { to: 'user.target.name', from: 'requestParameters.userName', note: 'the user that the request is about' },
  { to: 'user.changes.name', from: 'requestParameters.newUserName', note: "a user's new name" },
  { to: 'group.name', from: 'requestParameters.groupName', note: 'the group that the request is about' },
  { to: 'source.address', from: 'sourceIPAddress', note: '`sourceIPAddress` as it is' },
  { to: 'source.ip', by: ({ ip }) => ip, note: '`sourceIPAddress` if it is an IP address' },
  {
    to: 'source.geo.continent_code',
    by: (facts) => facts.enriched('enrich.geo.continent_code'),
    note: 'from the enrichment step `geo`',
  },
  {
    to: 'source.geo.country_iso_code',
    by: (facts) => facts.enriched('enrich.geo.country_code'),
    note: 'from the enrichment step `geo`',
  },
  {
    to: 'source.geo.country_name',
    by: (facts) => facts.enriched('enrich.geo.country_name'),
    note: 'from the enrichment step `geo`',
  },
  {
    to: 'source.geo.region_name',
    by: (facts) => facts.enriched('enrich.geo.region_name'),
    note: 'from the enrichment step `geo`',
  },
  {
    to: 'source.geo.city_name',
    by: (facts) => facts.enriched('enrich.geo.city_name'),
    note: 'from the enrichment step `geo`',
  },
  {
    to: 'source.geo.timezone',
    by: (facts) => facts.enriched('enrich.geo.timezone'),
    note: 'from the enrichment step `geo`',
  },
  { to: 'source.geo.location', by: location, note: 'from the enrichment step `geo`' },
  {
    to: 'source.as.number',
    by: (facts) => number(facts.enriched('enrich.as.as_number')),
    note: 'from the enrichment step `as`',
  },
  {
    to: 'source.as.organization.name',
    by: (facts) => facts.enriched('enrich.as.as_organization'),
    note: 'from the enrichment step `as`',
  },
  { to: 'user_agent.original', from: 'userAgent', note: '`userAgent`' },
  { to: 'error.code', from: 'errorCode', note: '`errorCode`' },
  { to: 'error.message', from: 'errorMessage', note: '`errorMessage`' },
  { to: 'http.request.id', from: 'requestID', note: '`requestID`' },
  { to: 'tls.version', by: ({ record }) => tlsVersion(record.tlsDetails), note: '`1.2` of `TLSv1.2`' },
  {
    to: 'tls.version_protocol',
    by: ({ record }) => (tlsVersion(record.tlsDetails) ? 'tls' : undefined),
    note: '`tls`',
  },
  { to: 'tls.cipher', from: 'tlsDetails.cipherSuite', note: '`tlsDetails.cipherSuite`' },
  {
    to: 'tls.client.server_name',
    from: 'tlsDetails.clientProvidedHostHeader',
    note: '`tlsDetails.clientProvidedHostHeader`',
  },
  {
    to: 'related.user',
    by: ({ user, request, identity }) => listOf(user, textOf(identity.principalId), textOf(request.userName)),
    note: 'every user of the record',
  },
  { to: 'related.ip', by: ({ ip }) => listOf(ip), note: '`source.ip`' },
  {
    to: 'related.hosts',
    by: ({ record }) => listOf(textOf(members(record.tlsDetails).clientProvidedHostHeader)),
    note: 'the host that was called',
  },
  {
    to: 'tags',
    by: ({ context }) => (context.tags?.length ? [...context.tags] : undefined),
    note: 'tags of the routing policy',
  },
  { to: 'labels.repo', by: ({ context }) => context.repo, note: 'the repository' },
  { to: 'labels.rule', by: ({ context }) => context.rule, note: 'the rule by which the record lies there' },
  { to: 'labels.priority', by: ({ context }) => context.priority, note: 'priority of the routing policy' },
];

const NAMED = 'aws.cloudtrail';
/** What the schema has no field for. */
const OWN: readonly Row[] = [
  { to: `${NAMED}.event_version`, from: 'eventVersion', note: '`eventVersion`' },
  { to: `${NAMED}.event_type`, from: 'eventType', note: '`eventType`' },
  {
    to: `${NAMED}.event_category`,
    by: ({ record }) => categoryOf(record) ?? textOf(record.eventCategory),
    note: '`eventCategory`; in old records worked out',
  },
  { to: `${NAMED}.api_version`, from: 'apiVersion', note: '`apiVersion`' },
  { to: `${NAMED}.read_only`, from: 'readOnly', as: 'boolean', note: '`readOnly`' },
  { to: `${NAMED}.management_event`, from: 'managementEvent', as: 'boolean', note: '`managementEvent`' },
  { to: `${NAMED}.recipient_account_id`, from: 'recipientAccountId', note: '`recipientAccountId`' },
  { to: `${NAMED}.shared_event_id`, from: 'sharedEventID', note: '`sharedEventID`' },
  { to: `${NAMED}.vpc_endpoint_id`, from: 'vpcEndpointId', note: '`vpcEndpointId`' },
  { to: `${NAMED}.vpc_endpoint_account_id`, from: 'vpcEndpointAccountId', note: '`vpcEndpointAccountId`' },
  { to: `${NAMED}.user_identity.type`, from: 'userIdentity.type', note: '`userIdentity.type`' },
  { to: `${NAMED}.user_identity.arn`, from: 'userIdentity.arn', note: '`userIdentity.arn`' },
  { to: `${NAMED}.user_identity.account_id`, from: 'userIdentity.accountId', note: "the caller's account" },
  {
    to: `${NAMED}.user_identity.access_key_id`,
    from: 'userIdentity.accessKeyId',
    note: '`userIdentity.accessKeyId`',
  },
  {
    to: `${NAMED}.user_identity.invoked_by`,
    from: 'userIdentity.invokedBy',
    note: '`userIdentity.invokedBy`',
  },
  {
    to: `${NAMED}.user_identity.session_context.mfa_authenticated`,
    from: 'userIdentity.sessionContext.attributes.mfaAuthenticated',
    as: 'boolean',
    note: 'was a second factor used for the session',
  },
  {
    to: `${NAMED}.user_identity.session_context.creation_date`,
    from: 'userIdentity.sessionContext.attributes.creationDate',
    note: 'when the session began',
  },
  {
    to: `${NAMED}.user_identity.session_context.session_issuer.type`,
    from: 'userIdentity.sessionContext.sessionIssuer.type',
    note: '`sessionIssuer.type`',
  },
  {
    to: `${NAMED}.user_identity.session_context.session_issuer.arn`,
    from: 'userIdentity.sessionContext.sessionIssuer.arn',
    note: '`sessionIssuer.arn`',
  },
  {
    to: `${NAMED}.user_identity.session_context.session_issuer.account_id`,
    from: 'userIdentity.sessionContext.sessionIssuer.accountId',
    note: '`sessionIssuer.accountId`',
  },
  {
    to: `${NAMED}.request_parameters`,
    from: 'requestParameters',
    as: 'json',
    note: '`requestParameters` as JSON text',
  },
  {
    to: `${NAMED}.response_elements`,
    from: 'responseElements',
    as: 'json',
    note: '`responseElements` as JSON text',
  },
  {
    to: `${NAMED}.additional_eventdata`,
    from: 'additionalEventData',
    as: 'json',
    note: '`additionalEventData` as JSON text',
  },
  {
    to: `${NAMED}.service_event_details`,
    from: 'serviceEventDetails',
    as: 'json',
    note: '`serviceEventDetails` as JSON text',
  },
  {
    to: `${NAMED}.insight_details`,
    from: 'insightDetails',
    as: 'json',
    note: '`insightDetails` as JSON text',
  },
  { to: `${NAMED}.addendum`, from: 'addendum', as: 'json', note: '`addendum` as JSON text' },
  {
    to: `${NAMED}.resources`,
    by: ({ record }) => resources(record.resources),
    note: '`resources`: `arn` and `type` of each',
  },
  {
    to: `${NAMED}.console_session`,
    from: 'sessionCredentialFromConsole',
    as: 'boolean',
    note: "true when the credentials are a console session's",
  },
  {
    to: `${NAMED}.console_login.mfa_used`,
    from: 'additionalEventData.MFAUsed',
    as: 'boolean',
    note: 'was a second factor used at the sign-in',
  },
  { to: `${NAMED}.enrichment`, by: enrichment, note: 'everything that enrichment added, by name' },
];

/** The whole mapping, in order. */
export const ecsRows: readonly Row[] = [...COMMON, ...OWN];

function location(facts: Facts): { lat: number; lon: number } | undefined {
  const [lat, lon] = [facts.enriched('enrich.geo.latitude'), facts.enriched('enrich.geo.longitude')];
  return lat === undefined || lon === undefined ? undefined : { lat: Number(lat), lon: Number(lon) };
}

/** `TLSv1.2` is `1.2`; later spellings such as `TLSv1.3` likewise. */
function tlsVersion(details: unknown): string | undefined {
  return /^TLSv(\d(?:\.\d)?)$/.exec(textOf(members(details).tlsVersion)?.slice(0, 16) ?? '')?.[1];
}

function resources(value: unknown): { arn: string; type?: string }[] | undefined {
  const found = resourcesOf(value, 100);
  if (found.length === 0) return undefined;
  return found.map(({ arn, type }) => ({ arn, ...(type !== undefined && { type }) }));
}

function enrichment({ context }: Facts): Record<string, string> | undefined {
  return context.enriched?.size ? Object.fromEntries(context.enriched) : undefined;
}
