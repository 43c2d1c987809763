import type { Journal, JournalPosition } from '../../journal/index.ts';
import type { FsckFinding, Tell } from './finding.ts';

const CHUNK_BYTES = 8 << 20;

/** Is the journal whole from its tail to its head: no number missing, no position wrong, every record readable? */
export async function checkJournal(journal: Journal, deep: boolean, tell: Tell): Promise<number> {
  let events = 0;
  let at = journal.tail();
  while (at.seq < journal.head().seq) {
    const range = await journal.read(at.seq, { maxBytes: CHUNK_BYTES });
    let expected = at.seq;
    for (const event of range.events) {
      if (event.seq !== expected) {
        tell(gap(expected, event.seq));
        expected = event.seq;
      }
      expected++;
      events++;
      if (deep && !isJson(event.raw)) tell(unreadable(event.seq));
    }
    if (range.events.length === 0) {
      tell(gap(at.seq, journal.head().seq));
      break;
    }
    if (range.from.seq === at.seq && range.from.bytes !== at.bytes) {
      tell({
        area: 'journal',
        code: 'journal-position',
        severity: 'error',
        message: `event ${at.seq} stands at byte ${range.from.bytes}, not at ${at.bytes}`,
        repair: 'restore journal/ from a backup (opentrail restore)',
      });
    }
    at = range.next;
  }
  return events;
}

/** Is there still everything that a reader has yet to read, and nothing that it read and that is not there? */
export async function checkCursor(
  journal: Journal,
  who: string,
  cursor: JournalPosition,
  tell: Tell,
): Promise<void> {
  const [tail, head] = [journal.tail(), journal.head()];
  const said = `${who} has read up to event ${cursor.seq}`;
  if (cursor.seq > head.seq) {
    tell({
      area: 'delivery',
      code: 'cursor-ahead',
      severity: 'error',
      message: `${said}, but the journal ends at ${head.seq}: it is older than the state`,
      repair: 'restore journal/ and state/ from the same backup (opentrail restore)',
    });
  } else if (cursor.seq < tail.seq) {
    tell({
      area: 'delivery',
      code: 'cursor-behind',
      severity: 'error',
      message: `${said}, but the journal begins at ${tail.seq}: ${tail.seq - cursor.seq} events are gone undelivered`,
      repair:
        'restore journal/ and state/ from the same backup; else find these events with opentrail export',
    });
  } else if (cursor.seq < head.seq) {
    const { from } = await journal.read(cursor.seq, { maxBytes: 1 });
    // A trail's first cursor has the bytes of the head of that time: too many, never too few.
    if (from.seq === cursor.seq && (cursor.bytes < from.bytes || cursor.bytes > head.bytes)) {
      tell({
        area: 'delivery',
        code: 'cursor-position',
        severity: 'error',
        message: `${said} at byte ${cursor.bytes}, which stands at byte ${from.bytes}: it is of another journal`,
        repair: 'restore journal/ and state/ from the same backup (opentrail restore)',
      });
    }
  }
}

function gap(expected: number, found: number): FsckFinding {
  return {
    area: 'journal',
    code: 'journal-gap',
    severity: 'error',
    message: `the journal has no events ${expected} to ${found - 1}`,
    repair:
      'restore journal/ from a backup (opentrail restore); those that were delivered are in the log files',
  };
}

function unreadable(seq: number): FsckFinding {
  return {
    area: 'journal',
    code: 'journal-record',
    severity: 'error',
    message: `event ${seq} of the journal is not JSON any more`,
    repair: 'restore journal/ from a backup (opentrail restore)',
  };
}

function isJson(raw: Buffer): boolean {
  try {
    JSON.parse(raw.toString());
    return true;
  } catch {
    return false;
  }
}
