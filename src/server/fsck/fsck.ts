import { access } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import type { DeliveryState } from '../../delivery/index.ts';
import type { DigestKeyRecord } from '../../digest/index.ts';
import { type Journal, openLmdbJournal } from '../../journal/index.ts';
import { type InspectedObjects, inspectFsObjects } from '../../objects/index.ts';
import { inspectLmdbState } from '../../state/index.ts';
import type { Trail } from '../../trails/index.ts';
import { openDataDir } from '../data-dir.ts';
import { DataDirError } from '../data-dir-error.ts';
import { openStoreAt } from '../open-store.ts';
import { checkChains } from './check-chains.ts';
import { checkDelivery } from './check-deliveries.ts';
import { checkHistory } from './check-history.ts';
import { checkCursor, checkJournal } from './check-journal.ts';
import { checkObjects } from './check-objects.ts';
import { checkState } from './check-state.ts';
import type { FsckFinding } from './finding.ts';

const WEEK = 7 * 86_400_000;

/** What to check, and how thoroughly. */
export interface FsckOptions {
  readonly path: string;
  /** Reads every byte of every object, every digest and every event; default: a week of digests, a sample of events. */
  readonly deep?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where the event history is, if not in the directory. */
  readonly clickhouseUrl?: string | undefined;
}

/** What was looked at, and what does not agree. */
export interface FsckReport {
  readonly findings: readonly FsckFinding[];
  readonly looked: {
    readonly stateKeys: number;
    readonly journalEvents: number;
    readonly objects: number;
    readonly pendingFiles: number;
    readonly digests: number;
    readonly historyEvents: number;
  };
}

/**
 * Reads a data directory that no server uses and proves that its rooms agree. Changes nothing but what opening does
 * (locks, the event store's own merges).
 * @throws DataDirError when there is none, or a server runs on it.
 */
export async function fsck({ path, deep = false, now, clickhouseUrl }: FsckOptions): Promise<FsckReport> {
  await access(join(path, 'format.json')).catch(() => {
    throw new DataDirError(`${path} is not the data directory of an opentrail`);
  });
  const dir = await openDataDir(path);
  const findings: FsckFinding[] = [];
  const tell = (finding: FsckFinding) => void findings.push(finding);
  const looked = {
    stateKeys: 0,
    journalEvents: 0,
    objects: 0,
    pendingFiles: 0,
    digests: 0,
    historyEvents: 0,
  };
  const open: { close(): Promise<void> }[] = [];
  try {
    const values = await inspectLmdbState(dir.state);
    looked.stateKeys = values.length;
    checkState(values, tell);
    const valuesOf = <T>(prefix: string) =>
      values.flatMap(({ key, value }) =>
        value !== undefined && key.startsWith(prefix) ? [{ key, value: value as T }] : [],
      );

    const objects: InspectedObjects = inspectFsObjects(dir.objects);
    open.push(objects);
    await checkObjects(objects, deep, tell);
    looked.objects = objects.seen;

    const journal = await openJournal(dir.journal, now, tell);
    if (journal) {
      open.push(journal);
      looked.journalEvents = await checkJournal(journal, deep, tell);
      const trails = new Map(
        [...valuesOf<Trail>('trails/'), ...valuesOf<Trail>('ended-trails/')].map(({ value }) => [
          value.uid,
          value,
        ]),
      );
      const keys = valuesOf<DigestKeyRecord>('digest-key/').map(({ value }) => value);
      for (const { key, value } of valuesOf<DeliveryState>('delivery/trail/')) {
        if (value.cursor === undefined) continue;
        const uid = key.slice('delivery/trail/'.length);
        const trail = trails.get(uid) ?? value.retired;
        looked.pendingFiles += await checkDelivery(trail?.name ?? uid, value, { journal, objects }, tell);
        const range = { since: deep ? 0 : now - WEEK, now };
        if (trail) looked.digests += await checkChains(trail, value, { objects, keys }, range, tell);
      }
      for (const { value } of valuesOf<{ cursor?: { seq: number; bytes: number } }>('delivery/history')) {
        if (!value.cursor) continue;
        await checkCursor(journal, 'the event history', value.cursor, tell);
        const opened = await openStoreAt(dir, pino({ level: 'silent' }), clickhouseUrl);
        open.push(opened);
        const { store } = opened;
        const upTo = Math.min(value.cursor.seq, journal.head().seq);
        looked.historyEvents = await checkHistory({ journal, store }, upTo, { deep, now }, tell);
      }
    }
    return { findings, looked };
  } finally {
    for (const room of open.reverse()) await room.close();
    await dir.release();
  }
}

async function openJournal(
  path: string,
  now: number,
  tell: (finding: FsckFinding) => void,
): Promise<Journal | undefined> {
  try {
    return openLmdbJournal({ path, now: () => now });
  } catch (error) {
    tell({
      area: 'journal',
      code: 'journal-unreadable',
      severity: 'error',
      message: `the journal cannot be opened: ${(error as Error).message}`,
      repair: 'restore journal/ from a backup (opentrail restore)',
    });
    return undefined;
  }
}
