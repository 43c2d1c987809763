import { createHash } from 'node:crypto';
import type { OwedLanes } from '../../carrier/index.ts';
import { nextNumber } from '../../lmdb/index.ts';
import type { LogsEnvironment } from '../store/environment.ts';
import type { OwedLogBatch } from './subscription.ts';

/** Of a lane's name and the batch's number. */
export type OwedBatchKey = [lane: string, number: number];

/** Bytes of text that may be owed to all destinations together. */
const MAX_BYTES = 512 << 20;

/** What destinations of subscriptions are owed, in the environment of the logs: written with the events themselves. */
export class OwedBatches implements OwedLanes<OwedBatchKey, OwedLogBatch> {
  readonly #env: LogsEnvironment;
  readonly #listeners: (() => void)[] = [];

  constructor(env: LogsEnvironment) {
    this.#env = env;
  }

  /** Is so much owed that no more is taken? */
  get isFull(): boolean {
    return this.bytes >= MAX_BYTES;
  }

  get bytes(): number {
    return this.#env.root.get('owed-bytes') ?? 0;
  }

  /** Inside a transaction: a lane for each filter of each group, in order of appending. */
  add(batch: OwedLogBatch): void {
    const { root, owedBatches } = this.#env;
    const number = nextNumber(root, 'owed-batch');
    void root.put('owed-bytes', this.bytes + sizeOfBatch(batch));
    const lane = [batch.account, batch.region, batch.group, shortened(batch.filter)].join(' ');
    void owedBatches.put([lane, number], batch);
  }

  /** After the transaction. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  onOwed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  lanes(): string[] {
    const lanes: string[] = [];
    for (;;) {
      const start: OwedBatchKey = lanes.length === 0 ? ['', 0] : [lanes.at(-1)!, Number.MAX_SAFE_INTEGER];
      const [key] = [...this.#env.owedBatches.getKeys({ start, limit: 1 })];
      if (!key) return lanes;
      lanes.push(key[0]);
    }
  }

  next(lane: string, limit: number): { key: OwedBatchKey; item: OwedLogBatch }[] {
    const range = this.#env.owedBatches.getRange({
      start: [lane, 0],
      end: [lane, Number.MAX_SAFE_INTEGER],
      // Each may hold a quarter of a megabyte.
      limit: Math.min(limit, 8),
    });
    return [...range].map(({ key, value }) => ({ key, item: value }));
  }

  async drop(keys: readonly OwedBatchKey[]): Promise<void> {
    const { root, owedBatches } = this.#env;
    await root.transaction(() => {
      let bytes = 0;
      for (const key of keys) {
        const batch = owedBatches.get(key);
        if (!batch) continue;
        bytes += sizeOfBatch(batch);
        void owedBatches.remove(key);
      }
      void root.put('owed-bytes', Math.max(0, this.bytes - bytes));
    });
  }
}

/** A filter's name may be longer than a key of LMDB. */
function shortened(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

/** Bytes that a batch is counted with. */
export function sizeOfBatch({ events }: OwedLogBatch): number {
  return events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 64, 0);
}
