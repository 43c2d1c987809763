import type { RepoForm } from '../../sources/form/index.ts';
import {
  type LogSource,
  type PolicyBody,
  type PolicyKind,
  type SourceSecrets,
  SourcesError,
} from '../../sources/index.ts';
import type { SourcesRooms } from './sources-house.ts';
import { testConnection } from './test-connection.ts';

/** What an order does, whole: it may be carried out again after a crash. Holds secrets: stored only sealed. */
export type Action =
  | {
      readonly op: 'put-source';
      readonly isNew: boolean;
      readonly source: LogSource;
      readonly secrets: SourceSecrets;
      /** Stored secrets that stay. */
      readonly keep: readonly (keyof SourceSecrets)[];
      readonly repos: readonly RepoForm[];
      /** The bucket must be readable, else the order fails and changes nothing. */
      readonly check: boolean;
    }
  | { readonly op: 'delete-source'; readonly id: string }
  | {
      readonly op: 'create-policy' | 'edit-policy';
      readonly kind: PolicyKind;
      readonly id: string;
      readonly body: PolicyBody<PolicyKind>;
    }
  | { readonly op: 'delete-policy'; readonly kind: PolicyKind; readonly id: string; readonly name: string };

/** What is slow and changes nothing: it goes before `apply`, while other orders are carried out. @throws Error */
export async function prepare(action: Action, rooms: SourcesRooms): Promise<void> {
  if (action.op !== 'put-source' || !action.check) return;
  const secrets = await secretsOf(action, rooms);
  const outcome = await testConnection(action.source, secrets, rooms.connect);
  if (!outcome.ok) throw new OrderRefused(outcome.message);
}

/** Why an order failed, for people. */
export class OrderRefused extends Error {}

/**
 * Carries out an action, durably; doing it twice is doing it once. @throws SourcesError, OrderRefused when it cannot be
 * done any more
 */
export async function apply(action: Action, rooms: SourcesRooms): Promise<string> {
  const { sources, policies } = rooms;
  switch (action.op) {
    case 'put-source': {
      const { source, repos, isNew } = action;
      if (!isNew && !sources.get(source.id))
        throw new OrderRefused(`there is no log source ${source.id} any more`);
      const secrets = await secretsOf(action, rooms);
      for (const repo of repos) await makeRepo(repo, rooms);
      await sources.put(source, secrets);
      return `log source ${source.name} ${isNew ? 'created' : 'edited'}`;
    }
    case 'delete-source':
      await sources.delete(action.id);
      return `log source ${action.id} deleted`;
    case 'create-policy':
    case 'edit-policy': {
      const { kind, id, body } = action;
      const made =
        action.op === 'create-policy'
          ? await policies.create(kind, body, id)
          : await policies.edit(kind, id, body);
      if ('paths' in made) await rooms.keepRepo(made.name, retentionOf(made));
      return `${made.name} ${action.op === 'create-policy' ? 'created' : 'edited'}`;
    }
    case 'delete-policy': {
      const { kind, id, name } = action;
      // Gone already after a crash: its records may not be.
      if (policies.get(kind, id)) await policies.delete(kind, id);
      if (kind === 'repo') await rooms.keepRepo(name, undefined);
      return `${name} deleted`;
    }
  }
}

/** A repository that a source asks for; one of this name that is there stays as it is. */
async function makeRepo({ name, paths, remote }: RepoForm, rooms: SourcesRooms): Promise<void> {
  if (rooms.policies.find('repo', name)) return;
  const repo = await rooms.policies
    .create('repo', { name, paths, ...(remote !== undefined && { remote }) })
    .catch((error: unknown) => {
      if (error instanceof SourcesError && error.code === 'NameTaken') return undefined;
      throw error;
    });
  if (repo) await rooms.keepRepo(name, retentionOf(repo));
}

/** Days that a repository keeps records: the longest of its paths. */
export function retentionOf(repo: { readonly paths: readonly { readonly retentionDays: number }[] }): number {
  return Math.max(...repo.paths.map(({ retentionDays }) => retentionDays));
}

async function secretsOf(
  { source, secrets, keep, isNew }: Extract<Action, { readonly op: 'put-source' }>,
  { sources }: SourcesRooms,
): Promise<SourceSecrets> {
  if (isNew || keep.length === 0) return secrets;
  const stored = await sources.reveal(source);
  const kept = Object.entries(stored).filter(([name]) => keep.includes(name as keyof SourceSecrets));
  return { ...Object.fromEntries(kept), ...secrets };
}
