import type { LogSource, SourceSecrets } from './source.ts';

/** The log sources, durable. May be called concurrently. */
export interface Sources {
  /** By name. */
  list(): readonly LogSource[];
  get(id: string): LogSource | undefined;
  find(name: string): LogSource | undefined;
  /**
   * Stores a new source, or replaces the one of this id. `secrets` absent: those that are stored stay. Durable on
   * return. @throws SourcesError NameTaken
   */
  put(source: LogSource, secrets?: SourceSecrets): Promise<void>;
  /** Forgets the source and its secrets; false when there is none. */
  delete(id: string): Promise<boolean>;
  /** What the connector needs and nobody else may see. @throws SourcesError SecretsUnreadable */
  reveal(source: LogSource): Promise<SourceSecrets>;
  /** Called after each change, with the source as it is now, or undefined once it is gone. Answers the way out. */
  onChange(listener: SourceListener): () => void;
  /** Encrypts every stored secret with a new key; the old one is gone after that. Answers how many. */
  rotateKey(): Promise<number>;
}

/** What `Sources.onChange` calls. */
export type SourceListener = (id: string, source: LogSource | undefined) => void;
