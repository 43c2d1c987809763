import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import {
  type Connection,
  type EventStore,
  openConnection,
  openEventStore,
  startEmbeddedEngine,
} from '../store/index.ts';
import type { DataDir } from './data-dir.ts';

/** A Unix socket's path may have 107 bytes; data directories of tests and services are often deeper. */
const LONGEST_SOCKET_PATH = 100;

/** The event store, and the embedded engine's socket where there is one. */
export interface OpenedStore {
  readonly store: EventStore;
  /** The same engine, for the rooms that keep tables of their own; whoever takes it closes it. */
  readonly connect: () => Connection;
  readonly engineSocket: string | undefined;
  /** Of the embedded engine: ends its process and starts another. */
  readonly startAnew?: (reason: string) => void;
  /** Ends the engine's process too, which closing the store alone leaves running until this process ends. */
  close(): Promise<void>;
}

/** Opens the event store: a ClickHouse server where one is configured, else the embedded engine as a child process. */
export async function openStore(config: Config, dir: DataDir, log: Logger): Promise<OpenedStore> {
  const tell = log.child({ room: 'store' });
  return openStoreAt(dir, tell, config.clickhouseUrl, config.engineMemory);
}

/** The same without the settings of a server: for a check. */
export async function openStoreAt(
  dir: DataDir,
  log: Logger,
  clickhouseUrl: string | undefined,
  engineMemory?: number,
): Promise<OpenedStore> {
  if (clickhouseUrl !== undefined) {
    const store = await openEventStore({ url: clickhouseUrl, log });
    return {
      store,
      connect: () => openConnection({ url: clickhouseUrl }),
      engineSocket: undefined,
      close: () => store.close(),
    };
  }
  const engine = await startEmbeddedEngine({
    path: dir.store,
    socketPath: await socketPath(dir.path),
    ...(engineMemory !== undefined && { memoryBytes: engineMemory }),
    log,
  });
  const store = await openEventStore({ engine, log });
  return {
    store,
    connect: () => openConnection({ engine }),
    engineSocket: engine.socketPath,
    startAnew: (reason) => engine.startAnew(reason),
    async close() {
      await store.close();
      await engine.close();
    },
  };
}

async function socketPath(path: string): Promise<string> {
  const own = join(path, 'store.sock');
  if (Buffer.byteLength(own) <= LONGEST_SOCKET_PATH) return own;
  const folder = join(tmpdir(), `opentrail-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}
