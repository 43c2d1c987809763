import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { openRepos } from '../../src/repos/index.ts';
import {
  type CollectedStore,
  type Collector,
  createFileReaders,
  type FileReaders,
  openCollectedStore,
  type RepoFeed,
  startCollector,
  startRepoFeed,
} from '../../src/sources/collect/index.ts';
import { createS3BucketReader } from '../../src/sources/fetch/index.ts';
import type { LogSource } from '../../src/sources/index.ts';
import { openLmdbState, type State } from '../../src/state/index.ts';
import { type Engine, openConnection, startEmbeddedEngine } from '../../src/store/index.ts';

const SOURCE = '1247a17f-4d16-4c3f-9002-448752ca8029';

interface Rooms {
  readonly engine: Engine;
  readonly state: State;
  readonly repos: Awaited<ReturnType<typeof openRepos>>;
  readonly store: CollectedStore;
  readonly readers: FileReaders;
  readonly feed: RepoFeed;
}

/** The rooms that collect, wired as in the server, with the engine behind them: from a bucket into a repository. */
export class CollectingHouse {
  readonly folder = mkdtempSync(join(process.env.OPENTRAIL_BENCH_DIR ?? tmpdir(), 'opentrail-collecting-'));
  readonly #options: { readonly bucket: string; readonly start: number; readonly now: () => number };
  #collector: Collector | undefined;
  #rooms: Rooms | undefined;

  /** `bucket`: the address of a `bucket-server`. `start` and `now` in ms. */
  constructor(options: { readonly bucket: string; readonly start: number; readonly now: () => number }) {
    this.#options = options;
  }

  /** Everything but the collector. */
  async open(): Promise<void> {
    const { now } = this.#options;
    const path = join(this.folder, 'collected');
    mkdirSync(path);
    const engine = await startEmbeddedEngine({
      path: join(this.folder, 'store'),
      socketPath: join(this.folder, 's'),
    });
    const state = openLmdbState(join(this.folder, 'state'));
    const repos = await openRepos({ connection: openConnection({ engine }), state, now });
    await repos.ensure('default', { retentionDays: 36_500 });
    const store = openCollectedStore({ path, now, maxBytes: 4 * 2 ** 30 });
    const readers = createFileReaders(Math.max(1, Math.min(4, availableParallelism() - 1)), {
      enrichmentDirectory: path,
    });
    const feed = startRepoFeed({
      store,
      sink: {
        insert: (repo, blocks, token) =>
          repos.insertBlocks(
            repo,
            blocks.map(({ rows }) => rows),
            token,
          ),
      },
      onError: (error) => console.error(error),
    });
    this.#rooms = { engine, state, repos, store, readers, feed };
  }

  get rooms(): Rooms {
    if (!this.#rooms) throw new Error('the house is not open');
    return this.#rooms;
  }

  get counts() {
    return this.rooms.store.counts(SOURCE);
  }

  collect(): void {
    const { bucket, start, now } = this.#options;
    const source = sourceAt(bucket, start);
    const { store, readers } = this.rooms;
    this.#collector = startCollector({
      sources: { list: () => [source], get: () => source, onChange: () => () => undefined },
      policies: { find: () => undefined, onChange: () => () => undefined },
      store,
      readers,
      connect: async () =>
        createS3BucketReader(
          new S3Client({
            endpoint: bucket,
            region: source.connector.region,
            forcePathStyle: true,
            credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
          }),
          source.connector.bucket,
        ),
      now,
      random: Math.random,
      log: (message, details) => console.error(message, details),
    });
  }

  async status() {
    return await this.#collector!.status(SOURCE);
  }

  /** A round over what is due, as by the clock. */
  async wake(): Promise<void> {
    await this.#collector!.retry(SOURCE, []);
  }

  /** Bytes below its folder. */
  bytesOf(...names: string[]): number {
    return sizeOf(join(this.folder, ...names));
  }

  async close(): Promise<void> {
    await this.#collector?.close();
    const { engine, state, repos, store, readers, feed } = this.rooms;
    await feed.close();
    await readers.close();
    await store.close();
    await repos.close();
    await engine.close();
    await state.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found?.size ?? 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function sourceAt(endpointUrl: string, startDate: number): LogSource {
  return {
    id: SOURCE,
    name: 'bench',
    type: 'S3Fetcher',
    fetch: { name: 'bench', intervalMinutes: 60, charset: 'utf_8', timezone: 'UTC' },
    connector: {
      endpointUrl,
      region: 'us-east-1',
      bucket: 'bench',
      prefix: '',
      credentials: { kind: 'none' },
      startDate,
      parser: 'CloudTrailLogParser',
      tls: { insecure: false },
    },
    routing: { kind: 'inline', rules: { routing_criterion: [], catch_all: 'default' } },
    normalizers: [],
    paused: false,
    origin: 'api',
    createdAt: 0,
    updatedAt: 0,
  };
}
