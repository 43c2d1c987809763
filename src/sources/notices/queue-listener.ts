import { setTimeout } from 'node:timers/promises';
import type { FoundFile } from '../fetch/index.ts';
import type { LogSource } from '../index.ts';
import { chooseFiles } from './choose-files.ts';
import { countIgnored, type NoticeCounts } from './notice-counts.ts';
import type { NoticeQueue, QueuedMessage } from './notice-queue.ts';
import { readNotice } from './read-notice.ts';

/** What listening needs. */
export interface ListenerDependencies {
  readonly source: LogSource;
  /** Nothing is sent yet. @throws when the source's credentials are not there */
  readonly connect: () => Promise<NoticeQueue>;
  /** Resolves when the files are dealt with, durably. */
  readonly take: (files: readonly FoundFile[]) => Promise<void>;
  readonly counts: NoticeCounts;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
  readonly limits?: Partial<ListenerLimits>;
}

/** Milliseconds, unless said otherwise. */
export interface ListenerLimits {
  /** Messages under way at once; whole batches of ten are received while there are fewer. */
  readonly underWay: number;
  /** How long a message is hidden from others, and how often that is prolonged while its files are fetched. */
  readonly hidden: number;
  readonly prolong: number;
  /** The first wait after a failed request; doubled each time. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** A message that nobody understands is left to the queue's dead letters, and deleted when it comes more often. */
  readonly maxReceives: number;
}

/** The defaults. */
export const LISTENER_LIMITS: ListenerLimits = Object.freeze({
  underWay: 40,
  hidden: 120_000,
  prolong: 50_000,
  firstWait: 1_000,
  longestWait: 60_000,
  maxReceives: 10,
});

/** Listens to one source's queue until it is stopped. A message is deleted only when its files are dealt with. */
export class QueueListener {
  readonly #is: ListenerDependencies;
  readonly #limits: ListenerLimits;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #messages = 0;
  #queue: NoticeQueue | undefined;
  readonly #ended: Promise<void>;

  constructor(dependencies: ListenerDependencies) {
    this.#is = dependencies;
    this.#limits = { ...LISTENER_LIMITS, ...dependencies.limits };
    this.#ended = this.#listen();
  }

  /** Nothing is received any more; what is under way comes to its end, or back to the queue. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    await Promise.all(this.#underWay);
    this.#queue?.close();
  }

  async #listen(): Promise<void> {
    const { counts, random, log, source } = this.#is;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      try {
        this.#queue ??= await this.#is.connect();
        const messages = await this.#queue.receive(this.#limits.hidden / 1_000, signal);
        failures = 0;
        delete counts.lastError;
        if (messages.length > 0) await this.#start(messages);
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        counts.failures++;
        counts.lastError = wordsOf(error);
        // Once for each time that it goes wrong: the count and the status tell the rest.
        if (failures === 1) {
          log('the queue of a log source could not be read; it is tried again', {
            source: source.name,
            reason: counts.lastError,
          });
        }
        this.#queue?.close();
        this.#queue = undefined;
        const most = Math.min(
          this.#limits.longestWait,
          this.#limits.firstWait * 2 ** Math.min(failures - 1, 20),
        );
        await setTimeout(most * (0.5 + random() / 2), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Resolves when there is room for another batch. */
  async #start(messages: readonly QueuedMessage[]): Promise<void> {
    const queue = this.#queue!;
    this.#messages += messages.length;
    this.#is.counts.lastMessageAt = this.#is.now();
    const work: Promise<void> = this.#batch(queue, messages).finally(() => {
      this.#messages -= messages.length;
      this.#underWay.delete(work);
    });
    this.#underWay.add(work);
    while (this.#messages >= this.#limits.underWay) await Promise.race(this.#underWay);
  }

  /** Never rejects. */
  async #batch(queue: NoticeQueue, messages: readonly QueuedMessage[]): Promise<void> {
    const open = new Set(messages);
    const timer = setInterval(() => {
      queue.hide([...open], this.#limits.hidden / 1_000).catch((error: unknown) => this.#failed(error));
    }, this.#limits.prolong);
    const done: QueuedMessage[] = [];
    const failed: QueuedMessage[] = [];
    await Promise.all(
      messages.map(async (message) => {
        const outcome = await this.#deal(message);
        if (outcome === 'done') done.push(message);
        else if (outcome === 'failed') failed.push(message);
        if (outcome !== 'done') open.delete(message);
      }),
    );
    clearInterval(timer);
    await this.#finish(queue, done, failed);
  }

  async #finish(
    queue: NoticeQueue,
    done: readonly QueuedMessage[],
    failed: readonly QueuedMessage[],
  ): Promise<void> {
    try {
      const left = done.length > 0 ? await queue.delete(done) : [];
      this.#is.counts.messages += done.length - left.length;
      // They come again soon, to this process or, after a stop, to the next one.
      if (failed.length > 0) await queue.hide(failed, this.#stop.signal.aborted ? 0 : 10);
    } catch (error) {
      // They come again when their time is over; their files are known by then.
      this.#failed(error);
    }
  }

  /** `left`: to the queue's dead letters. */
  async #deal(message: QueuedMessage): Promise<'done' | 'failed' | 'left'> {
    const { counts, source, take, log } = this.#is;
    const notice = readNotice(message.body);
    if (notice.kind === 'test') {
      countIgnored(counts, 'test message');
      return 'done';
    }
    if (notice.kind === 'unreadable') return this.#leave(message, notice.why);
    countIgnored(counts, 'no new object', notice.others);
    const files = chooseFiles(source, notice.objects, (why) => countIgnored(counts, why));
    try {
      if (files.length > 0) await take(files);
      counts.files += files.length;
      return 'done';
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.#failed(error);
        log('files of a notice could not be fetched; the message comes again', {
          source: source.name,
          message: message.id,
          reason: wordsOf(error),
        });
      }
      return 'failed';
    }
  }

  #leave(message: QueuedMessage, why: string): 'done' | 'left' {
    const { counts, source, log } = this.#is;
    const receives = message.receives ?? Number.POSITIVE_INFINITY;
    const isFirst = message.receives === undefined || receives === 1;
    if (isFirst) {
      countIgnored(counts, 'not understood');
      log('a message in the queue of a log source is no notice', {
        source: source.name,
        message: message.id,
        reason: why,
      });
    }
    return receives > this.#limits.maxReceives ? 'done' : 'left';
  }

  #failed(error: unknown): void {
    this.#is.counts.failures++;
    this.#is.counts.lastError = wordsOf(error);
  }
}

/** Never a secret: SQS's own words, or the network's. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 500);
  const words =
    error.name === 'Error' || error.message.includes(error.name)
      ? error.message
      : `${error.name}: ${error.message}`;
  return words.slice(0, 500);
}
