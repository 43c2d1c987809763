import type { MetricSink } from '../logs/index.ts';
import type { Topics } from '../topics/index.ts';
import type { BackupGate } from './backup-gate.ts';
import type { ServiceEventBus } from './open-notices.ts';

type Moves = Pick<BackupGate, 'move'>;

/** Topics for rooms that publish what they owe: a backup comes before or after it, not in between. */
export function movedTopics(topics: Topics, gate: Moves): Topics {
  // Of the same kind, not a copy: its counts are live.
  return Object.assign(Object.create(topics) as Topics, {
    publish: ((...given) => gate.move(() => topics.publish(...given))) satisfies Topics['publish'],
  });
}

/** The metrics for log groups, in the same way. */
export function movedSink(sink: MetricSink, gate: Moves): MetricSink {
  return { take: (batch) => gate.move(() => sink.take(batch)) };
}

/** Log groups, for the event bus. */
export function movedLogs<Room extends { append(...given: never[]): Promise<number> }>(
  logs: Room,
  gate: Moves,
): Room {
  const append = (...given: Parameters<Room['append']>) => gate.move(() => logs.append(...given));
  return Object.assign(Object.create(logs) as Room, { append });
}

/** The event bus, for services that put events of their own. */
export function movedBus(bus: ServiceEventBus, gate: Moves): ServiceEventBus {
  return { putServiceEvent: (event) => gate.move(() => bus.putServiceEvent(event)) };
}
