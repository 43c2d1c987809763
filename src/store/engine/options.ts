/** What the parent tells the engine's process. */
export interface EngineOptions {
  /** The directory of the engine's data; one process at a time. */
  readonly path: string;
  /** The Unix socket to answer on; at most about 100 bytes (the system's limit). */
  readonly socketPath: string;
  /** Cap for what the engine allocates, in bytes; its code and buffers come on top, about 250 MB. */
  readonly memoryBytes: number;
  /** How long to wait, in ms, for a predecessor to let go of the directory. Default 10 s. */
  readonly patience?: number;
}

/** The exit code of the engine's process when another process has the directory open: no use in restarting. */
export const EXIT_DIRECTORY_IN_USE = 73;
