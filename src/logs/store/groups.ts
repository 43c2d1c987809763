import { inTransaction, nextNumber } from '../../lmdb/index.ts';
import type { LogGroup, LogsPlace } from '../log-group.ts';
import { LogsError, noSuchGroup } from '../logs-error.ts';
import type { GroupSize, LogsEnvironment } from './environment.ts';

/** Which groups to list, in order of their names. */
export interface GroupListing {
  /** The name begins with it. */
  readonly prefix?: string;
  /** The name contains it, whatever the case. */
  readonly part?: string;
  /** Names after this one. */
  readonly after?: string;
  readonly limit: number;
}

/** The log groups. A change is on disk when its promise resolves. */
export class LogGroups {
  readonly #env: LogsEnvironment;
  readonly #onDeleted: () => void;

  constructor(env: LogsEnvironment, onDeleted: () => void) {
    this.#env = env;
    this.#onDeleted = onDeleted;
  }

  find({ account, region }: LogsPlace, name: string): LogGroup | undefined {
    return this.#env.groups.get([account, region, name]);
  }

  /** @throws LogsError ResourceNotFoundException */
  get(place: LogsPlace, name: string): LogGroup {
    const group = this.find(place, name);
    if (!group) throw noSuchGroup();
    return group;
  }

  /** @throws LogsError ResourceAlreadyExistsException */
  async create(group: Omit<LogGroup, 'uid'>): Promise<void> {
    const { account, region, name } = group;
    const created = await this.#env.root.transaction(() => {
      if (this.find(group, name)) return false;
      void this.#env.groups.put([account, region, name], {
        ...group,
        uid: nextNumber(this.#env.root, 'uid'),
      });
      return true;
    });
    if (!created)
      throw new LogsError('ResourceAlreadyExistsException', 'The specified log group already exists');
  }

  /** Changes a group; `change` may throw, and then nothing changes. @throws LogsError ResourceNotFoundException */
  async update(place: LogsPlace, name: string, change: (group: LogGroup) => LogGroup): Promise<void> {
    await inTransaction(this.#env.root, () => {
      const { account, region } = place;
      void this.#env.groups.put([account, region, name], change(this.get(place, name)));
    });
  }

  /** Deletes a group with its streams; its events are cleared away afterwards. @throws LogsError ResourceNotFoundException */
  async delete(place: LogsPlace, name: string): Promise<void> {
    const { groups, streams, streamNames, sizes, garbage } = this.#env;
    await inTransaction(this.#env.root, () => {
      const { uid } = this.get(place, name);
      void groups.remove([place.account, place.region, name]);
      void sizes.remove(uid);
      for (const key of [...streams.getKeys({ start: [uid, ''], end: [uid + 1, ''] })])
        void streams.remove(key);
      for (const key of [...streamNames.getKeys({ start: [uid, 0], end: [uid + 1, 0] })])
        void streamNames.remove(key);
      void garbage.put(nextNumber(this.#env.root, 'uid'), { group: uid });
    });
    this.#onDeleted();
  }

  list(
    { account, region }: LogsPlace,
    { prefix = '', part, after, limit }: GroupListing,
  ): readonly LogGroup[] {
    const first = after !== undefined && after > prefix ? after : prefix;
    const found: LogGroup[] = [];
    for (const { value } of this.#env.groups.getRange({ start: [account, region, first] })) {
      const isOther = value.account !== account || value.region !== region || !value.name.startsWith(prefix);
      if (isOther || found.length === limit) break;
      if (value.name === after) continue;
      if (part === undefined || value.name.toLowerCase().includes(part.toLowerCase())) found.push(value);
    }
    return found;
  }

  /** Every group of every account, one after the other. */
  *all(): Iterable<LogGroup> {
    for (const { value } of this.#env.groups.getRange()) yield value;
  }

  size({ uid }: LogGroup): GroupSize {
    return this.#env.sizes.get(uid) ?? { bytes: 0, events: 0 };
  }
}
