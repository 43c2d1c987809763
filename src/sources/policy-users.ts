import type { NormalizationPolicy, PolicyKind, RoutingPolicy } from './policies.ts';
import { type RoutingRules, readRoutingRules } from './route/index.ts';
import type { LogSource, NormalizerRef, RoutingJson } from './source.ts';

/** Names, for people, the sources and policies that name a repository or a policy. */
export function policyUsers(
  kind: PolicyKind,
  name: string,
  house: {
    readonly sources: readonly LogSource[];
    readonly routingPolicies: readonly RoutingPolicy[];
    readonly normalizationPolicies: readonly NormalizationPolicy[];
  },
): string[] {
  const { sources, routingPolicies, normalizationPolicies } = house;
  const users = sources
    .filter((source) => usesPolicy(source, kind, name))
    .map(({ name }) => `log source ${name}`);
  if (kind === 'normalizer') {
    const naming = normalizationPolicies.filter(({ normalizers }) =>
      normalizers.some((one) => one.name === name),
    );
    return [...users, ...naming.map((policy) => `normalization policy ${policy.name}`)];
  }
  if (kind !== 'repo') return users;
  const policies = routingPolicies.filter((policy) => reposOf(policy.rules).has(name));
  return [...users, ...policies.map((policy) => `routing policy ${policy.name}`)];
}

/** The repositories that rules send records to. */
export function reposOf(rules: RoutingJson): ReadonlySet<string> {
  const { criteria, catchAll } = storedRules(rules);
  const named = criteria.flatMap(({ repository }) => (repository === undefined ? [] : [repository]));
  return new Set([catchAll, ...named]);
}

/** The normalizers of a source: those of the policy that it names, then its own. */
export function normalizersOf(
  source: LogSource,
  findPolicy: (name: string) => NormalizationPolicy | undefined,
): readonly NormalizerRef[] {
  const { normalizationPolicy: name, normalizers } = source;
  const policy = name === undefined ? undefined : findPolicy(name);
  return [...(policy?.normalizers ?? []), ...normalizers];
}

/** The rules by which a source's records find their repository. Undefined: the policy that it names is not there. */
export function routingRulesOf(
  source: LogSource,
  findPolicy: (name: string) => RoutingPolicy | undefined,
): RoutingRules | undefined {
  const { routing } = source;
  const rules = routing.kind === 'inline' ? routing.rules : findPolicy(routing.name)?.rules;
  return rules && storedRules(rules);
}

/** Rules were checked before they were stored; ones that a newer opentrail wrote may say what this one cannot read. */
function storedRules(rules: RoutingJson): RoutingRules {
  const read = readRoutingRules(rules);
  if (read.kind === 'read') return read.policy;
  const faults = read.faults.map(({ at, message }) => `${at} ${message}`).join('; ');
  throw new Error(`sources: stored routing rules cannot be read (${faults}): edit the source or the policy`);
}

function usesPolicy(source: LogSource, kind: PolicyKind, name: string): boolean {
  switch (kind) {
    case 'repo':
      return source.routing.kind === 'inline' && reposOf(source.routing.rules).has(name);
    case 'routing':
      return source.routing.kind === 'policy' && source.routing.name === name;
    case 'normalization':
      return source.normalizationPolicy === name;
    case 'enrichment':
      return source.enrichmentPolicy === name;
    case 'normalizer':
      return source.normalizers.some((one) => one.name === name);
  }
}
