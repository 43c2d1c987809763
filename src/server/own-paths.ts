import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { KeyRing } from '../digest/index.ts';
import type { Identity } from '../identity/index.ts';
import type { Ingest } from '../ingest/index.ts';
import type { EventStore } from '../store/index.ts';
import type { Topics } from '../topics/index.ts';
import type { OwnCall } from './access.ts';
import { answerRoot, answerTokens, answerUsers } from './admin-api.ts';
import type { BackupOutcome } from './backup.ts';
import { serveBackup } from './backup-api.ts';
import { MAX_EVENTS_BODY, serveEvents } from './events-api.ts';
import { HttpError, sendJson } from './http-error.ts';
import { answerKeys } from './keys-api.ts';
import type { OpenPath, OwnPath } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { Question } from './question.ts';
import { serveExport, serveLookup } from './search-api.ts';
import { topicPaths } from './topic-paths.ts';

const MAX_QUESTION = 1 << 20;

/** `POST` paths of opentrail itself, by path. */
export function createOwnPaths(house: {
  readonly config: Config;
  readonly ingest: Ingest;
  readonly store: EventStore;
  readonly delivery: Delivery;
  readonly keys: KeyRing;
  readonly identity: Identity;
  readonly now: () => number;
  readonly writeRootCredentials: () => Promise<void>;
  readonly backup: (directory: string) => Promise<BackupOutcome>;
  readonly log: Logger;
  /** Paths that rooms bring with them. */
  readonly more: ReadonlyMap<string, OwnPath>;
}): ReadonlyMap<string, OwnPath> {
  const { config, ingest, store, delivery, keys, identity, now } = house;
  const { accountId, accounts, historyDays } = config;
  const isKnown = (account: string) => accounts === 'any' || accounts.includes(account);

  /** The main account writes for all, the others for themselves. */
  const mayWriteTo = (own: OwnCall) => (account: string) =>
    own.account === accountId ? isKnown(account) : account === own.account;
  const readable = ({ caller, account }: OwnCall): readonly string[] | 'any' =>
    account === accountId && caller.kind === 'root'
      ? accounts
      : [account, ...(caller.readableAccounts ?? [])];
  const search = { store, now, historyDays, readable };

  return new Map<string, OwnPath>([
    ...house.more,
    [
      '/v1/events',
      {
        scope: 'ingest',
        maxBody: MAX_EVENTS_BODY,
        serve: (req, res, own) => serveEvents(req, res, own, ingest, mayWriteTo(own)),
      },
    ],
    [
      '/v1/lookup',
      {
        scope: 'read',
        maxBody: MAX_QUESTION,
        serve: (_req, res, own) => serveLookup(res, new Question(own.body), own, search),
      },
    ],
    [
      '/v1/export',
      {
        scope: 'read',
        maxBody: MAX_QUESTION,
        serve: (_req, res, own) => serveExport(res, new Question(own.body), own, search),
      },
    ],
    ['/v1/flush', { scope: 'flush', maxBody: MAX_QUESTION, answer: () => flush(delivery) }],
    [
      '/v1/backup',
      {
        scope: 'admin',
        maxBody: MAX_QUESTION,
        serve: (_req, res, own) => {
          if (own.account !== accountId) {
            throw new HttpError(
              403,
              'AccessDenied',
              'a backup holds all accounts: only the main account may ask for it',
            );
          }
          return serveBackup(res, new Question(own.body), house.backup, house.log);
        },
      },
    ],
    [
      '/v1/admin/users',
      {
        scope: 'admin',
        maxBody: MAX_QUESTION,
        answer: (own) => answerUsers(new Question(own.body), own, identity),
      },
    ],
    [
      '/v1/admin/tokens',
      {
        scope: 'admin',
        maxBody: MAX_QUESTION,
        answer: (own) => answerTokens(new Question(own.body), own, identity, now),
      },
    ],
    [
      '/v1/admin/keys',
      {
        scope: 'admin',
        maxBody: MAX_QUESTION,
        answer: (own) => answerKeys(new Question(own.body), own, { accountId, keys, now }),
      },
    ],
    [
      '/v1/admin/root',
      {
        scope: 'admin',
        maxBody: MAX_QUESTION,
        answer: (own) => answerRoot(new Question(own.body), own, identity, house.writeRootCredentials),
      },
    ],
  ]);
}

/** Delivers what was accepted before the call; a trail whose bucket refused is named with its error. */
async function flush(delivery: Delivery): Promise<unknown> {
  const trails = await delivery.flush();
  const sum = (count: (outcome: (typeof trails)[number]) => number) =>
    trails.reduce((total, one) => total + count(one), 0);
  return { files: sum(({ files }) => files), events: sum(({ events }) => events), trails };
}

/** `GET` paths that need no caller. */
export function createOpenPaths(house: {
  readonly metrics: Metrics;
  readonly refusal: () => string | undefined;
  readonly topics: Topics;
}): ReadonlyMap<string, OpenPath> {
  const { metrics, refusal, topics } = house;
  return new Map<string, OpenPath>([
    ['/health', async (res) => sendJson(res, 200, { status: 'ok' })],
    [
      '/ready',
      async (res) => {
        const reason = refusal();
        if (reason === undefined) sendJson(res, 200, { status: 'ready' });
        else sendJson(res, 503, { status: 'not accepting events', reason });
      },
    ],
    [
      '/metrics',
      async (res) => {
        const text = await metrics.text();
        res.writeHead(200, { 'content-type': metrics.contentType });
        res.end(text);
      },
    ],
    ...topicPaths(topics),
  ]);
}
