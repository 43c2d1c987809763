import type { SourceConnect } from '../../sources/connect/index.ts';
import { readEnrichmentSteps } from '../../sources/enrich/index.ts';
import { type FormChecks, OWN_TYPE } from '../../sources/form/index.ts';
import type { CollectorControl, LogSource, NormalizerRef, Policies, Sources } from '../../sources/index.ts';
import { readNormalizer, NORMALIZERS as VIEWS } from '../../sources/normalise/index.ts';
import { own } from '../../sources/policy/index.ts';
import type { SourceCompleteness } from '../completeness/index.ts';

/** What the API of log sources works with. */
export interface SourcesRooms {
  readonly sources: Sources;
  readonly policies: Policies;
  readonly connect: SourceConnect;
  readonly now: () => number;
  readonly isAllowedAddress: (address: string) => boolean;
  /** Undefined while there is no collector: its calls are answered with 503. */
  readonly control: () => CollectorControl | undefined;
  readonly completeness: SourceCompleteness;
  /** Is there a destination of this name for copies of repositories? Undefined: not known yet. */
  readonly isCopyTarget: (name: string) => boolean | undefined;
  /** Makes, changes or (days undefined) drops the place of a repository's records. */
  readonly keepRepo: (name: string, retentionDays: number | undefined) => Promise<void>;
}

/** Normalizers that are built in: the views of the normalise room. */
export const NORMALIZERS: readonly NormalizerRef[] = [...VIEWS.keys()].map((name) => ({
  name,
  type: 'compiled',
}));

/** What forms are checked against. */
export function formChecks(rooms: SourcesRooms, current?: LogSource): FormChecks {
  const { policies } = rooms;
  return {
    repoExists: (name) => policies.find('repo', name) !== undefined,
    policyExists: (kind, name) => policies.find(kind, name) !== undefined,
    normalizers: [
      ...NORMALIZERS,
      ...policies.list('normalizer').map(({ name }) => ({ name, type: OWN_TYPE })),
    ],
    checkMapping(mapping) {
      const read = readNormalizer(mapping);
      return read.kind === 'refused' ? read.faults : [];
    },
    isAllowedAddress: rooms.isAllowedAddress,
    checkEnrichment(policy) {
      const steps = own(policy, 'steps');
      if (steps === undefined) return [{ at: 'steps', message: 'is mandatory' }];
      const unknown = Object.keys(policy).filter((name) => name !== 'steps');
      const faults = unknown.map((name) => ({ at: name, message: 'is not known here; known is steps' }));
      const read = readEnrichmentSteps(steps);
      if (read.kind === 'read') return faults;
      return [...faults, ...read.faults.map(({ at, message }) => ({ at: `steps${at}`, message }))];
    },
    ...(current && { current }),
  };
}
