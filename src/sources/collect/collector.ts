import { readEnrichmentSteps } from '../enrich/index.ts';
import { type BucketReader, type FoundFile, readCloudTrailKey } from '../fetch/index.ts';
import {
  CHARSETS,
  type CollectorControl,
  type CollectorStatus,
  type LogSource,
  type Policies,
  routingRulesOf,
  type Sources,
} from '../index.ts';
import type { CollectedStore } from './collected-store.ts';
import type { FileOutcome, Trouble } from './file-book.ts';
import type { FileReaders } from './file-readers.ts';
import { Lanes } from './lanes.ts';
import { SourceRunner } from './source-runner.ts';
import type { SourceTreatment } from './thread-messages.ts';

/** What a file may be. */
export interface CollectorLimits {
  /** Bytes of a file in its bucket. */
  readonly maxFileBytes: number;
  /** Bytes of its text. */
  readonly maxTextBytes: number;
  /** Bytes of text for each byte of file. */
  readonly maxRatio: number;
  /** Files under way at once, of all sources. */
  readonly parallel: number;
  /** Bytes of files under way at once. */
  readonly maxBytesUnderWay: number;
  /** Milliseconds of the first wait after a failed request. */
  readonly firstBackOff: number;
}

/** AWS writes log files of at most 50 MB of text. */
export const COLLECTOR_LIMITS: CollectorLimits = Object.freeze({
  maxFileBytes: 64 << 20,
  maxTextBytes: 256 << 20,
  maxRatio: 300,
  parallel: 16,
  maxBytesUnderWay: 24 << 20,
  firstBackOff: 200,
});

/** What the collector is made of; all of it is closed by whoever made it. */
export interface CollectorDependencies {
  readonly sources: Pick<Sources, 'list' | 'get' | 'onChange'>;
  readonly policies: Pick<Policies, 'find' | 'onChange'>;
  readonly store: CollectedStore;
  readonly readers: FileReaders;
  /** The way to a source's bucket; nothing is sent yet. */
  readonly connect: (source: LogSource) => Promise<BucketReader>;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
  readonly limits?: Partial<CollectorLimits>;
}

