import type { FoundFile } from '../fetch/index.ts';
import type { LogSource, NoticeStatus, Sources } from '../index.ts';
import { chooseFiles } from './choose-files.ts';
import { countIgnored, type NoticeCounts, noCounts } from './notice-counts.ts';
import type { NoticeQueue } from './notice-queue.ts';
import { type ListenerLimits, QueueListener } from './queue-listener.ts';
import { readNotice, readNoticeJson } from './read-notice.ts';
import type { SnsEndpoint } from './sns/sns-endpoint.ts';

/** The notices of all sources. */
export interface Notices {
  /** Undefined: the source has no queue, and nobody has sent a notice. */
  status(sourceId: string): NoticeStatus | undefined;
  counts(sourceId: string): NoticeCounts | undefined;
  /**
   * A notice that came by itself, a text or JSON in one of the forms of `readNotice`. Resolves when its files are dealt with, durably;
   * answers how many there are, or why it is none. @throws Error while they cannot be fetched
   */
  tell(source: LogSource, notice: unknown): Promise<{ readonly files: number } | { readonly why: string }>;
  /** A message that SNS, or a stranger, has posted. Resolves when its files are dealt with, durably. Never throws. */
  post(source: LogSource, text: string): Promise<PostOutcome>;
  close(): Promise<void>;
}

/** What became of a posted message; `later`: it should be sent again. */
export type PostOutcome =
  | { readonly kind: 'taken'; readonly files: number }
  | { readonly kind: 'refused' | 'unreadable' | 'later'; readonly why: string };

/** Listens to the queue of every source that names one and is not paused, and follows their changes. */
export function startNotices(house: {
  readonly sources: Pick<Sources, 'list' | 'onChange'>;
  readonly connect: (source: LogSource, queueUrl: string) => Promise<NoticeQueue>;
  readonly take: (sourceId: string, files: readonly FoundFile[]) => Promise<void>;
  /** Absent: no posted message is believed. */
  readonly sns?: SnsEndpoint;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
  readonly limits?: Partial<ListenerLimits>;
}): Notices {
  const { sources, connect, take, sns, now, random, log, limits } = house;
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

  async function tell(
    source: LogSource,
    given: unknown,
  ): Promise<{ readonly files: number } | { readonly why: string }> {
    const counts = countsOf(source.id);
    const notice = typeof given === 'string' ? readNotice(given) : readNoticeJson(given);
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
  }

  async function post(source: LogSource, text: string): Promise<PostOutcome> {
    const outcome = (await sns?.judge(source, text)) ?? { kind: 'later', why: 'messages are not taken' };
    const counts = countsOf(source.id);
    switch (outcome.kind) {
      case 'refused':
        countIgnored(counts, outcome.reason);
        return outcome;
      case 'later':
        counts.failures++;
        return outcome;
      case 'confirmed':
        counts.confirmedAt = now();
        return { kind: 'taken', files: 0 };
      case 'ended':
        counts.endedAt = now();
        log('the topic of a log source tells it nothing any more: its subscription was ended', {
          source: source.name,
        });
        return { kind: 'taken', files: 0 };
      case 'notice': {
        try {
          const told = await tell(source, outcome.text);
          return 'files' in told
            ? { kind: 'taken', files: told.files }
            : { kind: 'unreadable', why: told.why };
        } catch (error) {
          counts.failures++;
          return { kind: 'later', why: `its files cannot be fetched now: ${(error as Error).message}` };
        }
      }
    }
  }

  const unhear = sources.onChange(follow);
  for (const source of sources.list()) follow(source.id, source);

  return {
    status(sourceId) {
      const counts = counted.get(sourceId);
      if (!counts) return undefined;
      const { messages, files, ignored, failures, ...rest } = counts;
      return {
        isListening: listeners.has(sourceId) && counts.lastError === undefined,
        messages,
        files,
        ignored: Object.fromEntries(ignored),
        failures,
        ...rest,
      };
    },
    counts: (sourceId) => counted.get(sourceId),
    tell,
    post,
    async close() {
      closed = true;
      unhear();
      await turn;
      await Promise.all([...listeners.values()].map((listener) => listener.stop()));
    },
  };
}
