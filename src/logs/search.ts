import { setImmediate } from 'node:timers/promises';
import type { FilterPattern } from './filter-pattern/filter-pattern.ts';
import { LogMessage } from './filter-pattern/log-message.ts';
import type { LogEvent, LogGroup, LogPosition } from './log-group.ts';
import type { LogEvents, TimeRange } from './store/events.ts';

/** What to search a group for. */
export interface LogSearch {
  readonly range: TimeRange;
  readonly pattern: FilterPattern;
  /** Is an event's stream one of those searched? */
  readonly isWanted: (streamUid: number) => boolean;
  readonly after?: LogPosition;
  readonly limit: number;
}

/** What a search found, and where to go on when it did not come to the end. */
export interface LogSearchPage {
  readonly events: readonly LogEvent[];
  readonly next?: LogPosition;
}

/** One look into the store: others are served in between. */
const STEP = { events: 500, bytes: 1 << 20 };
/** One page looks at no more than this; it may then be empty and have a next one, as on AWS. */
const MAX_SEEN_BYTES = 32 << 20;
/** Of found text. */
const MAX_FOUND_BYTES = 1 << 20;

/** Searches a group from its oldest event on, within bounds of time and memory. */
export async function searchEvents(
  store: LogEvents,
  group: LogGroup,
  search: LogSearch,
): Promise<LogSearchPage> {
  const { range, pattern, isWanted, limit } = search;
  const found: LogEvent[] = [];
  let foundBytes = 0;
  let seenBytes = 0;
  let position = search.after;
  while (seenBytes < MAX_SEEN_BYTES) {
    const events = store.readGroup(group, range, position, STEP);
    if (events.length === 0) return { events: found };
    for (const event of events) {
      position = { time: event.time, seq: event.seq };
      seenBytes += event.message.length;
      if (!isWanted(event.streamUid) || !pattern.matches(new LogMessage(event.message))) continue;
      found.push(event);
      foundBytes += event.message.length;
      if (found.length >= limit || foundBytes >= MAX_FOUND_BYTES) return { events: found, next: position };
    }
    await setImmediate();
  }
  return { events: found, ...(position && { next: position }) };
}
