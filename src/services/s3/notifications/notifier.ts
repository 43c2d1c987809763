import { type StartTimer, startCarrier } from '../../../carrier/index.ts';
import type { OwedNotice, OwedNotices } from '../../../objects/index.ts';
import { DestinationError, type NoticeDestinations } from './destinations.ts';
import { eventMessage } from './event-message.ts';

/** Totals since the process started. */
export interface NotifierCounters {
  sent: number;
  failedTries: number;
  /** Notices that nobody was told of, by reason: tried for a day in vain, or of a form that its target cannot take. */
  readonly dropped: Map<'missing' | 'forbidden' | 'unfit' | 'failed', number>;
}

/** Carries what is owed to its targets. */
export interface Notifier {
  readonly counters: NotifierCounters;
  /** Stops; what is under way is waited for. */
  close(): Promise<void>;
}

/** For how long a target may refuse before a notice is given up (ms): long enough to repair its policy. */
const PATIENCE = 86_400_000;

/** Sends the notices, each target's in order of writing, at least once, as S3 promises. */
export function startNotifier(options: {
  readonly notices: OwedNotices;
  readonly destinations: NoticeDestinations;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly startTimer?: StartTimer;
  readonly onError?: (what: string, error: unknown) => void;
}): Notifier {
  const { notices, destinations, now, startTimer, onError } = options;
  const counters: NotifierCounters = { sent: 0, failedTries: 0, dropped: new Map() };

  async function carry(notice: OwedNotice): Promise<boolean> {
    const source = { bucketArn: `arn:aws:s3:::${notice.bucket}`, account: notice.account };
    try {
      if (notice.target.kind === 'event-bus') await destinations.putEvent(notice);
      else await destinations.send(notice.target, eventMessage(notice), source);
      counters.sent++;
      return true;
    } catch (error) {
      counters.failedTries++;
      const reason = error instanceof DestinationError ? error.reason : 'failed';
      if (reason !== 'unfit' && now() - notice.at < PATIENCE) return false;
      counters.dropped.set(reason, (counters.dropped.get(reason) ?? 0) + 1);
      onError?.(
        `a notice of s3://${notice.bucket}/${notice.key} to ${notice.target.arn} was given up`,
        error,
      );
      return true;
    }
  }

  const carrier = startCarrier({
    owed: notices,
    carry,
    ...(startTimer && { startTimer }),
    ...(onError && { onError }),
  });
  return { counters, close: () => carrier.close() };
}
