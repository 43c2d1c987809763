import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSourceConnect } from '../../sources/connect/index.ts';
import { openPolicies, openSources, type Policies, policyUsers } from '../../sources/index.ts';
import { openSecretBox, type SecretBox } from '../../sources/secret-box/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import type { SourcesRooms } from './sources-house.ts';

/** The rooms behind the API of log sources, for tests; `repos` holds what was asked of the repositories. */
export interface ApiHouse {
  readonly folder: string;
  readonly state: State;
  readonly box: SecretBox;
  readonly rooms: SourcesRooms;
  readonly repos: Map<string, number>;
  dispose(): Promise<void>;
}

/** Opens them in a folder of their own, or again in that of another house. */
export async function openApiHouse(before?: ApiHouse): Promise<ApiHouse> {
  const folder = before?.folder ?? (await mkdtemp(join(tmpdir(), 'sources-api-')));
  const state = openLmdbState(join(folder, 'state'));
  const box = await openSecretBox({ path: join(folder, 'secrets.json') });
  const sources = await openSources({ state, box });
  const policies: Policies = await openPolicies({
    state,
    now: () => 1_000,
    usersOf: (kind, name) =>
      policyUsers(kind, name, {
        sources: sources.list(),
        routingPolicies: policies.list('routing'),
        normalizationPolicies: policies.list('normalization'),
      }),
  });
  const repos = before?.repos ?? new Map<string, number>();
  const rooms: SourcesRooms = {
    sources,
    policies,
    connect: createSourceConnect({ isAllowed: () => true }),
    now: () => 2_000,
    isAllowedAddress: () => true,
    isCopyTarget: (name) => name === 'dr',
    control: () => undefined,
    completeness: {
      latest: new Map(),
      forget: async () => undefined,
      check: () => Promise.reject(new Error('not in this fixture')),
    },
    async keepRepo(name, days) {
      if (days === undefined) repos.delete(name);
      else repos.set(name, days);
    },
  };
  return {
    folder,
    state,
    box,
    rooms,
    repos,
    async dispose() {
      await state.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
