import type { Condition } from './condition.ts';
import type { Pattern } from './pattern.ts';
import type { PrincipalEntry } from './principal.ts';

/** `Action` and `NotAction`, `Resource` and `NotResource`, `Principal` and `NotPrincipal` in one form. */
export interface Element<T> {
  /** True for the `Not…` form. */
  readonly not: boolean;
  readonly entries: readonly T[];
}

/** A statement, ready to be asked. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Element<Pattern>;
  /** Absent in trust policies: the role itself. */
  readonly resources?: Element<Pattern>;
  /** Absent in identity policies: the holder. */
  readonly principals?: Element<PrincipalEntry>;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

/** A policy document, checked and compiled. */
export interface Policy {
  readonly statements: readonly Statement[];
}

/** Where a policy hangs, which decides what it must and must not hold. */
export type PolicyKind = 'identity' | 'resource' | 'trust';
