import type { AlarmKey } from '../alarms/alarm.ts';

/** What an alarm's change of state still has to set off; written together with the change. */
export interface OwedAction {
  readonly alarm: AlarmKey;
  /** The ARN of what is told. */
  readonly action: string;
  readonly message: AlarmMessage;
  /** When the state changed, ms since the epoch. */
  readonly changedAt: number;
  readonly failed: number;
  /** Not before then, ms since the epoch. */
  readonly nextTryAt: number;
}

/** A state change in words: for programs and for people. */
export interface AlarmMessage {
  readonly subject: string;
  /** JSON, as CloudWatch publishes it. */
  readonly json: string;
  /** As CloudWatch words its mails. */
  readonly mail: string;
  /** A few lines for a chat. */
  readonly chat: string;
}

/** One action to be carried out. */
export interface AlarmNotice {
  /** The ARN of what is to be told. */
  readonly action: string;
  readonly alarmArn: string;
  /** The alarm's. */
  readonly account: string;
  readonly message: AlarmMessage;
  /** A UUID that a repeat of the same action has too. */
  readonly messageId: string;
  /** When the state changed, ms since the epoch. */
  readonly changedAt: number;
}

/** Tells somebody of an alarm; `server` makes it of the topics. Durable on return, and may be asked twice. */
export interface AlarmNotifier {
  /** @throws Error with a `code`; `Throttled` is tried again, as is an error without one; others are for good. */
  notify(notice: AlarmNotice): Promise<void>;
}
