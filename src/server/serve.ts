import { readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Config } from '../config/index.ts';
import { writeFileDurably } from '../durable-file/index.ts';
import { openDataDir } from './data-dir.ts';
import { openHouse } from './house.ts';
import { StartError } from './start-error.ts';

/** A running server. */
export interface RunningServer {
  readonly url: string;
  /** Finishes what is in flight and leaves the data directory clean. May be called twice. */
  close(): Promise<void>;
}

/** How long a connection may take to finish its request after SIGTERM. */
const DRAIN_TIME = 10_000;

/**
 * `opentrail serve`: opens the data directory and every room bottom-up, listens, writes the ready file and says how to
 * connect. Resolves when it serves; SIGTERM and SIGINT close it, and end the process.
 * @throws DataDirError, or what a room throws that cannot open
 */
export async function serve(config: Config): Promise<RunningServer> {
  const log = pino({ level: config.logLevel, name: 'opentrail' }, pino.destination({ dest: 2, sync: true }));
  const dir = await openDataDir(resolve(config.dataDir));
  const closers: (() => Promise<unknown>)[] = [() => dir.release()];
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const one of closers.toReversed()) {
        await one().catch((error: unknown) => log.error({ err: error }, 'closing failed'));
      }
    })();
    return closing;
  };
  try {
    const house = await openHouse(config, dir, log, (what, error) => {
      log.fatal({ err: error }, `${what}; stopping, the next start recovers`);
      endAtOnce();
    });
    closers.push(() => house.close());

    const server = await createServer(config, (req, res) => house.listen(req, res));
    await listen(server, config);
    closers.push(() => drain(server));
    const url = urlOf(server, config);
    house.setUrl(config.publicUrl ?? url);

    await writeFileDurably(dir.endpointFile, `${JSON.stringify({ url, region: config.region })}\n`);
    closers.push(() => rm(dir.endpointFile, { force: true }));
    if (config.readyFile) {
      const file = resolve(config.readyFile);
      await writeFileDurably(
        file,
        `${JSON.stringify({ url, region: config.region, credentialsFile: dir.credentialsFile })}\n`,
      );
      closers.push(() => rm(file, { force: true }));
    }
    sayHowToConnect(url, config, dir.credentialsFile);
    endOnSignals(close, log);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createServer(
  config: Config,
  listener: Parameters<typeof createHttpServer>[1],
): Promise<Server> {
  const options = {
    keepAliveTimeout: 65_000,
    headersTimeout: 20_000,
    requestTimeout: 300_000,
    noDelay: true,
  };
  if (config.tlsKey === undefined || config.tlsCert === undefined) return createHttpServer(options, listener);
  const [key, cert] = await Promise.all([readFile(config.tlsKey), readFile(config.tlsCert)]);
  return createHttpsServer({ ...options, key, cert }, listener);
}

async function listen(server: Server, { host, port }: Config): Promise<void> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      fail(
        error.code === 'EADDRINUSE'
          ? new StartError(
              `port ${port} of ${host} is in use by another program: choose another --port, or 0 for any free one`,
            )
          : error,
      );
    });
    server.listen({ host, port, backlog: 1_024 }, done);
  });
}

function urlOf(server: Server, { host, tlsKey }: Config): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tlsKey === undefined ? 'http' : 'https'}://${name}:${port}`;
}

/** Takes no new connections, lets requests finish, and ends the idle ones. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => {
    server.close(() => done());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_TIME);
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearTimeout(timer);
  clearInterval(idle);
}

/**
 * Ends the process as a power cut would, which every start recovers from. `process.exit` would wait for the threads of
 * the storage library, and one whose write has failed waits for us: seen on a full disk.
 */
function endAtOnce(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('the process ends');
}

function sayHowToConnect(url: string, config: Config, credentialsFile: string): void {
  const dataDir = config.dataDir === './opentrail-data' ? '' : ` --data-dir ${config.dataDir}`;
  process.stdout.write(
    [
      `opentrail serves ${url} (account ${config.accountId}, Region ${config.region})`,
      `root credentials: ${credentialsFile}`,
      `to use it:        eval "$(npx opentrail env${dataDir})"`,
      'then, as on AWS:  aws s3 mb s3://my-logs; aws cloudtrail lookup-events',
      'help:             npx opentrail --help',
      '',
    ].join('\n'),
  );
}

function endOnSignals(close: () => Promise<void>, log: Logger): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second Ctrl-C means now.
      if (asked) endAtOnce();
      asked = true;
      log.info(`${signal}: finishing what is in flight`);
      void close().then(() => process.exit(0));
    });
  }
}
