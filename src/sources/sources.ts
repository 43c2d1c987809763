import { type State, updateState } from '../state/index.ts';
import type { SecretBox } from './secret-box/index.ts';
import type { LogSource, SourceSecrets } from './source.ts';
import { SourcesError } from './sources-error.ts';

/** The log sources, durable. May be called concurrently. */
export interface Sources {
  /** By name. */
  list(): readonly LogSource[];
  get(id: string): LogSource | undefined;
  find(name: string): LogSource | undefined;
  /**
   * Stores a new source, or replaces the one of this id. `secrets` absent: those that are stored stay. Durable on
   * return. @throws SourcesError NameTaken, LimitExceeded
   */
  put(source: LogSource, secrets?: SourceSecrets): Promise<void>;
  /** Changes one that is there, whatever others changed meanwhile; secrets stay. @throws SourcesError NotFound */
  update(id: string, change: (source: LogSource) => LogSource): Promise<LogSource>;
  /** Forgets the source and its secrets; false when there is none. */
  delete(id: string): Promise<boolean>;
  /** What the connector needs and nobody else may see. @throws SecretUnreadable */
  reveal(source: LogSource): Promise<SourceSecrets>;
  /** Called after each change, with the source as it is now, or undefined once it is gone. Answers the way out. */
  onChange(listener: SourceListener): () => void;
  /** Seals with the newest key what an older one sealed; answers how many. For `SecretBox.rotate`. */
  reseal(): Promise<number>;
}

/** What `Sources.onChange` calls. */
export type SourceListener = (id: string, source: LogSource | undefined) => void;

/** Source and secrets lie under one key: a crash never leaves the one without the other. */
interface Stored {
  readonly source: LogSource;
  readonly sealed?: string;
}

const PREFIX = 'sources/source/';
const MAX_SOURCES = 1_000;

/** Opens the sources that `state` holds. */
export async function openSources(options: {
  readonly state: State;
  readonly box: SecretBox;
}): Promise<Sources> {
  const { state, box } = options;
  const stored = new Map<string, Stored>();
  for (const { value } of await state.list<Stored>(PREFIX)) stored.set(value.source.id, value);
  const listeners = new Set<SourceListener>();

  /** One change after the other, so that two sources cannot take one name at once. */
  let turn: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function write(id: string, change: (current: Stored | undefined) => Stored | undefined) {
    const next = await updateState<Stored>(state, PREFIX + id, change);
    if (next) stored.set(id, next);
    else stored.delete(id);
    return next;
  }

  function tell(id: string): void {
    for (const listener of [...listeners]) listener(id, stored.get(id)?.source);
  }

  function checkName({ id, name }: LogSource): void {
    for (const { source } of stored.values()) {
      if (source.name === name && source.id !== id) {
        throw new SourcesError('NameTaken', `there is already a log source named ${JSON.stringify(name)}`);
      }
    }
  }

  return {
    list: () => [...stored.values()].map(({ source }) => source).sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (id) => stored.get(id)?.source,
    find: (name) => [...stored.values()].find(({ source }) => source.name === name)?.source,
    put: (source, secrets) =>
      inTurn(async () => {
        checkName(source);
        if (!stored.has(source.id) && stored.size >= MAX_SOURCES) {
          throw new SourcesError(
            'LimitExceeded',
            `this server holds no more than ${MAX_SOURCES} log sources`,
          );
        }
        const sealed = secrets && box.seal(placeOf(source.id), JSON.stringify(secrets));
        await write(source.id, (current) => {
          const kept = sealed ?? current?.sealed;
          return { source, ...(kept !== undefined && { sealed: kept }) };
        });
        tell(source.id);
      }),
    update: (id, change) =>
      inTurn(async () => {
        const next = await write(id, (current) => current && { ...current, source: change(current.source) });
        if (!next) throw new SourcesError('NotFound', `there is no log source ${id}`);
        tell(id);
        return next.source;
      }),
    delete: (id) =>
      inTurn(async () => {
        if (!stored.has(id)) return false;
        await write(id, () => undefined);
        tell(id);
        return true;
      }),
    async reveal({ id }) {
      const sealed = stored.get(id)?.sealed;
      return sealed === undefined ? {} : (JSON.parse(box.open(placeOf(id), sealed)) as SourceSecrets);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    reseal: () =>
      inTurn(async () => {
        let count = 0;
        for (const [id, { sealed }] of [...stored]) {
          if (sealed === undefined || box.isCurrent(sealed)) continue;
          const anew = box.seal(placeOf(id), box.open(placeOf(id), sealed));
          await write(id, (current) => current && { ...current, sealed: anew });
          count++;
        }
        return count;
      }),
  };
}

function placeOf(id: string): string {
  return `source/${id}`;
}
