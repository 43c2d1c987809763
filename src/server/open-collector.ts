import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RepoInfo, Repos } from '../repos/index.ts';
import {
  type CollectedStore,
  type Collector,
  createFileReaders,
  openCollectedStore,
  type RepoFeed,
  type SourceCounts,
  startCollector,
  startRepoFeed,
} from '../sources/collect/index.ts';
import { createS3BucketReader } from '../sources/fetch/index.ts';
import type { LogSource } from '../sources/index.ts';
import {
  createSnsEndpoint,
  createSqsNoticeQueue,
  type Notices,
  startNotices,
} from '../sources/notices/index.ts';
import { registerEnrichment } from './enrichment-metrics.ts';
import { startForgetting } from './forget-collected.ts';
import type { Metrics } from './metrics.ts';
import type { OpenedSources } from './open-sources.ts';

/** What the log of collected records may take on disk while repositories or forwarders are behind. */
const MAX_LOG_BYTES = 4 * 1024 ** 3;
/** A repository that nobody has set up, but a rule names. */
const DEFAULT_DAYS = 365;
/** Reading takes a core; the engine and the server need the rest. */
const THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));

/** The collector at work. */
export interface OpenedCollector {
  readonly collector: Collector;
  /** For forwarders and others who read along. */
  readonly log: CollectedStore;
  register(metrics: Metrics): void;
  /** Before the rooms that it feeds. */
  close(): Promise<void>;
}

