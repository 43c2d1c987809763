import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AcceptedEvent, EventCategory } from '../../src/event/index.ts';
import type { EventStore, FoundEvent, LookupRequest } from '../../src/store/index.ts';

const NOON = Date.UTC(2026, 2, 10, 12);
const ALWAYS = { start: 0, end: Date.UTC(2100, 0, 1), limit: 1000 };

interface Made {
  readonly id: string;
  readonly account: string;
  readonly region?: string;
  readonly time?: number;
  readonly category?: EventCategory;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** An event as the journal hands it over. */
export function make({
  id,
  account,
  region = 'eu-west-1',
  time = NOON,
  category = 'Management',
  more,
}: Made): AcceptedEvent {
  const raw = Buffer.from(JSON.stringify({ eventID: id, eventTime: new Date(time).toISOString(), ...more }));
  return { account, region, eventId: id, time, category, raw };
}

/** What every EventStore does alike; called once for each implementation. Each test has its own account. */
export function describeEventStore(
  name: string,
  open: () => Promise<{ readonly store: EventStore; close(): Promise<void> }>,
): void {
  describe(`event store: ${name}`, () => {
    let store: EventStore;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ store, close } = await open());
      await store.ready();
    });
    afterAll(() => close());

    const find = (account: string, more: Partial<LookupRequest> = {}) =>
      store.lookup({ ...ALWAYS, accounts: [account], ...more });
    const ids = (events: readonly FoundEvent[]) => events.map((event) => event.eventId);

    test.each([
      ['escapes', '{"eventID":"ID","a":"\\u0000\\u0001\\b\\f\\n\\r\\t\\"\\\\\\/"}'],
      ['a tab and spaces between tokens', '{\t"eventID" :\t"ID" ,  "a":1}'],
      ['non-ASCII text and emoji', '{"eventID":"ID","a":"äß漢字 \u{1f600}\u2028\ufeff"}'],
      ['lone surrogates as escapes', '{"eventID":"ID","a":"\\ud800 \\udfff"}'],
      [
        'numbers that JSON.stringify would bend',
        '{"eventID":"ID","a":[0.0,1e400,-0,1E+2,12345678901234567890]}',
      ],
      ['a repeated member', '{"eventID":"x","eventID":"ID","a":1,"a":2}'],
      ['quotes and SQL', '{"eventID":"ID","a":"\'); DROP TABLE events; -- {x:String} \\\\\'"}'],
      ['a DEL and C1 control characters', '{"eventID":"ID","a":"\u007f\u0080\u009f"}'],
      ['250 kB', `{"eventID":"ID","a":"${'\\\\x'.repeat(83_000)}"}`],
      ['no eventID', '{"a":1}'],
      ['no JSON', 'not json at all'],
    ])('gives back the line byte for byte: %s', async (what, line) => {
      const id = `id-${what}`;
      const raw = Buffer.from(line.replaceAll('ID', id));
      await store.insert([{ ...make({ id, account: 'bytes' }), raw }], `bytes-${what}`);
      const found = await find('bytes', { attributes: [{ key: 'EventId', value: id }] });
      expect(found).toEqual([
        {
          account: 'bytes',
          region: 'eu-west-1',
          eventId: id,
          time: NOON,
          category: 'Management',
          raw: raw.toString(),
        },
      ]);
    });

    test('stores an insert once, however often it is repeated, one after the other or at once', async () => {
      const events = Array.from({ length: 50 }, (_, at) =>
        make({ id: `once-${at}`, account: 'once', more: { eventName: 'Once' } }),
      );
      const before = (await store.size()).events;
      await store.insert(events, 'once');
      await store.insert(events, 'once');
      await Promise.all(Array.from({ length: 10 }, () => store.insert(events, 'once')));
      expect(await find('once')).toHaveLength(50);
      expect(await find('once', { attributes: [{ key: 'EventName', value: 'Once' }] })).toHaveLength(50);
      expect((await store.size()).events).toBe(before + 50);
    });

    test('another token is another insert, and what is stored is countable at once', async () => {
      const before = (await store.size()).events;
      await store.insert([make({ id: 'a', account: 'tokens' })], 'token a');
      await store.insert([make({ id: 'b', account: 'tokens' })], "token ' b \\");
      expect((await store.size()).events).toBe(before + 2);
      expect(ids(await find('tokens')).sort()).toEqual(['a', 'b']);
    });

    test('an insert of nothing is nothing', async () => {
      await store.insert([], 'nothing');
      expect(await find('nothing')).toEqual([]);
    });

    test('takes an insert over more than a hundred months, and repeats it once', async () => {
      const events = Array.from({ length: 130 }, (_, at) =>
        make({
          id: `month-${at}`,
          account: 'months',
          time: Date.UTC(2013, at, 3),
          more: { eventName: 'Monthly' },
        }),
      );
      await store.insert(events, 'months');
      await store.insert(events, 'months');
      const found = await find('months', { attributes: [{ key: 'EventName', value: 'Monthly' }] });
      expect(ids(found)).toEqual(events.map((event) => event.eventId).reverse());
    });

    const identity = { type: 'IAMUser', userName: 'alice', accessKeyId: 'AKIAALICE' };
    const rich = {
      eventName: 'PutBucketPolicy',
      eventSource: 's3.amazonaws.com',
      readOnly: false,
      userIdentity: identity,
      requestParameters: { bucketName: 'logs' },
    };

    test.each([
      ['EventId', 'rich'],
      ['EventName', 'PutBucketPolicy'],
      ['ReadOnly', 'false'],
      ['Username', 'alice'],
      ['ResourceType', 'AWS::S3::Bucket'],
      ['ResourceName', 'logs'],
      ['EventSource', 's3.amazonaws.com'],
      ['AccessKeyId', 'AKIAALICE'],
    ] as const)('finds by %s, whole and case-sensitively', async (key, value) => {
      await store.insert(
        [make({ id: 'rich', account: 'rich', more: rich }), make({ id: 'plain', account: 'rich' })],
        'rich',
      );
      const by = (asked: string) => find('rich', { attributes: [{ key, value: asked }] });
      expect(ids(await by(value))).toEqual(['rich']);
      expect(await by(value.slice(0, -1))).toEqual([]);
      const swapped = value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase();
      expect(await by(swapped)).toEqual([]);
    });

    test.each([
      "' OR 1=1 --",
      "\\' OR 1=1 --",
      '{x:String}',
      'a\u0000b',
      '\ud800',
      "x'); DROP TABLE opentrail.events; --",
      '%',
      '',
      'x'.repeat(100_000),
    ])('finds nothing but itself by the hostile value %j', async (value) => {
      await store.insert(
        [make({ id: 'other', account: 'hostile', more: { eventName: 'Other' } })],
        'hostile-other',
      );
      const name = { eventName: value };
      await store.insert(
        [make({ id: `hostile-${value}`, account: 'hostile', more: name })],
        `hostile-${value}`,
      );
      const found = await find('hostile', { attributes: [{ key: 'EventName', value }] });
      expect(found).toHaveLength(value === '' ? 0 : 1);
      expect(await find(value)).toEqual([]);
      expect(await find('hostile', { regions: [value] })).toEqual([]);
      const after = { time: NOON, eventId: value };
      expect((await find('hostile', { after })).length).toBeLessThanOrEqual((await find('hostile')).length);
    });

    test('combines attributes, and the rarest decides nothing about the answer', async () => {
      const events = Array.from({ length: 300 }, (_, at) =>
        make({
          id: `both-${at}`,
          account: 'both',
          time: NOON - at * 1000,
          more: {
            eventName: at % 3 === 0 ? 'A' : 'B',
            readOnly: at % 2 === 0,
            eventSource: at % 5 === 0 ? 's' : 't',
          },
        }),
      );
      await store.insert(events, 'both');
      const attributes = [
        { key: 'EventName', value: 'A' },
        { key: 'ReadOnly', value: 'true' },
        { key: 'EventSource', value: 's' },
      ] as const;
      const expected = events.filter((_, at) => at % 30 === 0).map((event) => event.eventId);
      expect(ids(await find('both', { attributes }))).toEqual(expected);
      expect(ids(await find('both', { attributes: [...attributes].reverse(), limit: 3 }))).toEqual(
        expected.slice(0, 3),
      );
      expect(
        await find('both', { attributes: [...attributes, { key: 'Username', value: 'nobody' }] }),
      ).toEqual([]);
    });

    test('keeps accounts, Regions and categories apart, and together when asked', async () => {
      const events = ['east', 'west'].flatMap((account) =>
        ['r1', 'r2', 'r3'].flatMap((region) =>
          (['Management', 'Data', 'NetworkActivity', 'Insight'] as const).map((category) =>
            make({
              id: `${account}-${region}-${category}`,
              account,
              region,
              category,
              more: { eventName: 'Lane' },
            }),
          ),
        ),
      );
      await store.insert(events, 'lanes');
      const attributes = [{ key: 'EventName', value: 'Lane' }] as const;
      for (const more of [{}, { attributes }]) {
        expect(await find('east', more)).toHaveLength(12);
        expect(await find('east', { ...more, regions: ['r1'] })).toHaveLength(4);
        expect(await find('east', { ...more, categories: ['Data'] })).toHaveLength(3);
        expect(ids(await find('east', { ...more, regions: ['r2'], categories: ['Management'] }))).toEqual([
          'east-r2-Management',
        ]);
        expect(
          await store.lookup({ ...ALWAYS, ...more, accounts: ['east', 'west', 'nowhere'] }),
        ).toHaveLength(24);
        expect(await store.lookup({ ...ALWAYS, ...more, accounts: [] })).toEqual([]);
        expect(await find('east', { ...more, regions: [] })).toEqual([]);
        expect(await find('east', { ...more, categories: [] })).toEqual([]);
      }
    });

    test.each(['one lane', 'many lanes'])('pages newest first without loss or repeat: %s', async (lanes) => {
      const account = `pages ${lanes}`;
      // Many in one second, some in one millisecond, some with fractions; ties must stand in a fixed order.
      const events = Array.from({ length: 400 }, (_, at) =>
        make({
          id: `page-${lanes}-${at}`,
          account,
          region: lanes === 'one lane' ? 'r' : `r${at % 7}`,
          time: NOON + Math.floor(at / 90) * 1000 + (at % 10 === 0 ? at : 0),
          more: { eventName: at % 2 === 0 ? 'Even' : 'Odd' },
        }),
      );
      for (let at = 0; at < events.length; at += 100)
        await store.insert(events.slice(at, at + 100), `${account}-${at}`);
      for (const attributes of [[], [{ key: 'EventName', value: 'Even' } as const]]) {
        const expected = attributes.length === 0 ? 400 : 200;
        for (const limit of [3, 50, 399]) {
          const seen: FoundEvent[] = [];
          let after: LookupRequest['after'];
          while (limit > 3 || seen.length < 30) {
            const page = await find(account, { attributes, limit, ...(after ? { after } : {}) });
            seen.push(...page);
            const last = page.at(-1);
            if (!last || page.length < limit) break;
            after = { time: last.time, eventId: last.eventId };
          }
          expect(new Set(ids(seen)).size).toBe(seen.length);
          if (limit > 3) expect(seen).toHaveLength(expected);
          const times = seen.map((event) => event.time);
          expect(times).toEqual([...times].sort((a, b) => b - a));
        }
      }
    });

    test('includes both ends of the window, to the millisecond', async () => {
      const times = [-1001, -1000, -999, -1, 0, 1, 999, 1000, 1001];
      await store.insert(
        times.map((offset) =>
          make({ id: `w${offset}`, account: 'window', time: NOON + offset, more: { eventName: 'W' } }),
        ),
        'window',
      );
      for (const attributes of [[], [{ key: 'EventName', value: 'W' } as const]]) {
        for (const [from, to] of [
          [-1000, 1000],
          [-999, 999],
          [0, 0],
          [1, 1],
          [2, 998],
          [-5000, 5000],
          [1, -1],
        ] as const) {
          const found = await find('window', { attributes, start: NOON + from, end: NOON + to });
          const expected = times.filter((offset) => offset >= from && offset <= to).reverse();
          expect(ids(found)).toEqual(expected.map((offset) => `w${offset}`));
        }
      }
    });

    test('scans all pages in both directions', async () => {
      const events = Array.from({ length: 1500 }, (_, at) =>
        make({
          id: `scan-${at}`,
          account: 'scan',
          region: `r${at % 3}`,
          time: NOON + Math.floor(at / 4) * 500,
        }),
      );
      await store.insert(events, 'scan');
      const walk = async (order: 'ascending' | 'descending') => {
        const seen: string[] = [];
        for await (const page of store.scan?.({ ...ALWAYS, accounts: ['scan'], order }) ?? [])
          seen.push(...ids(page));
        return seen;
      };
      const descending = await walk('descending');
      expect(new Set(descending).size).toBe(1500);
      expect(await walk('ascending')).toEqual([...descending].reverse());
    });

    test('drops only months that are over before the time', async () => {
      const of = (id: string, time: number) =>
        make({ id, account: 'drop', time, more: { eventName: 'Drop' } });
      await store.insert(
        [of('old', Date.UTC(2001, 0, 31)), of('edge', Date.UTC(2001, 1, 1)), of('new', NOON)],
        'drop',
      );
      await store.dropBefore(Date.UTC(2001, 1, 2));
      expect(ids(await find('drop'))).toEqual(['new', 'edge']);
      expect(await find('drop', { attributes: [{ key: 'EventId', value: 'old' }] })).toEqual([]);
      await store.dropBefore(Date.UTC(2001, 2, 1));
      expect(ids(await find('drop', { attributes: [{ key: 'EventName', value: 'Drop' }] }))).toEqual(['new']);
    });
  });
}
