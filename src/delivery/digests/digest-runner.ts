import {
  type DigestState,
  dueDigests,
  followSession,
  NO_DIGESTS,
  type RunningSession,
} from '../../digest/index.ts';
import type { Trail } from '../../trails/index.ts';
import type { DeliveryRecord } from '../delivery-state.ts';
import { isRefusal } from '../put-failure.ts';
import { type DigestDependencies, deliverDigests } from './deliver-digests.ts';

const FIRST_RETRY = 2_000;
const LAST_RETRY = 300_000;
/** Windows that are made up in one go; log files wait no longer than that. */
const AT_ONCE = 60;
/** Digests of an ended session that no bucket takes are given up after this time, as log files are. */
const RETRY_TIME = 30 * 86_400_000;

/** Makes one trail's digests between its deliveries. Failures keep their own pace: log files go on meanwhile. */
export class DigestRunner {
  readonly #dependencies: DigestDependencies;
  readonly #onError: (what: string, error: unknown) => void;
  #failures = 0;
  #retryAt = 0;

  constructor(dependencies: DigestDependencies, onError: (what: string, error: unknown) => void) {
    this.#dependencies = dependencies;
    this.#onError = onError;
  }

  /** Something is to be done now. */
  isDue(trail: Trail, record: DeliveryRecord): boolean {
    const { now, interval } = this.#dependencies;
    const state = this.#followed(trail, record);
    if (state !== record.value.digest && state !== NO_DIGESTS) return true;
    if (now() < this.#retryAt) return false;
    const [oldest] = state.sessions;
    return (
      state.stage !== undefined || (oldest !== undefined && dueDigests(oldest, now(), interval) !== undefined)
    );
  }

  /** Begins and ends sessions as the trail does. To be called before each delivery of log files. */
  async follow(trail: Trail, record: DeliveryRecord): Promise<void> {
    const state = this.#followed(trail, record);
    if (state !== record.value.digest && state !== NO_DIGESTS) await record.save({ digest: state });
  }

  /**
   * Delivers what is due. Answers `refused` when a bucket certainly took nothing, `failed` when nobody knows; both
   * are kept in the trail's status and tried again. Never rejects.
   */
  async run(trail: Trail, record: DeliveryRecord): Promise<'done' | 'refused' | 'failed'> {
    try {
      await record.settle();
      await this.follow(trail, record);
      await this.#giveUp(trail, record);
      for (let count = 0; count < AT_ONCE; count++) {
        if (!(await deliverDigests(trail, record, this.#dependencies))) break;
      }
      this.#failures = 0;
      this.#retryAt = 0;
      return 'done';
    } catch (error) {
      const retry = Math.min(FIRST_RETRY * 2 ** Math.min(this.#failures++, 10), LAST_RETRY);
      this.#retryAt = this.#dependencies.now() + retry;
      this.#onError(`digests of ${trail.arn}`, error);
      return isRefusal(error) ? 'refused' : 'failed';
    }
  }

  #followed(trail: Trail, record: DeliveryRecord): DigestState {
    const { now, interval } = this.#dependencies;
    return followSession(record.value.digest ?? NO_DIGESTS, runningSession(trail, record), now(), interval);
  }

  async #giveUp(trail: Trail, record: DeliveryRecord): Promise<void> {
    const { digest, status } = record.value;
    const ended = digest?.sessions[0]?.ended;
    if (!digest || ended === undefined || !status.latestDigestDeliveryError) return;
    if (ended > this.#dependencies.now() - RETRY_TIME) return;
    const { stage: _gone, ...rest } = digest;
    await record.save({ digest: { ...rest, sessions: rest.sessions.slice(1) } });
    this.#onError(`digests of ${trail.arn}: the end of a chain is given up`, undefined);
  }
}

/** The logging session of the events that are delivered next; undefined without validation, or when all is delivered. */
function runningSession(trail: Trail, record: DeliveryRecord): RunningSession | undefined {
  if (!trail.logFileValidation) return undefined;
  const { cursor, stage } = record.value;
  const span = trail.spans.find(({ to }) => to === null || to > cursor.seq);
  if (!span) return undefined;
  const { account, homeRegion: region } = trail;
  const untouched = span.session !== undefined && cursor.seq <= span.session.from && !stage;
  return { since: sessionOf(trail, span.from), untouched, account, region };
}

/** The logging session to which the span that begins at `spanFrom` belongs. */
export function sessionOf(trail: Trail, spanFrom: number): number {
  const span = trail.spans.find(({ from }) => from === spanFrom);
  return span?.session?.since ?? trail.startLoggingTime ?? 0;
}
