import type { EventBridgeClient, PutEventsCommand, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import type { TrailEvent } from '../../event-bus/index.ts';
import { openRemoteBus } from './remote-bus.ts';

/** A bus elsewhere that keeps what it takes; `answer` may refuse an entry. */
class FakeBus {
  readonly taken: string[] = [];
  readonly batches: (readonly [region: string, entries: number])[] = [];
  answer: (name: string) => PutEventsResultEntry = () => ({ EventId: 'x' });
  saved: number | undefined;

  readonly clientOf = (region: string) =>
    ({
      send: async ({ input }: PutEventsCommand) => {
        const entries = input.Entries ?? [];
        this.batches.push([region, entries.length]);
        const Entries = entries.map(({ Detail = '', Source }) => {
          const { eventName } = JSON.parse(Detail) as { eventName: string };
          const answer = this.answer(eventName);
          if (!answer.ErrorCode) this.taken.push(`${Source} ${eventName}`);
          return answer;
        });
        return { Entries };
      },
    }) as unknown as EventBridgeClient;

  open(head = 0) {
    const cursor = {
      read: async () => this.saved,
      write: async (next: number) => {
        this.saved = next;
      },
    };
    return openRemoteBus({ clientOf: this.clientOf, cursor, head });
  }
}

function event(eventName: string, more: Partial<TrailEvent> = {}): TrailEvent {
  const record = { eventName, eventSource: 's3.amazonaws.com', eventType: 'AwsApiCall' };
  const raw = Buffer.from(JSON.stringify(record));
  return {
    account: '1',
    region: 'us-east-1',
    eventId: eventName,
    time: 0,
    category: 'Data',
    raw,
    record,
    ...more,
  };
}

describe('a real bus', () => {
  it('begins at the head, and goes on where it was', async () => {
    const fake = new FakeBus();
    expect((await fake.open(7)).cursor).toBe(7);
    expect((await fake.open(9)).cursor).toBe(7);
  });

  it('gets ten events a call, in the Region of each, under a source that it takes', async () => {
    const fake = new FakeBus();
    const bus = await fake.open();
    const many = Array.from({ length: 23 }, (_, n) => event(`E${n}`));
    await bus.take([...many, event('Far', { region: 'eu-west-1' })], 24);
    expect(fake.batches).toEqual([
      ['us-east-1', 10],
      ['us-east-1', 10],
      ['us-east-1', 3],
      ['eu-west-1', 1],
    ]);
    expect(fake.taken[0]).toBe('opentrail.s3 E0');
    expect(bus.cursor).toBe(24);
    expect(fake.saved).toBe(24);
    expect(bus.counters.sent).toBe(24);
  });

  it('is sent again what it did not take, and only that', async () => {
    const fake = new FakeBus();
    const bus = await fake.open();
    const three = [event('A'), event('B'), event('C')];
    fake.answer = (name) => (name === 'B' ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow' } : {});
    await expect(bus.take(three, 3)).rejects.toThrow('ThrottlingException: slow');
    expect(bus.cursor).toBe(0);
    fake.answer = () => ({});
    await bus.take(three, 3);
    expect(fake.taken).toEqual(['opentrail.s3 A', 'opentrail.s3 C', 'opentrail.s3 B']);
    expect(bus.cursor).toBe(3);
    expect(bus.counters.failedTries).toBe(1);
  });

  it('loses what it will never take, counted', async () => {
    const fake = new FakeBus();
    const bus = await fake.open();
    fake.answer = (name) => (name === 'A' ? { ErrorCode: 'NotAuthorizedForSourceException' } : {});
    const record = { eventName: 'Large', x: 'x'.repeat(256 * 1024) };
    const large = event('Large', { raw: Buffer.from(JSON.stringify(record)), record });
    await bus.take([event('A'), large, event('B')], 3);
    expect(fake.taken).toEqual(['opentrail.s3 B']);
    expect(Object.fromEntries(bus.counters.dropped)).toEqual({
      NotAuthorizedForSourceException: 1,
      'too-large': 1,
    });
  });
});
