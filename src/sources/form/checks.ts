import type { LogSource, NormalizerRef } from '../index.ts';
import type { Fault } from '../policy/index.ts';

/** What is known beside the form itself: names that it may mention, addresses that it may lead to. */
export interface FormChecks {
  readonly repoExists: (name: string) => boolean;
  readonly policyExists: (kind: 'routing' | 'normalization' | 'enrichment', name: string) => boolean;
  readonly normalizers: readonly NormalizerRef[];
  /** Judges a literal IP address; names are judged where the connection is made. */
  readonly isAllowedAddress: (address: string) => boolean;
  /** Judges what an enrichment policy holds beside its name; places are relative to the policy. */
  readonly checkEnrichment: (policy: Readonly<Record<string, unknown>>) => readonly Fault[];
  /** Judges the mapping of a normalizer; places are relative to it. */
  readonly checkMapping: (mapping: Readonly<Record<string, unknown>>) => readonly Fault[];
  /** The source that is edited: its secrets may be left out. */
  readonly current?: LogSource;
}
