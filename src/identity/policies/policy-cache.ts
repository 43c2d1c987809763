import { parsePolicy } from './parse-policy.ts';
import type { Policy, PolicyKind } from './policy.ts';

/** Texts kept compiled; a server has far fewer policies, an attacker who sends more gains only compile time. */
const ENTRIES = 2_000;

/** Compiled policies by their text: the same few are asked on every request. */
export class PolicyCache {
  readonly #compiled = new Map<string, Policy>();

  /** @throws IdentityError MalformedPolicyDocument */
  compile(text: string, kind: PolicyKind): Policy {
    const key = `${kind}\n${text}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const policy = parsePolicy(text, kind);
    if (this.#compiled.size >= ENTRIES) {
      const oldest = this.#compiled.keys().next();
      if (!oldest.done) this.#compiled.delete(oldest.value);
    }
    this.#compiled.set(key, policy);
    return policy;
  }
}
