import { afterEach, describe, expect, it } from 'vitest';
import type { Journal, JournalEvent, JournalRange } from '../../journal/index.ts';
import type { Trail, TrailRule } from '../../trails/index.ts';
import { type EventBusDelivery, startEventBusDelivery, type TrailEventSink } from './event-bus-delivery.ts';
import type { TakenEvent } from './taken-events.ts';

const RULE: TrailRule = {
  account: '123456789012',
  homeRegion: 'us-east-1',
  multiRegion: true,
  includeGlobalServiceEvents: true,
  recursiveLogging: true,
  insights: false,
  selectors: {
    kind: 'basic',
    selectors: [
      {
        ReadWriteType: 'WriteOnly',
        IncludeManagementEvents: true,
        DataResources: [],
        ExcludeManagementEventSources: [],
      },
    ],
  },
};
const trail = (uid: string, spans: Trail['spans']) => ({ uid, spans }) as Trail;

/** Events in memory, numbered from 0. */
class FakeJournal {
  readonly events: JournalEvent[] = [];
  trimmed = 0;
  #listener = () => {};

  add(eventName: string, more: Partial<JournalEvent> = {}): void {
    const seq = this.events.length;
    const record = { eventName, eventSource: 'iam.amazonaws.com', readOnly: eventName.startsWith('List') };
    this.events.push({
      seq,
      acceptedAt: 0,
      account: RULE.account,
      region: 'us-east-1',
      eventId: `e${seq}`,
      time: 0,
      category: 'Management',
      raw: Buffer.from(JSON.stringify(record)),
      ...more,
    });
    this.#listener();
  }

  get journal(): Journal {
    const place = (seq: number) => ({ seq, bytes: seq * 100 });
    return {
      head: () => place(this.events.length),
      tail: () => place(0),
      read: async (from: number, { to = this.events.length }): Promise<JournalRange> => {
        const events = this.events.slice(from, Math.min(from + 2, to));
        return { from: place(from), next: place(from + events.length), events };
      },
      trim: async (before: number) => {
        this.trimmed = before;
      },
      onAppend: (listener: () => void) => {
        this.#listener = listener;
        return () => undefined;
      },
    } as unknown as Journal;
  }
}

class FakeSink implements TrailEventSink {
  isListening = true;
  cursor = 0;
  fails = false;
  readonly taken: string[] = [];
  wants = (_account: string, region: string) => region !== 'eu-west-1';
  async take(events: readonly TakenEvent[], next: number): Promise<void> {
    if (this.fails && events.length > 0) throw new Error('down');
    this.taken.push(...events.map(({ eventId, record }) => `${eventId} ${record.eventName}`));
    this.cursor = next;
  }
}

let reader: EventBusDelivery;
afterEach(() => reader.close());

function house(trails: readonly Trail[], maxHeldBytes = 1e9) {
  const journal = new FakeJournal();
  const sink = new FakeSink();
  const errors: string[] = [];
  let time = 0;
  reader = startEventBusDelivery({
    journal: journal.journal,
    trails: { all: () => trails },
    sink,
    now: () => time,
    maxHeldBytes,
    onError: (what) => errors.push(what),
  });
  return { journal, sink, errors, pass: (ms: number) => (time += ms) };
}

const OPEN = { from: 0, to: null, rule: RULE };

describe('the reader of the journal for the event bus', () => {
  it('brings what a logging trail selects, once however many trails do', async () => {
    const { journal, sink } = house([trail('a', [OPEN]), trail('b', [OPEN])]);
    for (const name of ['CreateUser', 'ListUsers', 'DeleteUser']) journal.add(name);
    journal.add('CreateUser', { region: 'eu-west-1' });
    journal.add('CreateUser', { account: '999999999999' });
    await reader.flush();
    expect(sink.taken).toEqual(['e0 CreateUser', 'e2 DeleteUser']);
    expect(sink.cursor).toBe(5);
  });

  it('asks the rule that held when the event was accepted', async () => {
    const { journal, sink } = house([
      trail('a', [
        { from: 1, to: 2, rule: RULE },
        { from: 3, to: null, rule: { ...RULE, multiRegion: false, homeRegion: 'ap-east-1' } },
      ]),
    ]);
    for (const name of ['A', 'B', 'C', 'D']) journal.add(name);
    await reader.flush();
    expect(sink.taken).toEqual(['e1 B']);
  });

  it('does not read while nobody listens, and holds nothing back', async () => {
    const { journal, sink } = house([trail('a', [OPEN])]);
    sink.isListening = false;
    journal.add('CreateUser');
    await reader.flush();
    expect(sink.cursor).toBe(0);
    expect(reader.heldFrom()).toBe(Number.POSITIVE_INFINITY);
    expect(reader.backlog).toBe(0);
  });

  it('keeps the journal that it has not read, and goes on when the bus is back', async () => {
    const { journal, sink, errors, pass } = house([trail('a', [OPEN])]);
    sink.fails = true;
    journal.add('CreateUser');
    await reader.flush();
    expect(errors).toEqual(['delivery to the event bus']);
    await reader.holdJournal(journal.journal).trim(1);
    expect(journal.trimmed).toBe(0);
    sink.fails = false;
    pass(60_000);
    await reader.flush();
    expect(sink.taken).toEqual(['e0 CreateUser']);
    await reader.holdJournal(journal.journal).trim(1);
    expect(journal.trimmed).toBe(1);
  });

  it('gives up what a dead bus holds back beyond the bound, counted', async () => {
    const { journal, sink } = house([trail('a', [OPEN])], 250);
    sink.fails = true;
    for (const name of ['A', 'B', 'C']) journal.add(name);
    await reader.flush();
    expect(reader.dropped).toBe(2);
    expect(sink.cursor).toBe(2);
  });

  it('brings what a deleted trail took before it was deleted', async () => {
    const trails: Trail[] = [trail('a', [OPEN])];
    const { journal, sink } = house(trails);
    journal.add('CreateUser');
    const [deleted] = trails.splice(0);
    await reader.retire(deleted!);
    journal.add('DeleteUser');
    await reader.flush();
    expect(sink.taken).toEqual(['e0 CreateUser']);
  });
});
