import type { FoundFile } from '../fetch/index.ts';
import type { LogSource, NoticeStatus, Sources } from '../index.ts';
import { chooseFiles } from './choose-files.ts';
import { countIgnored, type NoticeCounts, noCounts } from './notice-counts.ts';
import type { NoticeQueue } from './notice-queue.ts';
import { type ListenerLimits, QueueListener } from './queue-listener.ts';
import { readNoticeJson } from './read-notice.ts';

/** The notices of all sources. */
export interface Notices {
  /** Undefined: the source has no queue, and nobody has sent a notice. */
  status(sourceId: string): NoticeStatus | undefined;
  counts(sourceId: string): NoticeCounts | undefined;
  /**
   * A notice that came by itself, in one of the forms of `readNotice`. Resolves when its files are dealt with, durably;
   * answers how many there are, or why it is none. @throws Error while they cannot be fetched
   */
  tell(source: LogSource, notice: unknown): Promise<{ readonly files: number } | { readonly why: string }>;
  close(): Promise<void>;
}

/** Listens to the queue of every source that names one and is not paused, and follows their changes. */
export function startNotices(house: {
  readonly sources: Pick<Sources, 'list' | 'onChange'>;
  readonly connect: (source: LogSource, queueUrl: string) => Promise<NoticeQueue>;
  readonly take: (sourceId: string, files: readonly FoundFile[]) => Promise<void>;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
  readonly limits?: Partial<ListenerLimits>;
}): Notices {
  const { sources, connect, take, now, random, log, limits } = house;
  const listeners = new Map<string, QueueListener>();
  const counted = new Map<string, NoticeCounts>();
  /** Changes of sources follow one another. */
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  function countsOf(id: string): NoticeCounts {
    const counts = counted.get(id) ?? noCounts();
    counted.set(id, counts);
    return counts;
  }

  async function apply(id: string, source: LogSource | undefined): Promise<void> {
    await listeners.get(id)?.stop();
    listeners.delete(id);
    if (!source) counted.delete(id);
    const queueUrl = source?.connector.queueUrl;
    if (closed || !source || source.paused || queueUrl === undefined) return;
    listeners.set(
      id,
      new QueueListener({
        source,
        connect: () => connect(source, queueUrl),
        take: (files) => take(id, files),
        counts: countsOf(id),
        now,
        random,
        log,
        ...(limits && { limits }),
      }),
    );
  }

  function follow(id: string, source: LogSource | undefined): void {
    turn = turn
      .then(() => apply(id, source))
      .catch((error: unknown) =>
        log('a change of a log source could not be followed', { reason: String(error) }),
      );
  }

  const unhear = sources.onChange(follow);
  for (const source of sources.list()) follow(source.id, source);

  return {
    status(sourceId) {
      const counts = counted.get(sourceId);
      if (!counts) return undefined;
      const { messages, files, ignored, failures, lastMessageAt, lastError } = counts;
      return {
        isListening: listeners.has(sourceId) && lastError === undefined,
        messages,
        files,
        ignored: Object.fromEntries(ignored),
        failures,
        ...(lastMessageAt !== undefined && { lastMessageAt }),
        ...(lastError !== undefined && { lastError }),
      };
    },
    counts: (sourceId) => counted.get(sourceId),
    async tell(source, given) {
      const counts = countsOf(source.id);
      const notice = readNoticeJson(given);
      counts.lastMessageAt = now();
      if (notice.kind === 'unreadable') {
        countIgnored(counts, 'not understood');
        return { why: notice.why };
      }
      if (notice.kind === 'test') {
        countIgnored(counts, 'test message');
        return { files: 0 };
      }
      countIgnored(counts, 'no new object', notice.others);
      const files = chooseFiles(source, notice.objects, (why) => countIgnored(counts, why));
      if (files.length > 0) await take(source.id, files);
      counts.files += files.length;
      counts.messages++;
      return { files: files.length };
    },
    async close() {
      closed = true;
      unhear();
      await turn;
      await Promise.all([...listeners.values()].map((listener) => listener.stop()));
    },
  };
}
