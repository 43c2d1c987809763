import type { Forwards } from '../forward/index.ts';
import type { Policies } from '../sources/index.ts';
import type { Metrics } from './metrics.ts';

/** Which repositories are copied to which destination. */
export interface RepoCopies {
  /** Does the repository name this destination? Asked for every record. */
  takes(destination: string, repo: string): boolean;
  reposOf(destination: string): readonly string[];
  /** The destination that a repository names. */
  destinationOf(repo: string): string | undefined;
  register(metrics: Metrics, forwards: Pick<Forwards, 'list'>): void;
}

/** Follows what repositories say. */
export function openRepoCopies(policies: Policies): RepoCopies {
  let known: ReadonlyMap<string, string> | undefined;
  policies.onChange((kind) => {
    if (kind === 'repo') known = undefined;
  });
  const remotes = () => {
    known ??= new Map(
      policies
        .list('repo')
        .flatMap(({ name, remote }) => (remote === undefined ? [] : [[name, remote] as const])),
    );
    return known;
  };
  return {
    takes: (destination, repo) => remotes().get(repo) === destination,
    reposOf: (destination) => [...remotes()].flatMap(([repo, to]) => (to === destination ? [repo] : [])),
    destinationOf: (repo) => remotes().get(repo),
    register: ({ gauge }, forwards) =>
      gauge(
        'opentrail_repo_copy_missing',
        '1 where a repository names a destination for its copy that is not there',
        (g) => {
          const targets = new Set(forwards.list().flatMap(({ name, copies }) => (copies ? [name] : [])));
          for (const [repo, to] of remotes()) g.set({ repo }, targets.has(to) ? 0 : 1);
        },
        ['repo'],
      ),
  };
}
