import type { Journal } from '../../journal/index.ts';
import type { CheckedTables } from './check-tables.ts';
import type { Tell } from './finding.ts';

const TOGETHER = 'from the same backup (opentrail restore)';

/**
 * Does what the rooms have read of each other exist there? Whoever is ahead of what it reads would pass over all that
 * comes new until then.
 */
export function checkCursors(
  tables: CheckedTables,
  journal: Pick<Journal, 'head' | 'tail'>,
  /** Names of trails by their uid. */
  trails: ReadonlyMap<string, string>,
  tell: Tell,
): void {
  const { logs, cloudwatch, collected, 'event-bus': bus } = tables;
  const head = journal.head().seq;
  for (const [uid, next] of logs?.marks ?? []) {
    if (next <= head) continue;
    tell({
      area: 'logs',
      code: 'logs-ahead',
      severity: 'error',
      message: `the log group of ${trails.get(uid) ?? `the trail ${uid}`} has events up to ${next}, but the journal ends at ${head}: events before ${next} do not come into it any more`,
      repair: `restore journal/ and logs/ ${TOGETHER}`,
    });
  }
  if (bus && bus.cursor > head) {
    tell({
      area: 'event-bus',
      code: 'event-bus-ahead',
      severity: 'error',
      message: `the event bus has read up to event ${bus.cursor}, but the journal ends at ${head}: events before ${bus.cursor} do not come onto it any more`,
      repair: `restore journal/ and event-bus/ ${TOGETHER}`,
    });
  }
  const tail = journal.tail().seq;
  if (bus?.isListening && bus.cursor < tail) {
    tell({
      area: 'event-bus',
      code: 'event-bus-behind',
      severity: 'error',
      message: `the event bus has read up to event ${bus.cursor}, but the journal begins at ${tail}: ${tail - bus.cursor} events never came onto it`,
      repair: `restore journal/ and event-bus/ ${TOGETHER}`,
    });
  }
  const taken = cloudwatch?.marks.get('log-groups') ?? 0;
  if (logs && taken >= logs.nextPoints) {
    tell({
      area: 'cloudwatch',
      code: 'metrics-ahead',
      severity: 'error',
      message: `the metrics have taken the points of metric filters up to number ${taken}, but the log groups go on at ${logs.nextPoints}: points before ${taken + 1} are not counted`,
      repair: `restore cloudwatch/ and logs/ ${TOGETHER}`,
    });
  }
  for (const { reader, at, stage } of collected?.readers ?? []) {
    const ahead = Math.max(at, stage ?? 0);
    if (collected && ahead > collected.head)
      tell({
        area: 'collected',
        code: 'collected-ahead',
        severity: 'error',
        message: `${reader} have taken collected records up to ${ahead}, but their log ends at ${collected.head}`,
        repair: `restore collected/ and store/ ${TOGETHER}`,
      });
    if (collected && at < collected.tail && stage === undefined)
      tell({
        area: 'collected',
        code: 'collected-behind',
        severity: 'error',
        message: `${reader} have taken collected records up to ${at}, but their log begins at ${collected.tail}: ${collected.tail - at} records are in no repository`,
        repair: `restore collected/ and store/ ${TOGETHER}; or fetch these files again (opentrail sources)`,
      });
  }
}

/** A reader of the journal. */
export interface JournalReader {
  readonly who: string;
  /** The journal's number of its next event. */
  readonly at: number;
}

/** Has nobody read further than the journal reaches? */
export function checkReaders(
  readers: readonly JournalReader[],
  journal: Pick<Journal, 'head'>,
  tell: Tell,
): void {
  const head = journal.head().seq;
  for (const { who, at } of readers) {
    if (at <= head) continue;
    tell({
      area: 'delivery',
      code: 'cursor-ahead',
      severity: 'error',
      message: `${who} has read up to event ${at}, but the journal ends at ${head}: it is older than the state`,
      repair: `restore journal/ and state/ ${TOGETHER}`,
    });
  }
}
