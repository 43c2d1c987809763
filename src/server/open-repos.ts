import type { Logger } from 'pino';
import { openRepos, type Repos } from '../repos/index.ts';
import type { State } from '../state/index.ts';
import type { Connection } from '../store/index.ts';

/** How often the retention of repositories is enforced. */
const EVERY = 3_600_000;

/** The repositories, at work: what is too old goes hourly. */
export interface OpenedRepos {
  readonly repos: Awaited<ReturnType<typeof openRepos>>;
  close(): Promise<void>;
}

/** Opens the repositories on the engine of the event history. */
export async function openHouseRepos(options: {
  readonly connection: Connection;
  readonly state: State;
  readonly now: () => number;
  readonly log: Logger;
}): Promise<OpenedRepos> {
  const { log } = options;
  const repos = await openRepos(options);
  let sweeping: Promise<void> | undefined;
  const sweep = () => {
    sweeping ??= dropExpired(repos, log).finally(() => {
      sweeping = undefined;
    });
  };
  const timer = setInterval(sweep, EVERY);
  timer.unref();
  return {
    repos,
    async close() {
      clearInterval(timer);
      await sweeping;
      await repos.close();
    },
  };
}

async function dropExpired(repos: Repos, log: Logger): Promise<void> {
  try {
    for (const [repo, freed] of await repos.dropExpired()) {
      log.info({ room: 'repos', repo, ...freed }, 'records older than the retention were dropped');
    }
  } catch (error) {
    log.warn({ room: 'repos', err: error }, 'dropping old records failed; it is tried again in an hour');
  }
}
