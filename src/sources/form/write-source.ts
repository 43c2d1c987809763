import type { CredentialsKind, LogSource, PolicyKind, PolicyKinds } from '../index.ts';
import { OWN_TYPE } from './read-policies.ts';

/** JSON that goes out. */
type Json = Readonly<Record<string, unknown>>;

/** A source as the API answers it: the form that made it, without its secrets, so that it can be edited and sent back. */
export function writeSource(source: LogSource): Json {
  const { connector, fetch } = source;
  const { proxy } = connector;
  return {
    id: source.id,
    name: source.name,
    type: source.type,
    vendor_name: source.vendorName ?? '',
    logo: source.logo ?? '',
    description: source.description ?? '',
    documentation_link: source.documentationLink ?? '',
    template_vid: source.templateVid ?? '',
    dc_metadata: source.dcMetadata ?? {},
    active: !source.paused,
    origin: source.origin,
    created_at: new Date(source.createdAt).toISOString(),
    updated_at: new Date(source.updatedAt).toISOString(),
    config: {
      Source: {
        name: fetch.name,
        interval: fetch.intervalMinutes,
        charset: fetch.charset,
        timezone: fetch.timezone,
      },
      Connector: {
        endpoint_url: connector.endpointUrl,
        ...writeCredentials(connector.credentials),
        bucket_name: connector.bucket,
        region_name: connector.region,
        filter_date: new Date(connector.startDate).toISOString(),
        parser: connector.parser,
        enable_proxy: proxy
          ? {
              status: true,
              IP: proxy.host,
              port: proxy.port,
              protocol: proxy.protocol.toUpperCase(),
              ...(proxy.user !== undefined && { username: proxy.user }),
            }
          : { status: false },
        ...(connector.prefix !== '' && { prefix: connector.prefix }),
        ...(connector.queueUrl !== undefined && { queue_url: connector.queueUrl }),
        ...(connector.topic && {
          topic_arn: connector.topic.arn,
          ...(connector.topic.endpointUrl !== undefined && {
            topic_endpoint_url: connector.topic.endpointUrl,
          }),
        }),
        ...(connector.pathStyle !== undefined && { path_style: connector.pathStyle }),
        ...((connector.tls.ca !== undefined || connector.tls.insecure) && { tls: connector.tls }),
      },
      RoutingPolicy:
        source.routing.kind === 'inline' ? source.routing.rules : { policy: source.routing.name },
      NormalizationPolicy: {
        normalizers: source.normalizers,
        ...(source.normalizationPolicy !== undefined && { policy: source.normalizationPolicy }),
      },
      ...(source.enrichmentPolicy !== undefined && {
        EnrichmentPolicy: { EnrichmentPolicy: source.enrichmentPolicy },
      }),
    },
  };
}

function writeCredentials(kind: CredentialsKind): Json {
  switch (kind.kind) {
    case 'keys':
      return { access_key: kind.accessKeyId };
    case 'session':
      return { access_key: kind.accessKeyId, credentials: { type: 'session' } };
    case 'profile':
      return { credentials: { type: 'profile', profile: kind.profile } };
    case 'role':
      return {
        ...(kind.base.kind === 'keys' && { access_key: kind.base.accessKeyId }),
        credentials: {
          type: 'role',
          role_arn: kind.roleArn,
          ...(kind.externalId !== undefined && { external_id: kind.externalId }),
          ...(kind.sessionName !== undefined && { session_name: kind.sessionName }),
          ...(kind.stsEndpointUrl !== undefined && { sts_endpoint_url: kind.stsEndpointUrl }),
          base: kind.base.kind,
          ...(kind.base.kind === 'profile' && { profile: kind.base.profile }),
        },
      };
    case 'instance':
    case 'none':
      return { credentials: { type: kind.kind } };
  }
}

/** A repository or policy as the API answers it; it can be edited and sent back. */
export function writePolicy<K extends PolicyKind>(kind: K, policy: PolicyKinds[K]): Json {
  const common = {
    id: policy.id,
    active: true,
    built_in: policy.builtIn,
    created_at: new Date(policy.createdAt).toISOString(),
    updated_at: new Date(policy.updatedAt).toISOString(),
  };
  return { ...common, ...WRITERS[kind](policy) };
}

const WRITERS: { readonly [K in PolicyKind]: (policy: PolicyKinds[K]) => Json } = {
  repo: ({ name, paths, remote }) => ({
    name,
    hiddenrepopath: paths.map(({ path, retentionDays }) => ({ path, retention: retentionDays })),
    ...(remote !== undefined && { remote_logpoint: remote }),
  }),
  routing: ({ name, description, rules }) => ({
    policy_name: name,
    ...(description !== undefined && { description }),
    ...rules,
  }),
  normalization: ({ name, description, normalizers }) => ({
    name,
    ...(description !== undefined && { description }),
    normalizers,
  }),
  normalizer: ({ name, description, mapping }) => ({
    name,
    type: OWN_TYPE,
    ...(description !== undefined && { description }),
    ...mapping,
  }),
  enrichment: ({ name, description, policy }) => ({
    name,
    ...(description !== undefined && { description }),
    ...policy,
  }),
};
