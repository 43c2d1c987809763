import { nextNumber } from '../../lmdb/index.ts';
import type { LogEvent, LogGroup, LogPosition, LogStream, NewLogEvent } from '../log-group.ts';
import { noSuchGroup, noSuchStream } from '../logs-error.ts';
import type { Metering } from '../metric-filters/meter.ts';
import type { Subscribing } from '../subscriptions/subscriptions.ts';
import type { EventKey, LogsEnvironment } from './environment.ts';
import { decodeEvent, encodeEvent, sizeOf } from './event-codec.ts';

/** A source whose events must not stand twice: what it appended is remembered with the events themselves. */
export interface AppendMark {
  readonly source: string;
  /** The source's own number of each event, growing. */
  readonly numbers: readonly number[];
  /** What the source appends next has this number or a higher one. */
  readonly next: number;
}

/** A stretch of time: `from` inclusive, `to` exclusive, milliseconds since the epoch. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** How much to read. */
export interface ReadLimits {
  readonly events: number;
  /** Of text; one event more than this may come. */
  readonly bytes: number;
}

/** The events of all groups. */
export class LogEvents {
  readonly #env: LogsEnvironment;

  constructor(env: LogsEnvironment) {
    this.#env = env;
  }

  /**
   * Appends events to a stream, all or none, and answers how many: fewer only if `mark` knows some of them. What metric
   * filters made of the new ones is written with them. On disk when the promise resolves. @throws LogsError ResourceNotFoundException when group or stream is gone
   */
  async append(
    group: LogGroup,
    streamName: string,
    events: readonly NewLogEvent[],
    ingestedAt: number,
    mark?: AppendMark,
    metering?: Metering,
    subscribing?: Subscribing,
  ): Promise<number> {
    const { root, groups, streams, marks, metricPoints } = this.#env;
    const outcome = await root.transaction(() => {
      if (groups.get([group.account, group.region, group.name])?.uid !== group.uid) return noSuchGroup();
      const stream = streams.get([group.uid, streamName]);
      if (!stream) return noSuchStream();
      const taken = mark ? (marks.get(mark.source) ?? 0) : 0;
      const isNew = (index: number) => !mark || mark.numbers[index]! >= taken;
      const fresh = events.filter((_, index) => isNew(index));
      const first = this.#write(group, stream, fresh, ingestedAt);
      const points = metering?.(isNew) ?? [];
      if (points.length > 0) void metricPoints.put(nextNumber(this.#env.root, 'metric-points'), points);
      subscribing?.(streamName, numbersOf(events.length, isNew, first));
      if (mark && mark.next > taken) void marks.put(mark.source, mark.next);
      return fresh.length;
    });
    if (typeof outcome !== 'number') throw outcome;
    return outcome;
  }

  /** Answers the number of the first event. */
  #write(group: LogGroup, stream: LogStream, events: readonly NewLogEvent[], ingestedAt: number): number {
    if (events.length === 0) return 0;
    const { events: byGroup, byStream, streams, sizes } = this.#env;
    const start = nextNumber(this.#env.root, 'event', events.length);
    let seq = start;
    let bytes = 0;
    let first = stream.firstEventAt ?? Number.POSITIVE_INFINITY;
    let last = stream.lastEventAt ?? Number.NEGATIVE_INFINITY;
    for (const { time, message } of events) {
      const value = encodeEvent(message, ingestedAt, stream.uid);
      void byGroup.put([group.uid, time, seq], value);
      void byStream.put([stream.uid, time, seq], NOTHING);
      bytes += sizeOf(value);
      first = Math.min(first, time);
      last = Math.max(last, time);
      seq++;
    }
    const known = { firstEventAt: first, lastEventAt: last, lastIngestedAt: ingestedAt };
    void streams.put([group.uid, stream.name], { ...stream, ...known });
    const size = sizes.get(group.uid) ?? { bytes: 0, events: 0 };
    void sizes.put(group.uid, { bytes: size.bytes + bytes, events: size.events + events.length });
    return start;
  }

  /** Lets go of what is remembered of a source. */
  async forget(source: string): Promise<void> {
    await this.#env.marks.remove(source);
  }

  /** A stream's events after `position`, or before it and then backwards; without one from the range's end. */
  readStream(
    group: LogGroup,
    stream: LogStream,
    range: TimeRange,
    direction: 'forward' | 'backward',
    position: LogPosition | undefined,
    limits: ReadLimits,
  ): readonly LogEvent[] {
    const options = rangeOf(stream.uid, range, direction, position);
    if (!options) return [];
    const found: LogEvent[] = [];
    let bytes = 0;
    for (const [, time, seq] of this.#env.byStream.getKeys(options)) {
      const key: EventKey = [group.uid, time, seq];
      const value = this.#env.events.get(key);
      if (!value) continue;
      found.push(decodeEvent(key, value));
      bytes += value.length;
      if (found.length >= limits.events || bytes >= limits.bytes) break;
    }
    return found;
  }

  /** A group's events after `position`, of all streams in order of time. */
  readGroup(
    group: LogGroup,
    range: TimeRange,
    position: LogPosition | undefined,
    limits: ReadLimits,
  ): readonly LogEvent[] {
    const options = rangeOf(group.uid, range, 'forward', position);
    if (!options) return [];
    const found: LogEvent[] = [];
    let bytes = 0;
    for (const { key, value } of this.#env.events.getRange(options)) {
      found.push(decodeEvent(key, value));
      bytes += value.length;
      if (found.length >= limits.events || bytes >= limits.bytes) break;
    }
    return found;
  }
}

/** The numbers that new events were given, by their places among all that came. */
function numbersOf(
  count: number,
  isNew: (index: number) => boolean,
  first: number,
): (index: number) => number | undefined {
  const numbers = new Map<number, number>();
  let seq = first;
  for (let index = 0; index < count; index++) if (isNew(index)) numbers.set(index, seq++);
  return (index) => numbers.get(index);
}

/** The index needs no value, but LMDB wants one. */
const NOTHING = Buffer.from([0]);

/** LMDB's options for a range; undefined when nothing can be in it. Numbers of events begin at 1. */
function rangeOf(
  owner: number,
  { from, to }: TimeRange,
  direction: 'forward' | 'backward',
  position: LogPosition | undefined,
): { start: EventKey; end: EventKey; reverse?: boolean } | undefined {
  const low: EventKey = [owner, from, 0];
  const high: EventKey = [owner, to, 0];
  if (direction === 'forward') {
    const after: EventKey | undefined = position && [owner, position.time, position.seq + 1];
    const start = after && isBefore(low, after) ? after : low;
    return isBefore(start, high) ? { start, end: high } : undefined;
  }
  const before: EventKey | undefined = position && [owner, position.time, position.seq - 1];
  const start = before && isBefore(before, high) ? before : high;
  return isBefore(low, start) ? { start, end: low, reverse: true } : undefined;
}

function isBefore([, time, seq]: EventKey, [, otherTime, otherSeq]: EventKey): boolean {
  return time < otherTime || (time === otherTime && seq < otherSeq);
}
