import { randomUUID } from 'node:crypto';
import { type State, updateState } from '../state/index.ts';
import type { PolicyKind, PolicyKinds } from './policies.ts';
import { SourcesError } from './sources-error.ts';

/** What of a policy its maker says; the rest is the store's. */
export type PolicyBody<K extends PolicyKind> = Omit<
  PolicyKinds[K],
  'id' | 'builtIn' | 'createdAt' | 'updatedAt'
>;

/** Repositories and the policies that sources name, durable. May be called concurrently. */
export interface Policies {
  /** By name. */
  list<K extends PolicyKind>(kind: K): readonly PolicyKinds[K][];
  get<K extends PolicyKind>(kind: K, id: string): PolicyKinds[K] | undefined;
  find<K extends PolicyKind>(kind: K, name: string): PolicyKinds[K] | undefined;
  /** Durable on return. `id` may be given, so that a repeated order makes one and not two. @throws SourcesError NameTaken, LimitExceeded */
  create<K extends PolicyKind>(kind: K, body: PolicyBody<K>, id?: string): Promise<PolicyKinds[K]>;
  /** Durable on return. @throws SourcesError NotFound, NameTaken, InUse (a name that others use, or of a built-in one) */
  edit<K extends PolicyKind>(kind: K, id: string, body: PolicyBody<K>): Promise<PolicyKinds[K]>;
  /** @throws SourcesError NotFound, InUse */
  delete(kind: PolicyKind, id: string): Promise<void>;
  /** Called after each change. Answers the way out. */
  onChange(listener: (kind: PolicyKind, name: string) => void): () => void;
}

/** Repositories that are always there; `_logpoint` because requests written for Logpoint name it. */
const BUILT_IN_REPOS = ['default', '_logpoint'];
const BUILT_IN_DAYS = 365;

const MAX_OF_A_KIND = 1_000;
const PREFIX = 'sources/policy/';

/**
 * Opens the policies that `state` holds. `usersOf` names, for people, who uses one: such a one cannot go or be renamed.
 */
export async function openPolicies(options: {
  readonly state: State;
  readonly now: () => number;
  readonly usersOf: (kind: PolicyKind, name: string) => readonly string[];
}): Promise<Policies> {
  const { state, now, usersOf } = options;
  type Any = PolicyKinds[PolicyKind];
  const kinds: Readonly<Record<PolicyKind, Map<string, Any>>> = {
    repo: new Map(),
    routing: new Map(),
    normalization: new Map(),
    enrichment: new Map(),
    normalizer: new Map(),
  };
  for (const kind of Object.keys(kinds) as PolicyKind[]) {
    for (const { value } of await state.list<Any>(`${PREFIX}${kind}/`)) kinds[kind].set(value.id, value);
  }
  for (const name of BUILT_IN_REPOS) {
    const id = builtInId(name);
    if (kinds.repo.has(id)) continue;
    // Not stored until it is edited: what is built in needs no state.
    const paths = [{ path: 'data', retentionDays: BUILT_IN_DAYS }];
    kinds.repo.set(id, { id, name, builtIn: true, createdAt: 0, updatedAt: 0, paths });
  }
  const listeners = new Set<(kind: PolicyKind, name: string) => void>();
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  function find<K extends PolicyKind>(kind: K, name: string): PolicyKinds[K] | undefined {
    for (const one of kinds[kind].values()) if (one.name === name) return one as PolicyKinds[K];
    return undefined;
  }

  function mustGet<K extends PolicyKind>(kind: K, id: string): PolicyKinds[K] {
    const one = kinds[kind].get(id);
    if (!one) throw new SourcesError('NotFound', `there is no ${WORDS[kind]} ${id}`);
    return one as PolicyKinds[K];
  }

  async function write<K extends PolicyKind>(kind: K, next: PolicyKinds[K]): Promise<PolicyKinds[K]> {
    const other = find(kind, next.name);
    if (other && other.id !== next.id) {
      throw new SourcesError(
        'NameTaken',
        `there is already a ${WORDS[kind]} named ${JSON.stringify(next.name)}`,
      );
    }
    await updateState<PolicyKinds[K]>(state, `${PREFIX}${kind}/${next.id}`, () => next);
    kinds[kind].set(next.id, next);
    tell(kind, next.name);
    return next;
  }

  function tell(kind: PolicyKind, name: string): void {
    for (const listener of [...listeners]) listener(kind, name);
  }

  function refuseUsed(kind: PolicyKind, name: string, deed: string): void {
    const users = usersOf(kind, name);
    if (users.length === 0) return;
    const shown = users.slice(0, 5).join(', ') + (users.length > 5 ? ` and ${users.length - 5} more` : '');
    throw new SourcesError('InUse', `the ${WORDS[kind]} ${name} cannot be ${deed}: it is used by ${shown}`);
  }

  return {
    list: <K extends PolicyKind>(kind: K) =>
      [...kinds[kind].values()].sort((a, b) => (a.name < b.name ? -1 : 1)) as PolicyKinds[K][],
    get: <K extends PolicyKind>(kind: K, id: string) => kinds[kind].get(id) as PolicyKinds[K] | undefined,
    find,
    create: (kind, body, id = randomUUID()) =>
      inTurn(async () => {
        if (kinds[kind].size >= MAX_OF_A_KIND) {
          throw new SourcesError(
            'LimitExceeded',
            `this server holds no more than ${MAX_OF_A_KIND} of each kind`,
          );
        }
        const time = now();
        return await write(kind, { ...body, id, builtIn: false, createdAt: time, updatedAt: time } as never);
      }),
    edit: (kind, id, body) =>
      inTurn(async () => {
        const current = mustGet(kind, id);
        if (body.name !== current.name) {
          if (current.builtIn) throw new SourcesError('InUse', `${current.name} is built in: its name stays`);
          refuseUsed(kind, current.name, 'renamed');
        }
        const { builtIn, createdAt } = current;
        return await write(kind, { ...body, id, builtIn, createdAt, updatedAt: now() } as never);
      }),
    delete: (kind, id) =>
      inTurn(async () => {
        const { name, builtIn } = mustGet(kind, id);
        if (builtIn) throw new SourcesError('InUse', `${name} is built in: it stays`);
        refuseUsed(kind, name, 'deleted');
        await updateState(state, `${PREFIX}${kind}/${id}`, () => undefined);
        kinds[kind].delete(id);
        tell(kind, name);
      }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What people call each kind. */
const WORDS: Readonly<Record<PolicyKind, string>> = {
  repo: 'repo',
  routing: 'routing policy',
  normalization: 'normalization policy',
  enrichment: 'enrichment policy',
  normalizer: 'normalizer',
};

/** The same on every server and at every start. */
function builtInId(name: string): string {
  return `00000000-0000-4000-8000-${Buffer.from(name).toString('hex').padStart(12, '0').slice(0, 12)}`;
}
