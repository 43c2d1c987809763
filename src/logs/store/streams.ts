import { nextNumber } from '../../lmdb/index.ts';
import type { LogGroup, LogStream } from '../log-group.ts';
import { LogsError, noSuchGroup, noSuchStream } from '../logs-error.ts';
import type { LogsEnvironment } from './environment.ts';

/** Which streams to list. */
export interface StreamListing {
  readonly prefix?: string;
  readonly orderBy: 'name' | 'last-event';
  readonly descending: boolean;
}

/** The log streams of groups. */
export class LogStreams {
  readonly #env: LogsEnvironment;
  readonly #onDeleted: () => void;

  constructor(env: LogsEnvironment, onDeleted: () => void) {
    this.#env = env;
    this.#onDeleted = onDeleted;
  }

  find({ uid }: LogGroup, name: string): LogStream | undefined {
    return this.#env.streams.get([uid, name]);
  }

  /** @throws LogsError ResourceNotFoundException */
  get(group: LogGroup, name: string): LogStream {
    const stream = this.find(group, name);
    if (!stream) throw noSuchStream();
    return stream;
  }

  /** The name of a stream of the group, unless it has been deleted. */
  nameOf({ uid }: LogGroup, streamUid: number): string | undefined {
    return this.#env.streamNames.get([uid, streamUid]);
  }

  /** @throws LogsError ResourceAlreadyExistsException, ResourceNotFoundException when the group is gone */
  async create(group: LogGroup, name: string, createdAt: number): Promise<void> {
    const { root, groups, streams, streamNames } = this.#env;
    const failure = await root.transaction(() => {
      if (groups.get([group.account, group.region, group.name])?.uid !== group.uid) return noSuchGroup();
      if (this.find(group, name)) {
        const message = 'The specified log stream already exists';
        return new LogsError('ResourceAlreadyExistsException', message);
      }
      const uid = nextNumber(this.#env.root, 'uid');
      void streams.put([group.uid, name], { uid, name, createdAt });
      void streamNames.put([group.uid, uid], name);
      return undefined;
    });
    if (failure) throw failure;
  }

  /** @throws LogsError ResourceNotFoundException */
  async delete(group: LogGroup, name: string): Promise<void> {
    const { root, streams, streamNames, garbage } = this.#env;
    const isDeleted = await root.transaction(() => {
      const stream = this.find(group, name);
      if (!stream) return false;
      void streams.remove([group.uid, name]);
      void streamNames.remove([group.uid, stream.uid]);
      void garbage.put(nextNumber(this.#env.root, 'uid'), { group: group.uid, stream: stream.uid });
      return true;
    });
    if (!isDeleted) throw noSuchStream();
    this.#onDeleted();
  }

  /** All streams of the group that are asked for, in order: small things, one for each writer. */
  list({ uid }: LogGroup, { prefix = '', orderBy, descending }: StreamListing): readonly LogStream[] {
    const found: LogStream[] = [];
    for (const { value } of this.#env.streams.getRange({ start: [uid, prefix], end: [uid + 1, ''] })) {
      if (!value.name.startsWith(prefix)) break;
      found.push(value);
    }
    if (orderBy === 'last-event') found.sort((a, b) => (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0));
    return descending ? found.reverse() : found;
  }
}
