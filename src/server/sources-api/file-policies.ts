import { randomUUID } from 'node:crypto';
import type { PolicyKind } from '../../sources/index.ts';
import { isMembers } from '../../sources/policy/index.ts';
import { StartError } from '../start-error.ts';
import { apply } from './actions.ts';
import { readPolicyForm } from './policies.ts';
import type { SourcesRooms } from './sources-house.ts';

/** Repositories and policies of the config file, each the `data` of the API's request. */
export interface FilePolicies {
  readonly repos?: readonly unknown[];
  readonly normalizers?: readonly unknown[];
  readonly normalizationPolicies?: readonly unknown[];
  readonly enrichmentPolicies?: readonly unknown[];
  readonly routingPolicies?: readonly unknown[];
}

/** In this order: what stands below names what stands above. */
const KINDS: readonly (readonly [member: keyof FilePolicies, kind: PolicyKind])[] = [
  ['repos', 'repo'],
  ['normalizers', 'normalizer'],
  ['normalizationPolicies', 'normalization'],
  ['enrichmentPolicies', 'enrichment'],
  ['routingPolicies', 'routing'],
];

/**
 * Makes the repositories and policies that the config file names, or changes those of the same name; before the sources
 * of the file, which may name them. One that is no longer in the file stays as it is. @throws StartError naming all faults
 * of a kind
 */
export async function applyFilePolicies(file: FilePolicies, rooms: SourcesRooms): Promise<void> {
  for (const [member, kind] of KINDS) {
    const faults: string[] = [];
    const seen = new Set<string>();
    const bodies = (file[member] ?? []).flatMap((entry, number) => {
      const read = readPolicyForm(kind, isMembers(entry) ? entry : undefined, rooms);
      if (read.kind === 'read' && !seen.has(read.policy.name)) {
        seen.add(read.policy.name);
        return [read.policy];
      }
      const found = read.kind === 'refused' ? read.faults : [{ at: 'name', message: 'stands there twice' }];
      faults.push(...found.map(({ at, message }) => `${member}[${number}].${at} ${message}`));
      return [];
    });
    if (faults.length > 0)
      throw new StartError(`the config file's ${member} are wrong: ${faults.join('; ')}`);
    for (const body of bodies) {
      const current = rooms.policies.find(kind, body.name);
      const op = current ? 'edit-policy' : 'create-policy';
      // A start of every day writes nothing.
      if (current && isSame(current, body)) continue;
      await apply({ op, kind, id: current?.id ?? randomUUID(), body }, rooms);
    }
  }
}

/** Does what is stored say the same? Both were read by the same reader, member by member in the same order. */
function isSame(current: object, body: object): boolean {
  const { id: _i, builtIn: _b, createdAt: _c, updatedAt: _u, ...stored } = current as Record<string, unknown>;
  const sorted = (value: object) =>
    JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(stored) === sorted(body);
}
