/** Criteria in order, the first that matches decides; `catchAll` takes the rest. */
export interface RoutingRules {
  readonly criteria: readonly RoutingCriterion[];
  /** Name of a repository. */
  readonly catchAll: string;
  /** Added to every record beside `#cloudtrail`. */
  readonly tags?: readonly string[];
  /** By service (`iam`), before the built-in list; `*` is for services that neither names. */
  readonly priorities?: Priorities;
}

/** One criterion of a routing policy. */
export interface RoutingCriterion {
  readonly type: 'KeyPresent' | 'KeyPresentValueMatches';
  /**
   * A dotted path into the record, such as `userIdentity.type`; a flat name of the normalised view, such as
   * `source_address`; or `enrich.` and the name of a field that enrichment adds.
   */
  readonly key: string;
  /** There exactly when `type` is `KeyPresentValueMatches`. */
  readonly value?: string;
  /** How the value is compared; absent: by its form (see `kindOfMatch`). */
  readonly match?: 'exact' | 'wildcard' | 'cidr';
  readonly operation: 'store' | 'discard_raw' | 'discard';
  /** Name of a repository; absent: the catch-all's. */
  readonly repository?: string;
  /** Shown with each record that lies by this criterion; absent: its number. */
  readonly id?: string;
  readonly tags?: readonly string[];
  /** For records of this criterion, whatever their service. */
  readonly priority?: Priority;
}

/** How urgent a record is. Datadog knows `normal` and `low`; `high` is ours. */
export type Priority = 'low' | 'normal' | 'high';

/** Priorities by the name of a service as it stands before `.amazonaws.com` in `eventSource`. */
export type Priorities = ReadonlyMap<string, Priority>;