/** Opens the log of collected records below the data directory, feeds the repositories from it, and starts every source. */
export async function openCollectorRoom(house: {
  /** The data directory. */
  readonly path: string;
  readonly sources: OpenedSources;
  readonly repos: Pick<Repos, 'names' | 'ensure' | 'insertBlocks'>;
  /** What the repositories hold. */
  readonly held: () => Promise<readonly RepoInfo[]>;
  /** No while a backup is copying the log. */
  readonly mayRemove: () => boolean;
  readonly now: () => number;
  readonly log: Logger;
  readonly onBroken: (error: unknown) => void;
}): Promise<OpenedCollector> {
  const { sources, policies, connect } = house.sources;
  const log = house.log.child({ room: 'collect' });
  const path = join(house.path, 'collected');
  const enrichmentDirectory = join(house.path, 'enrichment');
  for (const folder of [path, enrichmentDirectory]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const store = openCollectedStore({
    path,
    now: house.now,
    maxBytes: MAX_LOG_BYTES,
    mayRemove: house.mayRemove,
    onBroken: house.onBroken,
  });
  const readers = createFileReaders(THREADS, { enrichmentDirectory });
  readers.enrichment.onChange = ({ file, state, text }) =>
    log[state === 'ready' ? 'info' : 'warn']({ file, state }, `enrichment file ${file}: ${text}`);
  const feed = startRepoFeed({
    store,
    sink: {
      async insert(repo, blocks, token) {
        if (!house.repos.names().some(({ name }) => name === repo)) {
          await house.repos.ensure(repo, { retentionDays: DEFAULT_DAYS });
        }
        await house.repos.insertBlocks(
          repo,
          blocks.map(({ rows }) => rows),
          token,
        );
      },
    },
    onError: (error) =>
      log.warn({ err: error }, 'records could not be put into their repository; it is repeated'),
  });
  const forgetting = startForgetting({
    ...{ store, feed, sources: sources.list, repos: house.held, now: house.now },
    onError: (error) => log.warn({ err: error }, 'old ids could not be forgotten; it is tried again'),
  });
  const collector = startCollector({
    sources,
    policies,
    store,
    readers,
    connect: async (source) =>
      createS3BucketReader(connect.s3(source, await sources.reveal(source)), source.connector.bucket),
    now: house.now,
    random: Math.random,
    log: (message, details) => log.warn(details, message),
  });
  const notices = startNotices({
    sources,
    connect: async (source, queueUrl) =>
      createSqsNoticeQueue(connect.sqs(source, await sources.reveal(source), queueUrl), queueUrl),
    take: collector.take,
    sns: createSnsEndpoint({
      read: async (source, url, options) => connect.text(source, await sources.reveal(source), url, options),
      now: house.now,
    }),
    now: house.now,
    random: Math.random,
    log: (message, details) => log.warn(details, message),
  });
  house.sources.useCollector({
    ...collector,
    async tell(id, notice) {
      const source = sources.get(id);
      if (!source) throw new Error(`there is no log source ${id}`);
      return await notices.tell(source, notice);
    },
    async post(id, text) {
      const source = sources.get(id);
      return source ? await notices.post(source, text) : { kind: 'refused', why: 'there is no such source' };
    },
    async status(id) {
      const told = notices.status(id);
      return { ...(await collector.status(id)), ...(told && { notices: told }) };
    },
  });
  return {
    collector,
    log: store,
    register(metrics) {
      register(metrics, { sources: sources.list, collector, notices, store, feed });
      registerEnrichment(metrics, readers);
      forgetting.register(metrics);
    },
    async close() {
      // Both at once: what is on its way to the collector ends only when the collector does.
      await Promise.all([notices.close(), collector.close()]);
      await forgetting.close();
      await feed.close();
      await readers.close();
      await store.close();
    },
  };
}

function register(
  { gauge }: Metrics,
  house: {
    readonly sources: () => readonly LogSource[];
    readonly collector: Collector;
    readonly notices: Notices;
    readonly store: CollectedStore;
    readonly feed: RepoFeed;
  },
): void {
  const { sources, collector, notices, store, feed } = house;
  const perSource = (name: string, help: string, value: (counts: SourceCounts) => number) =>
    gauge(
      `opentrail_source_${name}`,
      help,
      (g) => {
        for (const { id, name: source } of sources()) g.set({ source }, value(store.counts(id)));
      },
      ['source'],
    );
  const perReason = (
    name: string,
    help: string,
    values: (source: LogSource) => Iterable<readonly [string, number]>,
  ) =>
    gauge(
      `opentrail_source_${name}`,
      help,
      (g) => {
        for (const source of sources()) {
          for (const [reason, value] of values(source)) g.set({ source: source.name, reason }, value);
        }
      },
      ['source', 'reason'],
    );
  perSource('files_total', 'Files that were read', ({ files }) => files);
  perSource('records_total', 'Records found in files, duplicates and all', ({ records }) => records);
  perSource('kept_total', 'Records that are new and kept', ({ kept }) => kept);
  perSource('duplicates_total', 'Records whose event was kept before', ({ duplicates }) => duplicates);
  perSource('variants_total', 'Duplicates with another body than the one kept', ({ variants }) => variants);
  perSource('bytes_total', 'Bytes of records', ({ bytes }) => bytes);
  perSource('file_bytes_total', 'Bytes of files as they lie in the bucket', ({ fileBytes }) => fileBytes);
  perReason('files_quarantined_total', 'Files that could not be read, by what was wrong', ({ id }) =>
    Object.entries(store.counts(id).quarantined),
  );
  perSource(
    'files_unlisted_total',
    'Files that could not be read and are not in the quarantine, because it was full',
    ({ unlisted }) => unlisted,
  );
  perSource(
    'files_forgotten_total',
    'Files that were taken from the quarantine without having been read',
    ({ forgotten }) => forgotten,
  );
  perReason(
    'records_left_out_total',
    'Records that were not kept though they are no duplicates',
    ({ id }) => {
      const { early, invalid, foreign, discarded } = store.counts(id);
      const byRule = Object.values(discarded).reduce((sum, count) => sum + count, 0);
      return [
        ['before the start date', early],
        ['not JSON', invalid],
        ['not CloudTrail', foreign],
        ['discarded by a rule', byRule],
      ];
    },
  );
  gauge(
    'opentrail_source_records_discarded_total',
    'Records that a routing rule dropped, by the rule',
    (g) => {
      for (const { id, name: source } of sources()) {
        for (const [rule, count] of Object.entries(store.counts(id).discarded))
          g.set({ source, rule }, count);
      }
    },
    ['source', 'rule'],
  );
  perReason('files_passed_over_total', 'Files that hold no events', ({ id }) => {
    const { foreignFiles, gone } = store.counts(id);
    return [
      ['not CloudTrail', foreignFiles],
      ['gone before it was read', gone],
    ];
  });
  perReason(
    'retries_total',
    'Requests to the bucket that failed and were repeated, since start',
    ({ id }) => [...(collector.retries.get(id) ?? [])],
  );
  perReason(
    'notices_total',
    'What notifications told, since start: messages, files, what was ignored and why, failures',
    ({ id }) => {
      const told = notices.counts(id);
      if (!told) return [];
      const { messages, files, failures, ignored } = told;
      return [['messages', messages], ['files', files], ['failures', failures], ...ignored];
    },
  );
  gauge(
    'opentrail_source_lag_seconds',
    'Between the time of the newest event and now',
    async (g) => {
      for (const { id, name: source } of sources()) {
        const { lag } = await collector.status(id);
        if (lag !== undefined) g.set({ source }, lag / 1000);
      }
    },
    ['source'],
  );
  gauge(
    'opentrail_source_backfill_files',
    'Files of the back-fill that is under way or was last, found and done',
    async (g) => {
      for (const { id, name: source } of sources()) {
        const { backFill } = await collector.status(id);
        if (!backFill) continue;
        g.set({ source, state: 'found' }, backFill.files);
        g.set({ source, state: 'done' }, backFill.filesDone);
      }
    },
    ['source', 'state'],
  );
  gauge(
    'opentrail_collected_records_waiting',
    'Collected records that are not in their repository yet',
    (g) => g.set(store.head() - feed.cursor()),
  );
  gauge('opentrail_collected_log_bytes', 'The log of collected records on disk', (g) =>
    g.set(store.heldBytes()),
  );
  gauge(
    'opentrail_repo_insert_failures_total',
    'Inserts into repositories that were repeated, since start',
    (g) => g.set(feed.failures),
  );
  gauge(
    'opentrail_collected_cut_total',
    'Collected records that a reader did not get because it was too far behind, since start',
    (g) => {
      for (const [reader, count] of store.cut) g.set({ reader }, count);
    },
    ['reader'],
  );
}
