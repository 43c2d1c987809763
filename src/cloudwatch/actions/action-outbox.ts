import { createHash } from 'node:crypto';
import { inTransaction } from '../../lmdb/index.ts';
import { alarmArn } from '../alarms/alarm.ts';
import { writeHistory } from '../alarms/history.ts';
import type { CloudWatchEnvironment } from '../environment.ts';
import { toJavaJson } from '../java-text.ts';
import type { AlarmNotifier, OwedAction } from './owed-action.ts';

/** Totals since the start. */
export interface ActionCounters {
  succeeded: number;
  retried: number;
  /** By reason: `refused` by what was to be told, `exhausted` tries. */
  readonly failed: Map<'refused' | 'exhausted', number>;
}

const MAX_TRIES = 20;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 60_000;

/**
 * Carries out what state changes owe, in order. An action is struck off only when it was carried out, together with its
 * entry in the history: after a crash in between it is carried out once more.
 */
export class ActionOutbox {
  readonly counters: ActionCounters = { succeeded: 0, retried: 0, failed: new Map() };
  readonly #env: CloudWatchEnvironment;
  readonly #notifier: AlarmNotifier;
  readonly #now: () => number;
  /** Carried out, but still on disk: striking them off failed. */
  readonly #carriedOut = new Set<number>();

  constructor(env: CloudWatchEnvironment, notifier: AlarmNotifier, now: () => number) {
    this.#env = env;
    this.#notifier = notifier;
    this.#now = now;
  }

  /** Actions that are still owed. */
  get size(): number {
    return this.#env.owed.getKeysCount();
  }

  /** Tries everything that is due, once. */
  async run(isClosed: () => boolean): Promise<void> {
    const due = [...this.#env.owed.getRange()].filter(({ value }) => value.nextTryAt <= this.#now());
    for (const { key, value } of due) {
      if (isClosed()) return;
      await this.#attempt(key, value);
    }
  }

  async #attempt(key: number, owed: OwedAction): Promise<void> {
    const [account, region, name] = owed.alarm;
    if (this.#carriedOut.has(key)) return await this.#strike(key, owed, 'Succeeded', null);
    try {
      await this.#notifier.notify({
        action: owed.action,
        alarmArn: alarmArn({ account, region }, name),
        account,
        message: owed.message,
        messageId: idOf(key, owed),
        changedAt: owed.changedAt,
      });
    } catch (error) {
      return await this.#failed(key, owed, error);
    }
    this.counters.succeeded++;
    this.#carriedOut.add(key);
    await this.#strike(key, owed, 'Succeeded', null);
  }

  async #failed(key: number, owed: OwedAction, error: unknown): Promise<void> {
    const failed = owed.failed + 1;
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const isForGood = code !== undefined && code !== 'Throttled';
    if (!isForGood && failed < MAX_TRIES) {
      this.counters.retried++;
      const delay = Math.min(FIRST_RETRY * 2 ** (failed - 1), LAST_RETRY);
      await this.#env.owed.put(key, { ...owed, failed, nextTryAt: this.#now() + delay });
      return;
    }
    const reason = isForGood ? 'refused' : 'exhausted';
    this.counters.failed.set(reason, (this.counters.failed.get(reason) ?? 0) + 1);
    await this.#strike(key, owed, 'Failed', error instanceof Error ? error.message : String(error));
  }

  async #strike(key: number, owed: OwedAction, actionState: 'Succeeded' | 'Failed', error: string | null) {
    const [account, region, alarm] = owed.alarm;
    const done = actionState === 'Succeeded' ? 'Successfully executed action' : 'Failed to execute action';
    // A full disk must not make an alarm be told at every tick.
    await inTransaction(this.#env.root, () => {
      void this.#env.owed.remove(key);
      writeHistory(
        this.#env,
        { account, region },
        {
          alarm,
          time: this.#now(),
          type: 'Action',
          summary:
            error === null ? `${done} ${owed.action}` : `${done} ${owed.action}. Received error: "${error}"`,
          data: toJavaJson({
            actionState,
            stateUpdateTimestamp: owed.changedAt,
            notificationResource: owed.action,
            publishedMessage: toJavaJson({ default: owed.message.json }),
            error,
          }),
        },
      );
    });
    this.#carriedOut.delete(key);
  }
}

/** A UUID (RFC 9562, version 8) of what stays the same when a crash makes an action be carried out again. */
function idOf(key: number, { alarm, action, changedAt }: OwedAction): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([key, alarm, action, changedAt]))
    .digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
