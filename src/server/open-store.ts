import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { type EventStore, openEventStore, startEmbeddedEngine } from '../store/index.ts';
import type { DataDir } from './data-dir.ts';

/** A Unix socket's path may have 107 bytes; data directories of tests and services are often deeper. */
const LONGEST_SOCKET_PATH = 100;

/** Opens the event store: a ClickHouse server where one is configured, else the embedded engine as a child process. */
export async function openStore(config: Config, dir: DataDir, log: Logger): Promise<EventStore> {
  const tell = log.child({ room: 'store' });
  if (config.clickhouseUrl !== undefined) return openEventStore({ url: config.clickhouseUrl, log: tell });
  const engine = await startEmbeddedEngine({
    path: dir.store,
    socketPath: await socketPath(dir.path),
    memoryBytes: config.engineMemory,
    log: tell,
  });
  return openEventStore({ engine, log: tell });
}

async function socketPath(path: string): Promise<string> {
  const own = join(path, 'store.sock');
  if (Buffer.byteLength(own) <= LONGEST_SOCKET_PATH) return own;
  const folder = join(tmpdir(), `opentrail-${process.getuid?.() ?? 0}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 16)}.sock`);
}
