import type { NormalizerRef, RoutingJson } from './source.ts';

/** What every stored setting beside the sources has. */
interface Stored {
  /** UUID. */
  readonly id: string;
  /** Unique within its kind. */
  readonly name: string;
  /** Built in: is always there; may be edited where that makes sense, never deleted. */
  readonly builtIn: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Where records are kept, and for how long. */
export interface Repo extends Stored {
  readonly paths: readonly RepoPath[];
  /** A second opentrail or bucket that holds a copy. */
  readonly remote?: string;
}

/** A place of a repository; the longest retention of its places decides when records go. */
export interface RepoPath {
  /** Kept for scripts that name it; the place of the data is the server's own. */
  readonly path: string;
  /** Days that records are kept. */
  readonly retentionDays: number;
}

/** A routing policy that several sources may name. */
export interface RoutingPolicy extends Stored {
  readonly description?: string;
  readonly rules: RoutingJson;
}

/** Normalizers that several sources may name. */
export interface NormalizationPolicy extends Stored {
  readonly description?: string;
  readonly normalizers: readonly NormalizerRef[];
}

/** Steps that add fields to records; what a step may hold is judged by the room that runs it. */
export interface EnrichmentPolicy extends Stored {
  readonly description?: string;
  /** As it was given: `steps`, and what else the room that runs them takes. */
  readonly policy: Readonly<Record<string, unknown>>;
}

/** A normalizer that an operator wrote: a mapping into fields of another schema. */
export interface Normalizer extends Stored {
  readonly description?: string;
  /** As it was given and checked: `base`, `names`, `when`, `drop`, `fields`. */
  readonly mapping: Readonly<Record<string, unknown>>;
}

/** The kinds of stored settings, by the word that names them in keys of the state. */
export interface PolicyKinds {
  readonly repo: Repo;
  readonly routing: RoutingPolicy;
  readonly normalization: NormalizationPolicy;
  readonly enrichment: EnrichmentPolicy;
  readonly normalizer: Normalizer;
}

/** One of `PolicyKinds`. */
export type PolicyKind = keyof PolicyKinds;
