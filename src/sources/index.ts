export type { BackFillProgress, CollectorControl, CollectorStatus } from './collector-control.ts';
export type {
  EnrichmentPolicy,
  NormalizationPolicy,
  PolicyKind,
  PolicyKinds,
  Repo,
  RepoPath,
  RoutingPolicy,
} from './policies.ts';
export type {
  Connector,
  CredentialsKind,
  CriterionOperation,
  FetchSettings,
  LogSource,
  NormalizerRef,
  Proxy,
  RoutingCriterion,
  RoutingRef,
  RoutingRules,
  SourceSecrets,
  TlsSettings,
} from './source.ts';
export type { SourceListener, Sources } from './sources.ts';
