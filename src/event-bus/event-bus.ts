import type { BusEvent } from './bus-event.ts';
import { MAX_AGE_SECONDS, MAX_RETRIES, type TargetSender } from './deliveries/delivery.ts';
import type { LaneLimits } from './deliveries/lanes.ts';
import { type NewDelivery, type OutboxCounters, openOutbox } from './deliveries/outbox.ts';
import { EventBusError } from './event-bus-error.ts';
import { type BusAddress, DEFAULT_BUS } from './rule.ts';
import { RuleBook } from './rule-book.ts';
import type { LiveRule } from './rule-index.ts';
import { openBusEnvironment } from './store/environment.ts';
import { MAX_RECORD_BYTES, type TrailEvent, trailBusEvent } from './trail-event.ts';

/** What the bus is opened with. */
export interface EventBusOptions {
  /** A folder of its own. */
  readonly path: string;
  readonly sender: TargetSender;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The journal's number of the next event. */
  readonly head: () => number;
  /** Why nothing may be written now (a full disk); undefined while all is well. */
  readonly refusal?: () => string | undefined;
  readonly limits?: LaneLimits;
  /** ms between two looks for retries that have become due; half a second. */
  readonly pollEvery?: number;
  readonly onError?: (what: string, error: unknown) => void;
}

/** Totals since the process started. */
export interface EventBusCounters extends OutboxCounters {
  /** Events that were put on a bus that has rules. */
  events: number;
  /** Pairs of an event and a rule that took it. */
  matched: number;
}

/** Buses, their rules, and what the rules' targets are owed. May be called concurrently. */
export interface EventBus {
  readonly book: RuleBook;
  readonly counters: EventBusCounters;
  /** What targets are owed. */
  readonly owed: { readonly events: number; readonly bytes: number };
  /** Puts events on a bus; what they owe to targets is on disk on return. @throws EventBusError ServiceUnavailableException */
  put(address: BusAddress, events: readonly BusEvent[]): Promise<void>;
  /** An AWS service's own event, onto the default bus of its account and Region; what nobody wants costs nothing. */
  putServiceEvent(event: BusEvent): Promise<void>;

  /** For the reader of the journal: whether some rule may want events of trails at all. */
  readonly isListening: boolean;
  /** Whether a rule of this account and Region may want an event. */
  wants(account: string, region: string): boolean;
  /** How far the journal has been read: the number of the next event to look at. */
  readonly cursor: number;
  /** Puts trails' events on the default buses; `next` is the cursor after them, moved in the same commit. */
  take(events: readonly TrailEvent[], next: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the buses kept in `path`, and goes on with what targets are owed. */
export function openEventBus(options: EventBusOptions): EventBus {
  const { path, sender, now, head, refusal, limits, onError } = options;
  const env = openBusEnvironment(path);
  const book = new RuleBook(env, head);
  const outbox = openOutbox({
    env,
    sender,
    now,
    ...(limits && { limits }),
    ...(options.pollEvery !== undefined && { pollEvery: options.pollEvery }),
    ...(onError && { onError }),
  });
  const counters: EventBusCounters = Object.assign(outbox.counters, { events: 0, matched: 0 });

  function* deliveriesOf(address: BusAddress, event: BusEvent): Generator<NewDelivery> {
    const index = book.indexOf(address);
    if (!index) return;
    counters.events++;
    for (const live of index.matching(event)) {
      counters.matched++;
      yield* deliveriesTo(live, event);
    }
  }

  function* deliveriesTo({ rule, arn, targets }: LiveRule, event: BusEvent): Generator<NewDelivery> {
    const time = now();
    for (const { target, input } of targets) {
      const message = input(event, { ruleArn: arn, ruleName: rule.name, now: time });
      if (message === undefined) {
        outbox.count('no-input');
        continue;
      }
      const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = target.RetryPolicy ?? {};
      const groupId = target.SqsParameters?.MessageGroupId;
      const deadLetterArn = target.DeadLetterConfig?.Arn;
      yield {
        message,
        delivery: {
          account: rule.account,
          region: rule.region,
          ruleArn: arn,
          targetId: target.Id,
          targetArn: target.Arn,
          ...(groupId !== undefined && { messageGroupId: groupId }),
          eventId: event.id,
          ...(deadLetterArn !== undefined && { deadLetterArn }),
          maxRetries: retries ?? MAX_RETRIES,
          deadline: time + (age ?? MAX_AGE_SECONDS) * 1000,
          failed: 0,
          nextTryAt: time,
        },
      };
    }
  }

  function checkDisk(): void {
    const reason = refusal?.();
    if (reason !== undefined) throw new EventBusError('ServiceUnavailableException', reason);
  }

  async function put(address: BusAddress, events: readonly BusEvent[]): Promise<void> {
    const owed = events.flatMap((event) => [...deliveriesOf(address, event)]);
    if (owed.length === 0) return;
    checkDisk();
    await outbox.add(owed);
  }

  return {
    book,
    counters,
    get owed() {
      return outbox.size;
    },
    put,
    async putServiceEvent(event) {
      await put({ account: event.account, region: event.region, bus: DEFAULT_BUS }, [event]);
    },
    get isListening() {
      return book.isListening;
    },
    wants: (account, region) => book.indexOf({ account, region, bus: DEFAULT_BUS }) !== undefined,
    get cursor() {
      return env.root.get('journal') ?? 0;
    },
    async take(events, next) {
      const owed: NewDelivery[] = [];
      for (const event of events) {
        if (event.raw.length > MAX_RECORD_BYTES) {
          outbox.count('too-large');
          continue;
        }
        const { account, region } = event;
        owed.push(...deliveriesOf({ account, region, bus: DEFAULT_BUS }, trailBusEvent(event)));
      }
      if (owed.length > 0) checkDisk();
      await outbox.add(owed, next);
    },
    async close() {
      await outbox.close();
      await env.root.close();
    },
  };
}
