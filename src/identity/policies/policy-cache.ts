import { parsePolicy } from './parse-policy.ts';
import type { Policy, PolicyKind } from './policy.ts';

/** Texts kept compiled of each kind; a server has far fewer policies, an attacker who sends more gains only compile time. */
const ENTRIES = 2_000;

/** Compiled policies by their text: the same few are asked on every request. */
export class PolicyCache {
  /** One map per kind: a key of kind and text in one would be hashed anew each time. */
  readonly #compiled: Readonly<Record<PolicyKind, Map<string, Policy>>> = {
    identity: new Map(),
    resource: new Map(),
    trust: new Map(),
  };

  /** @throws IdentityError MalformedPolicyDocument */
  compile(text: string, kind: PolicyKind): Policy {
    const compiled = this.#compiled[kind];
    const known = compiled.get(text);
    if (known) return known;
    const policy = parsePolicy(text, kind);
    if (compiled.size >= ENTRIES) {
      const oldest = compiled.keys().next();
      if (!oldest.done) compiled.delete(oldest.value);
    }
    compiled.set(text, policy);
    return policy;
  }
}
