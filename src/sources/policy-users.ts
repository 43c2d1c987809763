import type { PolicyKind, RoutingPolicy } from './policies.ts';
import type { LogSource, RoutingRules } from './source.ts';

/** Names, for people, the sources and policies that name a repository or a policy. */
export function policyUsers(
  kind: PolicyKind,
  name: string,
  house: { readonly sources: readonly LogSource[]; readonly routingPolicies: readonly RoutingPolicy[] },
): string[] {
  const { sources, routingPolicies } = house;
  const users = sources
    .filter((source) => usesPolicy(source, kind, name))
    .map(({ name }) => `log source ${name}`);
  if (kind !== 'repo') return users;
  const policies = routingPolicies.filter((policy) => reposOf(policy).has(name));
  return [...users, ...policies.map((policy) => `routing policy ${policy.name}`)];
}

/** The repositories that rules send records to. */
export function reposOf(rules: RoutingRules): Set<string> {
  const named = rules.criteria.flatMap(({ repository }) => (repository === undefined ? [] : [repository]));
  return new Set([rules.catchAll, ...named]);
}

function usesPolicy(source: LogSource, kind: PolicyKind, name: string): boolean {
  switch (kind) {
    case 'repo':
      return source.routing.kind === 'inline' && reposOf(source.routing.policy).has(name);
    case 'routing':
      return source.routing.kind === 'policy' && source.routing.name === name;
    case 'normalization':
      return source.normalizationPolicy === name;
    case 'enrichment':
      return source.enrichmentPolicy === name;
  }
}
