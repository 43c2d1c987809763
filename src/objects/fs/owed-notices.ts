import type { Database, RootDatabase } from 'lmdb';
import type { Bucket } from '../embedded-objects.ts';
import {
  asksFor,
  NO_ORIGIN,
  type NoticeKey,
  type NoticeOrigin,
  type NoticeTarget,
  type ObjectHappening,
  type OwedNotice,
  type OwedNotices,
} from '../notices.ts';

/** Notices that are kept; a target that takes none must not fill the disk. */
const MOST_OWED = 200_000;

/** Something that happened to an object. */
export interface Happening {
  readonly happening: ObjectHappening;
  readonly key: string;
  readonly at: number;
  readonly size?: number;
  readonly etag?: string;
  readonly origin?: NoticeOrigin;
}

/**
 * The notices owed to targets, in the index of the objects: what happens to an object and what is owed for it become
 * durable in one transaction, so that no crash comes between.
 */
export class FsOwedNotices implements OwedNotices {
  readonly #owed: Database<OwedNotice, [lane: string, number: number]>;
  readonly #counters: Database<number, string>;
  readonly #listeners: (() => void)[] = [];
  #isFresh = false;
  #refused = 0;

  constructor(root: RootDatabase) {
    this.#owed = root.openDB({ name: 'owed-notices', encoding: 'json' });
    this.#counters = root.openDB({ name: 'notice-counters', encoding: 'json' });
  }

  /** Inside a transaction: writes down what the bucket's rules ask for. */
  owe(bucket: Bucket, { happening, key, at, size, etag, origin = NO_ORIGIN }: Happening): void {
    const { notices } = bucket.config;
    if (!notices) return;
    const targets: { target: NoticeTarget; configurationId?: string }[] = notices.rules
      .filter((rule) => asksFor(rule, happening, key))
      .map(({ id, kind, arn }) => ({ target: { kind, arn }, configurationId: id }));
    if (notices.eventBus) {
      const arn = `arn:aws:events:${bucket.region}:${bucket.account}:event-bus/default`;
      targets.push({ target: { kind: 'event-bus', arn } });
    }
    if (targets.length === 0) return;
    const owed = this.size;
    if (owed + targets.length > MOST_OWED) {
      this.#refused++;
      return;
    }
    const sequence = (this.#counters.get('sequence') ?? 0) + 1;
    void this.#counters.put('sequence', sequence);
    void this.#counters.put('owed', owed + targets.length);
    let number = this.#counters.get('number') ?? 0;
    for (const { target, configurationId } of targets) {
      number++;
      void this.#owed.put([laneOf(target), number], {
        target,
        ...(configurationId !== undefined && { configurationId }),
        sequence,
        happening,
        bucket: bucket.name,
        account: bucket.account,
        region: bucket.region,
        key,
        at,
        ...(size !== undefined && { size }),
        ...(etag !== undefined && { etag }),
        origin,
      });
    }
    void this.#counters.put('number', number);
    this.#isFresh = true;
  }

  /** After each transaction: tells the listeners if something became owed. */
  announce(): void {
    if (!this.#isFresh) return;
    this.#isFresh = false;
    for (const listener of this.#listeners) listener();
  }

  /** For a check: what the counters say, and what there is. */
  *problems(): Generator<string> {
    let rows = 0;
    let highest = 0;
    for (const [, number] of this.#owed.getKeys({})) {
      rows++;
      highest = Math.max(highest, number);
    }
    if (rows !== this.size) yield `${this.size} notices are said to be owed, and ${rows} are`;
    const last = this.#counters.get('number') ?? 0;
    if (highest > last) yield `the counter of notices stands at ${last}, and ${highest} is in use`;
  }

  get size(): number {
    return this.#counters.get('owed') ?? 0;
  }

  get refused(): number {
    return this.#refused;
  }

  onOwed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  lanes(): string[] {
    const lanes: string[] = [];
    for (;;) {
      const start: [string, number] = lanes.length === 0 ? ['', 0] : [lanes.at(-1)!, Number.MAX_SAFE_INTEGER];
      const [key] = [...this.#owed.getKeys({ start, limit: 1 })];
      if (!key) return lanes;
      lanes.push(key[0]);
    }
  }

  next(lane: string, limit: number): { key: NoticeKey; item: OwedNotice }[] {
    const range = this.#owed.getRange({ start: [lane, 0], end: [lane, Number.MAX_SAFE_INTEGER], limit });
    return [...range].map(({ key, value }) => ({ key, item: value }));
  }

  async drop(keys: readonly NoticeKey[]): Promise<void> {
    await this.#owed.transaction(() => {
      let dropped = 0;
      for (const [lane, number] of keys) {
        if (!this.#owed.doesExist([lane, number])) continue;
        void this.#owed.remove([lane, number]);
        dropped++;
      }
      void this.#counters.put('owed', Math.max(0, this.size - dropped));
    });
  }
}

function laneOf({ kind, arn }: NoticeTarget): string {
  return `${kind} ${arn}`;
}
