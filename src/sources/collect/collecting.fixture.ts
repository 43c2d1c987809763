import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Walk } from '../fetch/index.ts';
import { compileRoute, type RoutingRules } from '../route/index.ts';
import { BlockMemory } from './block-memory.ts';
import type { TestBucket } from './bucket.fixture.ts';
import type { CollectedRecord } from './collected.ts';
import { type CollectedStore, openCollectedStore } from './collected-store.ts';
import { EnrichmentWatch } from './enrichment-watch.ts';
import { FileFetch } from './file-fetch.ts';
import type { FileReaders } from './file-readers.ts';
import { Lanes } from './lanes.ts';
import { readFile, type Treatment } from './read-file.ts';

/** How a source is collected in a test. */
export interface CollectingOptions {
  readonly bucket: TestBucket;
  readonly now: () => number;
  /** Default the beginning of 2021. */
  readonly start?: number;
  readonly prefix?: string;
  readonly rules?: RoutingRules;
  readonly random?: () => number;
  readonly maxLogBytes?: number;
  readonly maxTroubles?: number;
}

const SOURCE = '1247a17f-4d16-4c3f-9002-448752ca8029';

/** Reads files in this thread. */
export function readHere(rules: RoutingRules = { criteria: [], catchAll: 'default' }): FileReaders {
  const treatment: Treatment = {
    route: compileRoute(rules),
    enrich: () => new Map(),
    needsAll: rules.criteria.length > 0,
  };
  const memory = new BlockMemory(4);
  return {
    prepare: () => undefined,
    read: (order) => readFile({ ...order, body: Buffer.from(order.body) }, treatment, memory),
    reuse: ({ blocks }) => memory.add(blocks.map(({ block }) => block.buffer as ArrayBuffer)),
    enrichment: new EnrichmentWatch(),
    close: async () => undefined,
  };
}

/** One source at work in a folder of its own, a round whenever the test says so. */
export class Collecting {
  readonly folder = mkdtempSync(join(tmpdir(), 'opentrail-collect-'));
  readonly #options: CollectingOptions;
  store: CollectedStore;
  walk: Walk;
  fetch: FileFetch;

  private constructor(options: CollectingOptions) {
    this.#options = options;
    ({ store: this.store, walk: this.walk, fetch: this.fetch } = this.#open());
  }

  static async open(options: CollectingOptions): Promise<Collecting> {
    const collecting = new Collecting(options);
    await collecting.store.book.enroll(SOURCE);
    return collecting;
  }

  get counts() {
    return this.store.counts(SOURCE);
  }

  get troubles() {
    return [...this.store.book.troubles(SOURCE)];
  }

  /** Everything that can be due. */
  async round(): Promise<void> {
    await this.fetch.retryDue(this.#start);
    await this.walk.fresh(true);
    await this.walk.back(true);
  }

  /** What is due by the clock. */
  async tick(): Promise<void> {
    await this.fetch.retryDue(this.#start);
    await this.walk.fresh(false);
    await this.walk.back(false);
  }

  async records(): Promise<readonly CollectedRecord[]> {
    const records: CollectedRecord[] = [];
    for (let at = this.store.tail(); at < this.store.head(); ) {
      const range = await this.store.read(at, { maxBytes: 4 << 20 });
      records.push(...range.records);
      at = range.next;
    }
    return records;
  }

  /** As after a restart. */
  async reopen(): Promise<void> {
    await this.store.close();
    ({ store: this.store, walk: this.walk, fetch: this.fetch } = this.#open());
  }

  async dispose(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #start(): number {
    return this.#options.start ?? Date.UTC(2021);
  }

  #open() {
    const { bucket, now, random = Math.random, maxLogBytes = 1 << 30, rules, prefix = '' } = this.#options;
    const { maxTroubles = 10_000 } = this.#options;
    const store = openCollectedStore({ path: this.folder, now, maxBytes: maxLogBytes, maxTroubles });
    const signal = new AbortController().signal;
    const { reader } = bucket;
    const fetch = new FileFetch({
      sourceId: SOURCE,
      bucket: 'trail-logs',
      reader,
      store,
      readers: readHere(rules),
      lanes: new Lanes(16, 24 << 20),
      read: { charset: 'utf-8', maxBytes: 64 << 20, maxRatio: 300 },
      maxFileBytes: 16 << 20,
      treatment: () => ({ version: 1, rules: rules ?? { criteria: [], catchAll: 'default' }, steps: [] }),
      now,
      random,
      signal,
      firstBackOff: 1,
      onRetry: () => undefined,
      onDone: () => undefined,
    });
    const name = `walk/${SOURCE}/`;
    const walk = new Walk(
      {
        list: (request) => reader.list(request),
        take: (files, lane, from) => fetch.take(files, lane, from),
        memory: {
          get: (key) => store.get(name + key),
          put: (key, value) => store.put(name + key, value),
          note: (key, value) => store.note(name + key, value),
          remove: (key) => store.remove(name + key),
          *entries<T>(start: string) {
            for (const [key, value] of store.entries<T>(name + start)) {
              yield [key.slice(name.length), value] as const;
            }
          },
        },
        now,
        signal,
        countForeign: () => undefined,
      },
      { prefix, start: this.#start },
    );
    return { store, walk, fetch };
  }
}
