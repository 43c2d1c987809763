import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import type { AcceptedEvent } from '../../event/index.ts';
import { openEnvironment } from '../../lmdb/index.ts';
import type { AppendOutcome, Journal, JournalEvent, JournalPosition } from '../journal.ts';
import { decodeBatch, encodeBatch } from './batch-codec.ts';
import { KEY_WORDS, writeIdKey } from './id-key.ts';
import { IdTable } from './id-table.ts';
import { openSeenIds } from './seen-ids.ts';

/**
 * A stored batch holds at most this many bytes of records: large values need as large a run of free pages, and a
 * reader decodes a batch whole.
 */
const BATCH_BYTES = 1 << 20;

/** One commit takes at most this much, so that a burst does not make the first caller wait for the last one's bytes. */
const COMMIT_BYTES = 8 << 20;

interface Waiting {
  readonly events: readonly AcceptedEvent[];
  readonly resolve: (outcomes: readonly AppendOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The journal cannot write any more; only a restart, which recovers from what is on disk, makes it whole. */
export class JournalBroken extends Error {
  constructor(cause: unknown) {
    super('journal: a write failed; restart to recover from what is on disk', { cause });
    this.name = 'JournalBroken';
  }
}

/**
 * Opens (and makes) the embedded journal in `path`, a folder of its own.
 *
 * One commit is under way at a time; what arrives meanwhile waits and goes into the next one together (group commit),
 * so that the cost of a sync is shared under load. `onBroken` is called once when a write fails: after a failed sync
 * nobody knows what the disk holds, so the process should stop.
 */
export function openLmdbJournal(options: {
  readonly path: string;
  readonly now: () => number;
  readonly onBroken?: (error: JournalBroken) => void;
}): Journal {
  const { path, now } = options;
  const env: RootDatabase<Buffer, number> = openEnvironment(path, { encoding: 'binary' });
  const batches = env.openDB<Buffer, number>({ name: 'batches', encoding: 'binary' });
  const seen = openSeenIds(join(path, 'seen'), now());

  const key = new Uint32Array(KEY_WORDS);

  let head = readHead();
  let tail = readTail();
  for (const { events, acceptedAt } of batchesFrom(Math.max(seen.upTo, tail.seq))) {
    // The disk does not know these yet; nor need it know those of before yesterday.
    if (acceptedAt < now() - 2 * 86_400_000) continue;
    const ids = new IdTable(events.length);
    for (const { account, eventId } of events) {
      writeIdKey(account, eventId, key, 0);
      ids.add(key, 0);
    }
    seen.addAll(ids, acceptedAt);
  }
  const waiting: Waiting[] = [];
  let committing: Promise<void> | undefined;
  let broken: JournalBroken | undefined;
  const listeners = new Set<() => void>();

  function readHead(): JournalPosition {
    for (const { key, value } of batches.getRange({ reverse: true, limit: 1 })) {
      const batch = decodeBatch(key, value);
      const bytes = batch.events.reduce((sum, event) => sum + event.raw.length, batch.bytesBefore);
      return { seq: key + batch.events.length, bytes };
    }
    // An empty journal may have been trimmed: numbers are never used twice.
    const kept = env.get(0);
    return kept ? (JSON.parse(kept.toString()) as JournalPosition) : { seq: 0, bytes: 0 };
  }

  function readTail(): JournalPosition {
    for (const { key, value } of batches.getRange({ limit: 1 })) {
      return { seq: key, bytes: decodeBatch(key, value).bytesBefore };
    }
    return head;
  }

  /** After a failed write nobody knows what the disk holds: nothing more is taken. */
  function stop(error: unknown): JournalBroken {
    if (!broken) {
      broken = new JournalBroken(error);
      options.onBroken?.(broken);
    }
    return broken;
  }

  async function commitAll(): Promise<void> {
    while (waiting.length > 0 && !broken) {
      const group = takeGroup();
      try {
        await commit(group);
      } catch (error) {
        for (const { reject } of [...group, ...waiting.splice(0)]) reject(stop(error));
      }
    }
    committing = undefined;
  }

  function takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (; count < waiting.length && bytes < COMMIT_BYTES; count++) {
      for (const event of waiting[count]!.events) bytes += event.raw.length;
    }
    return waiting.splice(0, count);
  }

  /** Writes the group's new events and their ids in one transaction, then answers its callers. */
  async function commit(group: readonly Waiting[]): Promise<void> {
    const acceptedAt = now();
    const fresh: AcceptedEvent[] = [];
    const ids = new IdTable(64);
    const outcomes = group.map(({ events }) =>
      events.map((event): AppendOutcome => {
        writeIdKey(event.account, event.eventId, key, 0);
        if (ids.has(key, 0) || seen.has(key, 0)) return 'duplicate';
        ids.add(key, 0);
        fresh.push(event);
        return 'accepted';
      }),
    );
    if (fresh.length > 0) {
      let next = head;
      await env.batch(() => {
        for (const batch of cutBatches(fresh)) {
          void batches.put(next.seq, encodeBatch(batch, acceptedAt, next.bytes));
          next = {
            seq: next.seq + batch.length,
            bytes: batch.reduce((sum, event) => sum + event.raw.length, next.bytes),
          };
        }
      });
      await env.flushed;
      head = next;
      // Not before the sync: an id that outlives its event in a crash would turn the sender's repeat away.
      seen.addAll(ids, acceptedAt);
      seen.spill(head.seq, acceptedAt).catch(stop);
    }
    group.forEach(({ resolve }, index) => void resolve(outcomes[index]!));
    if (fresh.length > 0) for (const listener of listeners) listener();
  }

  return {
    append(events) {
      if (broken) return Promise.reject(broken);
      return new Promise((resolve, reject) => {
        waiting.push({ events, resolve, reject });
        committing ??= Promise.resolve().then(commitAll);
      });
    },
    head: () => head,
    tail: () => tail,
    async read(from, { maxBytes, to = head.seq, withFields = false }) {
      const first = Math.max(from, tail.seq);
      const end = Math.min(to, head.seq);
      if (first >= end) return { from: head, next: head, events: [] };
      const events: JournalEvent[] = [];
      let start: JournalPosition | undefined;
      let next = head;
      for (const batch of batchesFrom(first, withFields)) {
        let bytes = batch.bytesBefore;
        for (const event of batch.events) {
          if (event.seq >= first) {
            start ??= { seq: event.seq, bytes };
            next = { seq: event.seq, bytes };
            if (event.seq >= end || bytes - start.bytes >= maxBytes) return { from: start, next, events };
            events.push(event);
          }
          bytes += event.raw.length;
          next = { seq: event.seq + 1, bytes };
        }
      }
      return { from: start ?? head, next, events };
    },
    async trim(before) {
      await seen.spill(head.seq, now(), before > seen.upTo);
      await seen.forget(now());
      const end = Math.min(before, seen.upTo);
      // Up to the head: what stands beyond it is on its way to the disk, and nobody has read it.
      const last = [
        ...batches.getKeys({ start: tail.seq, end: Math.min(end + 1, head.seq), limit: 100_000 }),
      ];
      // A batch ends where the next one begins; the one that reaches `end` or beyond stays.
      const gone = last.filter((_key, index) => (last[index + 1] ?? Number.POSITIVE_INFINITY) <= end);
      if (head.seq <= end && last.length > 0) gone.push(last[last.length - 1]!);
      if (gone.length === 0) return;
      await env.batch(() => {
        void env.put(0, Buffer.from(JSON.stringify(head)));
        for (const key of gone) void batches.remove(key);
      });
      tail = readTail();
    },
    async size() {
      const { pageSize, lastPageNumber } = env.getStats() as { pageSize: number; lastPageNumber: number };
      return pageSize * (lastPageNumber + 1);
    },
    onAppend(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await committing;
      await seen.close();
      await env.close();
    },
  };

  function* batchesFrom(seq: number, withFields = false) {
    // The batch that holds `seq` begins at or before it.
    const [first = 0] = batches.getKeys({ reverse: true, start: seq, limit: 1 });
    for (const { key, value } of batches.getRange({ start: first })) {
      yield decodeBatch(key, value, withFields);
    }
  }
}

function* cutBatches(events: readonly AcceptedEvent[]): Generator<readonly AcceptedEvent[]> {
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < events.length; at++) {
    const length = events[at]!.raw.length;
    if (at > start && bytes + length > BATCH_BYTES) {
      yield events.slice(start, at);
      start = at;
      bytes = 0;
    }
    bytes += length;
  }
  if (start < events.length) yield events.slice(start);
}
