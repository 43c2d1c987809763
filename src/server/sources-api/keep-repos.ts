import type { Policies } from '../../sources/index.ts';
import { retentionOf } from './actions.ts';

/** The part of the repositories' room that follows what the API says of them. */
export interface RepoKeeper {
  ensure(name: string, settings: { readonly retentionDays: number }): Promise<void>;
  drop(name: string): Promise<void>;
  names(): readonly { readonly name: string; readonly retentionDays: number }[];
}

/** Makes, changes or drops the place of a repository's records. */
export function keepRepos(repos: RepoKeeper) {
  return async (name: string, retentionDays: number | undefined): Promise<void> => {
    if (retentionDays === undefined) await repos.drop(name);
    else await repos.ensure(name, { retentionDays });
  };
}

/** Makes what a first start, or a crash within an order, left undone. The engine may still be starting: not to be waited for. */
export async function catchUpRepos(
  policies: Policies,
  repos: RepoKeeper,
  onError: (what: string, error: unknown) => void,
): Promise<void> {
  const known = new Map(repos.names().map(({ name, retentionDays }) => [name, retentionDays]));
  for (const repo of policies.list('repo')) {
    const retentionDays = retentionOf(repo);
    if (known.get(repo.name) === retentionDays) continue;
    await repos
      .ensure(repo.name, { retentionDays })
      .catch((error: unknown) => onError(`the repository ${repo.name} cannot be made`, error));
  }
}
