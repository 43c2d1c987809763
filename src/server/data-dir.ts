import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataDir } from './data-dir-lock.ts';
import { bringToFormat, DATA_FORMAT } from './data-format.ts';

/** Where each room keeps its things. */
export interface DataDir {
  readonly path: string;
  readonly state: string;
  readonly journal: string;
  readonly objects: string;
  /** Private keys of digests; made with the first of them. */
  readonly keys: string;
  readonly store: string;
  readonly logs: string;
  readonly cloudwatch: string;
  readonly queues: string;
  readonly eventBus: string;
  /** Written by the server for the CLI: URL and Region; and the root credentials. */
  readonly endpointFile: string;
  readonly credentialsFile: string;
  /** Lets another server use the directory. */
  release(): Promise<void>;
}

/**
 * Makes the directory where there is none, takes it for this process alone and brings it to this opentrail's format.
 * @throws DataDirError when another process has it, or its format is newer
 */
export async function openDataDir(path: string, format = DATA_FORMAT): Promise<DataDir> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const release = await lockDataDir(path);
  try {
    await bringToFormat(path, format);
    const folders = ['state', 'journal', 'objects', 'store', 'logs', 'queues', 'event-bus'] as const;
    for (const folder of folders) await mkdir(join(path, folder), { recursive: true, mode: 0o700 });
    return {
      path,
      state: join(path, 'state'),
      journal: join(path, 'journal'),
      objects: join(path, 'objects'),
      keys: join(path, 'keys'),
      store: join(path, 'store'),
      logs: join(path, 'logs'),
      cloudwatch: join(path, 'cloudwatch'),
      queues: join(path, 'queues'),
      eventBus: join(path, 'event-bus'),
      endpointFile: join(path, 'endpoint.json'),
      credentialsFile: join(path, 'root-credentials.json'),
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}