/** Every log source at work. */
export interface Collector extends CollectorControl {
  /** Fetches files of which a notification told; resolves when they are dealt with. */
  take(sourceId: string, files: readonly FoundFile[]): Promise<void>;
  outcome(sourceId: string, bucket: string, key: string): FileOutcome | undefined;
  /** Failed requests that were repeated, by source and kind; since start. */
  readonly retries: ReadonlyMap<string, ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Starts a runner for every source that is not paused, and follows changes of sources and policies. */
export function startCollector(dependencies: CollectorDependencies): Collector {
  const { sources, policies, store, readers, connect, now, random, log } = dependencies;
  const limits = { ...COLLECTOR_LIMITS, ...dependencies.limits };
  const lanes = new Lanes(limits.parallel, limits.maxBytesUnderWay);
  const runners = new Map<string, SourceRunner>();
  const retries = new Map<string, Map<string, number>>();
  /** Grows with each change of a policy: what was compiled before is compiled anew. */
  let version = 1;
  /** Changes of one source follow one another. */
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  function makeRunner(source: LogSource): SourceRunner {
    const treatment = cached(
      () => version,
      () => treatmentOf(source),
    );
    const count = new Map<string, number>();
    retries.set(source.id, count);
    return new SourceRunner({
      source,
      connect: () => connect(source),
      store,
      readers,
      lanes,
      read: {
        charset: CHARSETS.get(source.fetch.charset) ?? source.fetch.charset,
        maxBytes: limits.maxTextBytes,
        maxRatio: limits.maxRatio,
      },
      maxFileBytes: limits.maxFileBytes,
      firstBackOff: limits.firstBackOff,
      treatment,
      now,
      random,
      countRetry: (kind) => void count.set(kind, (count.get(kind) ?? 0) + 1),
      countForeign: () => void count.set('foreign folder', (count.get('foreign folder') ?? 0) + 1),
      log,
    });
  }

  function treatmentOf(source: LogSource): SourceTreatment {
    const rules = routingRulesOf(source, (name) => policies.find('routing', name));
    if (!rules) throw new Error(`the routing policy of log source ${source.name} is not there`);
    const { enrichmentPolicy } = source;
    const policy = enrichmentPolicy === undefined ? undefined : policies.find('enrichment', enrichmentPolicy);
    const steps = policy && readEnrichmentSteps(policy.policy.steps);
    return { version, rules, steps: steps?.kind === 'read' ? steps.policy : [] };
  }

  async function apply(id: string, source: LogSource | undefined): Promise<void> {
    await runners.get(id)?.stop();
    runners.delete(id);
    version++;
    if (!source) {
      retries.delete(id);
      await store.forgetSource(id);
      return;
    }
    if (closed) return;
    await store.book.enroll(id);
    const runner = makeRunner(source);
    runners.set(id, runner);
    if (source.paused) return;
    readers.prepare();
    runner.start();
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    turn = turn.then(work).catch((error: unknown) => {
      log('a change of a log source could not be followed', { reason: String(error) });
    });
    return turn;
  }

  const unhear = [
    sources.onChange((id, source) => void inTurn(() => apply(id, source))),
    policies.onChange(() => {
      version++;
    }),
  ];
  for (const source of sources.list()) void inTurn(() => apply(source.id, source));

  async function runnerOf(id: string): Promise<SourceRunner> {
    await turn;
    const runner = runners.get(id);
    if (!runner) throw new Error(`the collector knows no log source ${id}`);
    return runner;
  }

  return {
    async status(id): Promise<CollectorStatus> {
      return (await runnerOf(id)).status();
    },
    async run(id) {
      (await runnerOf(id)).run();
    },
    async pause(id) {
      // `paused` was stored before, and the change has been heard.
      await runnerOf(id);
    },
    async backFill(id, from, to) {
      await (await runnerOf(id)).backFill(from, to);
    },
    async take(sourceId, files) {
      await (await runnerOf(sourceId)).take(files);
    },
    outcome(sourceId, bucket, key) {
      if (!runners.has(sourceId)) return undefined;
      const day = Math.max(0, readCloudTrailKey(key)?.day ?? 0);
      return store.book.state({ sourceId, bucket, key, day, etag: '', size: -1 })?.outcome;
    },
    quarantine(sourceId, limit) {
      const found = [...store.book.troubles(sourceId, limit + 1)];
      const { unlisted, forgotten } = store.counts(sourceId);
      return { files: found.slice(0, limit).map(shown), more: found.length > limit, unlisted, forgotten };
    },
    async forget(sourceId, keys) {
      await runnerOf(sourceId);
      const wanted = keys && new Set(keys);
      return await store.forgetTroubles(sourceId, ({ key, kind }) => {
        return kind === 'quarantine' && (wanted?.has(key) ?? true);
      });
    },
    async retry(sourceId, keys) {
      const runner = await runnerOf(sourceId);
      const wanted = keys && new Set(keys);
      const found = [...store.book.troubles(sourceId)].filter(({ key }) => wanted?.has(key) ?? true);
      await Promise.all(
        found.map((trouble) => store.book.setTrouble({ ...trouble, kind: 'retry', nextAt: 0 })),
      );
      runner.wake();
      return found.length;
    },
    retries,
    async close() {
      closed = true;
      for (const stop of unhear) stop();
      await turn;
      await Promise.all([...runners.values()].map((runner) => runner.stop()));
    },
  };
}

function shown({ bucket, key, kind, reason, message, since, attempts, records, nextAt }: Trouble) {
  const file = { bucket, key, kind, reason, message, since, attempts, records };
  return nextAt === undefined ? file : { ...file, nextAt };
}

/** Computes again only when the version has changed. */
function cached<T>(versionOf: () => number, compute: () => T): () => T {
  let known: { readonly version: number; readonly value: T } | undefined;
  return () => {
    if (known?.version !== versionOf()) known = { version: versionOf(), value: compute() };
    return known.value;
  };
}
