import type { Forwards } from '../forward/index.ts';
import type { Repos } from '../repos/index.ts';
import type { OwnCall } from './access.ts';
import { HttpError } from './http-error.ts';
import type { Question } from './question.ts';
import type { RepoCopies } from './repo-copies.ts';

/** What the answers are made of. */
export interface ReposRooms {
  readonly repos: Pick<Repos, 'list'>;
  readonly forwards: Pick<Forwards, 'list' | 'status'>;
  readonly copies: Pick<RepoCopies, 'destinationOf'>;
}

/**
 * `POST /v1/admin/repos` with `{"op":"list"}`: repositories with their sizes, and how their copies are doing.
 * @throws HttpError 400, 403
 */
export async function answerRepos(
  question: Question,
  own: OwnCall,
  accountId: string,
  { repos, forwards, copies }: ReposRooms,
): Promise<unknown> {
  if (own.account !== accountId) {
    throw new HttpError(403, 'AccessDenied', 'repositories hold all accounts: only the main account may ask');
  }
  if (question.mustText('op') !== 'list') throw new HttpError(400, 'InvalidRequest', 'op must be list');
  const lines = (await repos.list()).map(async (repo) => {
    const to = copies.destinationOf(repo.name);
    return { ...repo, ...(to !== undefined && { copy: await copyOf(to, forwards) }) };
  });
  return { repos: await Promise.all(lines) };
}

async function copyOf(to: string, forwards: ReposRooms['forwards']): Promise<unknown> {
  const destination = forwards.list().find(({ name }) => name === to);
  const status = destination?.copies ? await forwards.status(to) : undefined;
  if (!status) return { to, state: 'missing', lastError: `there is no destination ${to} for copies` };
  return { to, ...status, lost: Object.fromEntries(status.lost) };
}
