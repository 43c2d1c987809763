import { type Carrier, type StartTimer, startCarrier } from '../../carrier/index.ts';
import { compileFilterPattern, type FilterPattern } from '../filter-pattern/filter-pattern.ts';
import { LogMessage } from '../filter-pattern/log-message.ts';
import { FilterPatternError } from '../filter-pattern/pattern-error.ts';
import { type LogGroup, logGroupArn, type NewLogEvent } from '../log-group.ts';
import type { LogsEnvironment } from '../store/environment.ts';
import { OwedBatches } from './owed-batches.ts';
import { dataMessage } from './payload.ts';
import {
  type OwedLogBatch,
  type SubscriptionCounters,
  type SubscriptionDestinations,
  SubscriptionRefusal,
} from './subscription.ts';

/** Writes what subscribers are owed of an append, inside its transaction: `seqs` are the numbers of the new events. */
export type Subscribing = (stream: string, seqOf: (index: number) => number | undefined) => void;

/** Text of one message, which packed must fit into a queue's. */
const MAX_MESSAGE_BYTES = 256 << 10;
/** For how long a destination may refuse before a batch is given up (ms), as on AWS. */
const PATIENCE = 86_400_000;
const MAX_CACHED = 1_000;

/** Runs subscription filters over what is appended, and carries what they let through. */
export class Subscriptions {
  readonly counters: SubscriptionCounters = { sent: 0, failedTries: 0, dropped: new Map() };
  readonly #owed: OwedBatches;
  readonly #destinations: SubscriptionDestinations;
  readonly #now: () => number;
  readonly #onError: ((what: string, error: unknown) => void) | undefined;
  readonly #cache = new Map<string, FilterPattern | undefined>();
  readonly #carrier: Carrier;

  constructor(
    env: LogsEnvironment,
    options: {
      readonly destinations: SubscriptionDestinations;
      readonly now: () => number;
      readonly startTimer?: StartTimer;
      readonly onError?: (what: string, error: unknown) => void;
    },
  ) {
    const { destinations, now, startTimer, onError } = options;
    this.#owed = new OwedBatches(env);
    this.#destinations = destinations;
    this.#now = now;
    this.#onError = onError;
    this.#carrier = startCarrier({
      owed: this.#owed,
      carry: (batch: OwedLogBatch) => this.#carry(batch),
      ...(startTimer && { startTimer }),
      ...(onError && { onError }),
    });
  }

  /** Bytes that are owed. */
  get owedBytes(): number {
    return this.#owed.bytes;
  }

  /** Undefined when nobody is subscribed to the group. */
  match(group: LogGroup, events: readonly NewLogEvent[]): Subscribing | undefined {
    const filters = group.subscriptionFilters ?? [];
    if (filters.length === 0) return undefined;
    if (this.#owed.isFull) {
      this.#count('full');
      return undefined;
    }
    const messages = events.map(({ message }) => new LogMessage(message));
    const matches = filters.map((filter) => {
      const pattern = this.#compiled(filter.pattern);
      return {
        filter,
        indexes: messages.flatMap((message, index) => (pattern?.matches(message) ? [index] : [])),
      };
    });
    const { account, region, name } = group;
    const at = this.#now();
    return (stream, seqOf) => {
      for (const { filter, indexes } of matches) {
        const fresh = indexes.flatMap((index) => {
          const seq = seqOf(index);
          return seq === undefined ? [] : [{ ...events[index]!, seq }];
        });
        for (const part of parts(fresh)) {
          const { name: filterName, destinationArn: destination } = filter;
          const head = { account, region, group: name, stream, filter: filterName, destination, at };
          this.#owed.add({ ...head, events: part });
        }
      }
    };
  }

  /** To be called when the append's transaction is over. */
  wake(): void {
    this.#owed.announce();
  }

  async close(): Promise<void> {
    await this.#carrier.close();
  }

  async #carry(batch: OwedLogBatch): Promise<boolean> {
    const { account, region, group, destination, at } = batch;
    const sourceArn = `${logGroupArn({ account, region, name: group })}:*`;
    try {
      await this.#destinations.send(destination, dataMessage(batch), { sourceArn, account });
      this.counters.sent++;
      return true;
    } catch (error) {
      this.counters.failedTries++;
      const isRefusal = error instanceof SubscriptionRefusal;
      const reason = !isRefusal ? 'failed' : error.isUnfit ? 'unfit' : 'refused';
      if (reason !== 'unfit' && this.#now() - at < PATIENCE) return false;
      this.#count(reason);
      this.#onError?.(`events of ${group} to ${destination} were given up`, error);
      return true;
    }
  }

  #count(reason: 'refused' | 'unfit' | 'failed' | 'full'): void {
    this.counters.dropped.set(reason, (this.counters.dropped.get(reason) ?? 0) + 1);
  }

  #compiled(text: string): FilterPattern | undefined {
    if (this.#cache.has(text)) return this.#cache.get(text);
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    const pattern = tryCompile(text);
    this.#cache.set(text, pattern);
    return pattern;
  }
}

/** A pattern of an older version may be one that is refused today: it matches nothing. */
function tryCompile(text: string): FilterPattern | undefined {
  try {
    return compileFilterPattern(text);
  } catch (error) {
    if (error instanceof FilterPatternError) return undefined;
    throw error;
  }
}

function* parts<Event extends NewLogEvent>(events: readonly Event[]): Generator<Event[]> {
  let part: Event[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message);
    if (part.length > 0 && bytes + size > MAX_MESSAGE_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
