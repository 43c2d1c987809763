/**
 * The program of the engine's process: opens chDB on a directory and answers ClickHouse's HTTP interface on a Unix
 * socket. It runs as a child because queries share libuv's threads with all file access of their process, and
 * because a native crash must not take the intake down.
 *
 * It trusts whoever can open its socket, as ClickHouse trusts its `default` user: the socket has mode 0600.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { createHttpInterface } from './http-interface.ts';
import type { EngineOptions } from './options.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { spoolOf } from './spooled-rows.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as EngineOptions;

// The parent is gone, however it went: nothing here is worth finishing, MergeTree survives a kill, and waiting for
// a running query would keep the directory from the parent's successor.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGINT', () => {});

const sessions = openOrExit();
// Only now: until the directory is ours, another engine may be reading there.
const spool = spoolOf(options.path);
rmSync(spool, { recursive: true, force: true });
mkdirSync(spool, { recursive: true, mode: 0o700 });

// Parameters of a search stand in the URL, as ClickHouse's interface has them.
const server = createServer({ maxHeaderSize: 1 << 20 }, createHttpInterface({ sessions, onDamage }));
server.requestTimeout = 0;
server.keepAliveTimeout = 60_000;
rmSync(options.socketPath, { force: true });
process.umask(0o177);
server.listen(options.socketPath, () => {
  process.umask(0o077);
  process.send?.('ready');
});
server.on('error', (error) => {
  process.stderr.write(`event store engine: cannot listen on ${options.socketPath}: ${error.message}\n`);
  process.exit(1);
});

process.on('SIGTERM', () => {
  server.close(() => {
    sessions.close();
    process.exit(0);
  });
  server.closeIdleConnections();
});

/** The parent may end this process now, and start another: it is given a moment for that. */
async function onDamage(damage: string): Promise<void> {
  process.send?.({ damage });
  await setTimeout(1_000);
}

/** The engine says on stderr why it cannot open; the parent reads it there and decides whether to try again. */
function openOrExit(): Sessions {
  try {
    return openSessions(options);
  } catch (error) {
    process.stderr.write(`event store engine: cannot open ${options.path}: ${String(error)}\n`);
    process.exit(1);
  }
}
