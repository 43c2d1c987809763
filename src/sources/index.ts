export { CHARSETS, charsetNamed } from './charsets.ts';
export type {
  BackFillProgress,
  CollectorControl,
  CollectorStatus,
  NoticeStatus,
  QuarantinedFile,
  QuarantineList,
} from './collector-control.ts';
export type {
  EnrichmentPolicy,
  NormalizationPolicy,
  Normalizer,
  PolicyKind,
  PolicyKinds,
  Repo,
  RepoPath,
  RoutingPolicy,
} from './policies.ts';
export { normalizersOf, policyUsers, reposOf, routingRulesOf } from './policy-users.ts';
export {
  assumePolicy,
  type IamPolicy,
  type ReadPlace,
  type ReadPolicyOptions,
  readPolicy,
  trustPolicy,
} from './read-policy.ts';
export type {
  Connector,
  CredentialsKind,
  FetchSettings,
  ForwardProxy,
  LogSource,
  NormalizerRef,
  NoticeTopic,
  RoutingJson,
  RoutingRef,
  SourceSecrets,
  TlsSettings,
} from './source.ts';
export { openSources, type SourceListener, type Sources } from './sources.ts';
export { SourcesError, type SourcesErrorCode } from './sources-error.ts';
export { openPolicies, type Policies, type PolicyBody } from './stored-policies.ts';
