/** What the parent tells the engine's process. */
export interface EngineOptions {
  /** The directory of the engine's data; one process at a time. */
  readonly path: string;
  /** The Unix socket to answer on; at most about 100 bytes (the system's limit). */
  readonly socketPath: string;
  /** Cap for what the engine allocates, in bytes; its code and buffers come on top, about 250 MB. */
  readonly memoryBytes: number;
}
