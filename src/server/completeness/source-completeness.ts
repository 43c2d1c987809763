import type { ChainName, PublicKey } from '../../digest/verify/index.ts';
import {
  assessCompleteness,
  type ChainMemory,
  type CollectedFiles,
  type CompletenessReport,
  createParallelInspector,
  type KnownDigest,
  nameOf,
} from '../../sources/completeness/index.ts';
import type { SourceConnect } from '../../sources/connect/index.ts';
import type { LogSource, Sources } from '../../sources/index.ts';
import { type State, updateState } from '../../state/index.ts';
import { openAccountEvidence } from './account-evidence.ts';
import { createEvidenceReader } from './evidence-reader.ts';

/** What is asked of a source; times in milliseconds. */
export interface CompletenessOrder {
  readonly from: number;
  readonly to: number;
  /** Instead of those that the account gives. */
  readonly pinnedKeys?: readonly PublicKey[];
}

/** Checks how complete sources are. */
export interface SourceCompleteness {
  /** One check of a source at a time; another one waits for it. @throws Error for people when bucket or keys cannot be read */
  check(source: LogSource, order: CompletenessOrder): Promise<CompletenessReport>;
  /** The newest report of each source, by its id. */
  readonly latest: ReadonlyMap<string, CompletenessReport>;
  /** Lets go of a source that is gone. */
  forget(sourceId: string): Promise<void>;
}

/** What the checks work with. */
export interface CompletenessRooms {
  readonly sources: Sources;
  readonly connect: SourceConnect;
  readonly state: State;
  readonly now: () => number;
  /** What the collector has read of a source; undefined while it does not run: then nothing is in. */
  readonly collectedOf: (sourceId: string) => CollectedFiles | undefined;
  /** Told of each report that says that something is missing, changed or put in. */
  readonly onIncomplete: (source: LogSource, report: CompletenessReport) => Promise<void>;
}

interface Remembered {
  readonly chains: readonly { readonly chain: ChainName; readonly newest?: KnownDigest }[];
}

/** A source has chains by account, Region and trail. */
const MAX_REMEMBERED = 5_000;

/** Opens nothing: a client is made for each check. */
export function createSourceCompleteness(rooms: CompletenessRooms): SourceCompleteness {
  const latest = new Map<string, CompletenessReport>();
  const running = new Map<string, Promise<unknown>>();

  async function run(source: LogSource, order: CompletenessOrder): Promise<CompletenessReport> {
    const { to, pinnedKeys } = order;
    // What lies before the source's start is not collected, and not missed.
    const from = Math.min(to, Math.max(order.from, source.connector.startDate));
    const secrets = await rooms.sources.reveal(source);
    const client = rooms.connect.s3(source, secrets);
    const account = openAccountEvidence(source, rooms.connect.shared(source, secrets));
    try {
      const reader = createEvidenceReader(client);
      const report = await assessCompleteness({
        ...{ source: source.name, bucket: source.connector.bucket, prefix: source.connector.prefix },
        ...{ from, to, now: rooms.now(), reader },
        inspector: createParallelInspector(reader),
        keysOf: pinnedKeys
          ? () => ({ keysBetween: async () => pinnedKeys })
          : (chain) => account.keysOf(chain),
        statusOf: (chain) => account.statusOf(chain),
        expected: await account.expected(),
        collected: rooms.collectedOf(source.id) ?? { outcome: () => undefined },
        memory: await openMemory(rooms.state, source.id),
      });
      latest.set(source.id, report);
      if (report.verdict === 'incomplete') await rooms.onIncomplete(source, report);
      return report;
    } finally {
      account.close();
      client.destroy();
    }
  }

  return {
    latest,
    async forget(sourceId) {
      latest.delete(sourceId);
      await updateState<Remembered>(rooms.state, memoryKey(sourceId), () => undefined);
    },
    async check(source, order) {
      const before = running.get(source.id) ?? Promise.resolve();
      const mine = before.catch(() => undefined).then(() => run(source, order));
      running.set(source.id, mine);
      try {
        return await mine;
      } finally {
        if (running.get(source.id) === mine) running.delete(source.id);
      }
    },
  };
}

function memoryKey(sourceId: string): string {
  return `completeness/${sourceId}`;
}

async function openMemory(state: State, sourceId: string): Promise<ChainMemory> {
  const key = memoryKey(sourceId);
  const { chains } = (await state.get<Remembered>(key))?.value ?? { chains: [] };
  return {
    chains: () => chains,
    async remember(chain, newest) {
      await updateState<Remembered>(state, key, (current) => {
        const others = (current?.chains ?? []).filter((known) => nameOf(known.chain) !== nameOf(chain));
        return { chains: [...others, { chain, newest }].slice(-MAX_REMEMBERED) };
      });
    },
  };
}
