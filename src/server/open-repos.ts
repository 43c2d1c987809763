import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { createSearcher, openRepos, type RepoInfo, type Repos } from '../repos/index.ts';
import { NORMAL_PRIORITY_SERVICES } from '../sources/route/index.ts';
import type { State } from '../state/index.ts';
import type { Connection, EventStore } from '../store/index.ts';
import type { OwnCall } from './access.ts';
import type { OwnPath } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { Question } from './question.ts';
import { serveSearch } from './search-events-api.ts';
import type { HouseViews } from './views.ts';

/** How often the retention of repositories is enforced. */
const EVERY = 3_600_000;
/** And first so long after the start: a server that is restarted often must free its disk too. */
const FIRST = 60_000;
const MAX_QUESTION = 1 << 20;

/** The repositories, at work: what is too old goes hourly. */
export interface OpenedRepos {
  readonly repos: Awaited<ReturnType<typeof openRepos>>;
  /** Makes, changes and drops them as settings say; what is too old after a change goes at once. */
  readonly keeper: Pick<Repos, 'ensure' | 'drop' | 'names'>;
  /** `POST /v1/search`. */
  readonly paths: ReadonlyMap<string, OwnPath>;
  /** Lets searches answer views, which are opened later. */
  useViews(views: HouseViews): void;
  register(metrics: Metrics): void;
  close(): Promise<void>;
}

/** Opens the repositories on the engine of the event history. */
export async function openHouseRepos(options: {
  readonly config: Config;
  readonly connection: Connection;
  readonly store: EventStore;
  readonly state: State;
  readonly now: () => number;
  readonly log: Logger;
}): Promise<OpenedRepos> {
  const { config, connection, store, now, log } = options;
  const repos = await openRepos(options);
  let sweeping: Promise<void> | undefined;
  let isAskedAgain = false;
  const sweep = () => {
    if (sweeping) {
      isAskedAgain = true;
      return;
    }
    sweeping = dropExpired(repos, log).finally(() => {
      sweeping = undefined;
      if (isAskedAgain) sweep();
      isAskedAgain = false;
    });
  };
  const first = setTimeout(sweep, FIRST);
  const timer = setInterval(sweep, EVERY);
  first.unref();
  timer.unref();
  const { historyDays } = config;
  const searcher = createSearcher({
    ...{ repos, connection, historyReady: () => store.ready(), historyDays, now },
    normalServices: NORMAL_PRIORITY_SERVICES,
  });
  let views: HouseViews | undefined;
  const scope = { searcher, now, views: () => views, ...readableAccounts(config) };
  return {
    repos,
    keeper: {
      drop: (name) => repos.drop(name),
      names: () => repos.names(),
      async ensure(name, settings) {
        await repos.ensure(name, settings);
        // Whoever shortens a retention wants the disk now.
        sweep();
      },
    },
    paths: new Map([
      [
        '/v1/search',
        {
          scope: 'read',
          maxBody: MAX_QUESTION,
          serve: (_req, res, own) => serveSearch(res, new Question(own.body), own, scope),
        },
      ],
    ]),
    useViews(opened) {
      views = opened;
    },
    register: (metrics) => register(metrics, repos),
    async close() {
      clearTimeout(first);
      clearInterval(timer);
      isAskedAgain = false;
      await sweeping;
      await repos.close();
    },
  };
}

/**
 * Whose events a caller may find. The root of the main account is who runs this server and set up its sources: it finds
 * the events of all accounts in repositories, and those of the served ones in the event history.
 */
function readableAccounts({ accountId, accounts }: Config) {
  const own = ({ account, caller }: OwnCall) => [account, ...(caller.readableAccounts ?? [])];
  const isOperator = ({ account, caller }: OwnCall) => account === accountId && caller.kind === 'root';
  return {
    readableInRepos: (call: OwnCall) => (isOperator(call) ? 'any' : own(call)),
    readableInHistory: (call: OwnCall) => (isOperator(call) ? accounts : own(call)),
  } as const;
}

function register({ gauge }: Metrics, repos: Repos): void {
  const perRepo = (name: string, help: string, value: (repo: RepoInfo) => number) =>
    gauge(
      name,
      help,
      async (g) => {
        for (const repo of await repos.list()) g.set({ repo: repo.name }, value(repo));
      },
      ['repo'],
    );
  perRepo('opentrail_repo_records', 'Records in a repository', ({ rows }) => rows);
  perRepo('opentrail_repo_bytes', 'Size of a repository on disk', ({ bytes }) => bytes);
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
