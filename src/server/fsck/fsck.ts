import { access } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import type { DeliveryState } from '../../delivery/index.ts';
import type { DigestKeyRecord } from '../../digest/index.ts';
import { type Journal, openLmdbJournal } from '../../journal/index.ts';
import { type InspectedObjects, inspectFsObjects } from '../../objects/index.ts';
import { openRepos } from '../../repos/index.ts';
import { type InspectedValue, inspectLmdbState, openLmdbState } from '../../state/index.ts';
import type { Topic } from '../../topics/index.ts';
import type { Trail } from '../../trails/index.ts';
import { type DataDir, openDataDir } from '../data-dir.ts';
import { DataDirError } from '../data-dir-error.ts';
import { openStoreAt } from '../open-store.ts';
import { checkChains } from './check-chains.ts';
import { checkCursors, checkReaders, type JournalReader } from './check-cursors.ts';
import { checkDelivery } from './check-deliveries.ts';
import { checkEnvironments } from './check-environments.ts';
import { checkHistory } from './check-history.ts';
import { checkCursor, checkJournal } from './check-journal.ts';
import { checkObjects } from './check-objects.ts';
import { checkRepos } from './check-repos.ts';
import { checkState } from './check-state.ts';
import { checkTables } from './check-tables.ts';
import { checkTargets } from './check-targets.ts';
import type { FsckFinding, Tell } from './finding.ts';
import { Findings } from './findings.ts';

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
    readonly logEvents: number;
    readonly metrics: number;
    readonly queuedMessages: number;
    readonly eventRules: number;
    readonly collectedRecords: number;
    readonly repoRecords: number;
  };
}

/**
 * Reads a data directory that no server uses and proves that its rooms agree. Changes nothing but what opening does
 * (locks, the event store's own merges).
 * @throws DataDirError when there is none, or a server runs on it.
 */
export async function fsck(options: FsckOptions): Promise<FsckReport> {
  const { path } = options;
  await access(join(path, 'format.json')).catch(() => {
    throw new DataDirError(`${path} is not the data directory of an opentrail`);
  });
  const dir = await openDataDir(path);
  const findings = new Findings();
  try {
    const looked = await checkAll(dir, options, findings.tell);
    return { findings: findings.all(), looked };
  } finally {
    await dir.release();
  }
}

async function checkAll(
  dir: DataDir,
  { path, deep = false, now, clickhouseUrl }: FsckOptions,
  tell: Tell,
): Promise<FsckReport['looked']> {
  const open: { close(): Promise<void> }[] = [];
  try {
    const damaged = await checkEnvironments(path, tell);
    const values = damaged.has('state') ? [] : await inspectLmdbState(dir.state);
    checkState(values, tell);
    const trails = trailsOf(values);
    const tables = await checkTables(path, damaged, tell);

    let objects: InspectedObjects | undefined;
    if (!damaged.has('objects')) {
      objects = inspectFsObjects(dir.objects);
      open.push(objects);
      await checkObjects(objects, deep, tell);
      const topics = valuesOf<Topic>(values, 'topics/').map(({ value }) => value);
      if (!damaged.has('state'))
        checkTargets(tables, { topics, trails: [...trails.values()] }, objects.buckets(), damaged, tell);
    }

    const counts = { journalEvents: 0, pendingFiles: 0, digests: 0, historyEvents: 0, repoRecords: 0 };
    const journal = damaged.has('journal') ? undefined : await openJournal(dir.journal, now, tell);
    if (journal) {
      open.push(journal);
      counts.journalEvents = await checkJournal(journal, deep, tell);
      const names = new Map([...trails].map(([uid, { name }]) => [uid, name]));
      checkCursors(tables, journal, names, tell);
      checkReaders(readersOf(values, names), journal, tell);
      const keys = valuesOf<DigestKeyRecord>(values, 'digest-key/').map(({ value }) => value);
      for (const { key, value } of valuesOf<DeliveryState>(values, 'delivery/trail/')) {
        if (value.cursor === undefined || !objects) continue;
        const uid = key.slice('delivery/trail/'.length);
        const trail = trails.get(uid) ?? value.retired;
        counts.pendingFiles += await checkDelivery(trail?.name ?? uid, value, { journal, objects }, tell);
        const range = { since: deep ? 0 : now - WEEK, now };
        if (trail) counts.digests += await checkChains(trail, value, { objects, keys }, range, tell);
      }
    }

    const cursor = valuesOf<HistoryCursor>(values, 'delivery/history')[0]?.value.cursor;
    if (journal && cursor) await checkCursor(journal, 'the event history', cursor, tell);
    const { collected } = tables;
    if ((journal && cursor) || collected?.samples.length) {
      const opened = await openStoreAt(dir, pino({ level: 'silent' }), clickhouseUrl);
      open.push(opened);
      if (journal && cursor) {
        const upTo = Math.min(cursor.seq, journal.head().seq);
        const { store } = opened;
        counts.historyEvents = await checkHistory({ journal, store }, upTo, { deep, now }, tell);
      }
      if (collected && !damaged.has('state')) {
        const state = openLmdbState(dir.state);
        const repos = await openRepos({ connection: opened.connect(), state, now: () => now });
        open.push(state, repos);
        counts.repoRecords = await checkRepos(collected, repos, now, tell);
      }
    }
    return {
      ...counts,
      stateKeys: values.length,
      objects: objects?.seen ?? 0,
      logEvents: tables.logs?.events ?? 0,
      metrics: tables.cloudwatch?.metrics ?? 0,
      queuedMessages: tables.queues?.messages ?? 0,
      eventRules: tables['event-bus']?.rules.length ?? 0,
      collectedRecords: tables.collected?.records ?? 0,
    };
  } finally {
    for (const room of open.reverse()) await room.close();
  }
}

interface HistoryCursor {
  readonly cursor?: { readonly seq: number; readonly bytes: number };
}

/** Those that can be read, of keys that begin so. */
function valuesOf<T>(values: readonly InspectedValue[], prefix: string): { key: string; value: T }[] {
  return values.flatMap(({ key, value }) =>
    value !== undefined && key.startsWith(prefix) ? [{ key, value: value as T }] : [],
  );
}

/** Who reads the journal beside the deliveries into buckets, by cursors of their own in the state. */
function readersOf(values: readonly InspectedValue[], trails: ReadonlyMap<string, string>): JournalReader[] {
  const forwards = valuesOf<{ readonly recorded?: number }>(values, 'forward/cursor/').flatMap(
    ({ key, value: { recorded: at } }) =>
      at === undefined ? [] : [{ who: `the forward ${key.slice('forward/cursor/'.length)}`, at }],
  );
  const logGroups = valuesOf<{ readonly cursor?: number }>(values, 'delivery/log-group/').flatMap(
    ({ key, value: { cursor: at } }) => {
      const uid = key.slice('delivery/log-group/'.length);
      return at === undefined ? [] : [{ who: `the log group of ${trails.get(uid) ?? uid}`, at }];
    },
  );
  return [...forwards, ...logGroups];
}

/** By their uid. */
function trailsOf(values: readonly InspectedValue[]): ReadonlyMap<string, Trail> {
  const trails = [...valuesOf<Trail>(values, 'trails/'), ...valuesOf<Trail>(values, 'ended-trails/')];
  return new Map(trails.map(({ value }) => [value.uid, value]));
}

async function openJournal(path: string, now: number, tell: Tell): Promise<Journal | undefined> {
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
