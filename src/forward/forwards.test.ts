import { createSocket } from 'node:dgram';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import {
  type Feed,
  type Forwards,
  type ForwardsOptions,
  type Outgoing,
  openForwards,
  resealForwards,
} from './index.ts';
import { Intake, type Received, type Reply } from './intake.fixture.ts';

/** A feed in memory: what a log on disk offers, without the disk. */
class MemoryFeed implements Feed {
  readonly name: Feed['name'];
  readonly events: Outgoing[] = [];
  first = 0;
  #listeners = new Set<() => void>();
  constructor(name: Feed['name'] = 'collected') {
    this.name = name;
  }
  head = () => this.events.length;
  tail = () => this.first;
  async read(from: number, { maxBytes }: { readonly maxBytes: number }) {
    const start = Math.max(from, this.first);
    let [end, bytes] = [start, 0];
    while (end < this.events.length && bytes < maxBytes) bytes += this.events[end++]?.raw.length ?? 0;
    return { from: start, next: end, events: this.events.slice(start, end) };
  }
  onAppend(listener: () => void) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  append(events: readonly Outgoing[]): void {
    this.events.push(...events);
    for (const listener of this.#listeners) listener();
  }
}

let dir: string;
let state: State;
let feed: MemoryFeed;
let forwards: Forwards;
let intakes: Intake[];
let clock = 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'forward-'));
  state = openLmdbState(join(dir, 'state'));
  feed = new MemoryFeed();
  intakes = [];
  clock = 0;
  forwards = await open();
});

afterEach(async () => {
  await forwards.close();
  await state.close();
  for (const intake of intakes) await intake.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = (
  more: {
    box?: ForwardsOptions['box'];
    isAllowed?: (address: string) => boolean;
    maxDeadBytes?: number;
  } = {},
) =>
  openForwards({
    state,
    box: {
      seal: (_place, text) => Buffer.from(text).toString('base64'),
      open: (_place, text) => Buffer.from(text, 'base64').toString(),
    },
    path: join(dir, 'dead'),
    feeds: [feed],
    isAllowed: () => true,
    now: () => Date.UTC(2026, 10, 21) + clock,
    // Half of the shortest pause is long enough for a test.
    random: () => -0.99,
    sleep: async () => undefined,
    form: (event, form) => (form === 'raw' ? event.raw : JSON.stringify({ form, id: event.id })),
    onError: (what, error) => {
      throw new Error(what, { cause: error });
    },
    ...more,
  });

async function intakeOf(reply?: (request: Received) => Reply | Promise<Reply>): Promise<Intake> {
  const intake = await Intake.start(reply);
  intakes.push(intake);
  return intake;
}

function event(at: number, more: Partial<Outgoing> = {}): Outgoing {
  const known = { id: `id-${at}`, account: '111111111111', region: 'eu-west-1', source: 'iam.amazonaws.com' };
  const record = { eventID: known.id, eventSource: known.source, eventName: 'CreateUser', n: '§§' };
  return {
    ...known,
    ...{
      time: Date.UTC(2026, 10, 20) + at,
      arrived: 5,
      name: 'CreateUser',
      error: '',
      tags: ['#cloudtrail'],
    },
    ...{
      priority: 'normal',
      repo: 'default',
      rule: 'catch-all',
      from: 'src',
      file: 'bucket/key',
      enrichment: {},
    },
    raw: JSON.stringify(record).replace('"§§"', '1.0'),
    ...more,
  };
}

const events = (count: number, from = 0) => Array.from({ length: count }, (_, at) => event(from + at));

async function settled(
  name: string,
  fits: (status: NonNullable<Awaited<ReturnType<Forwards['status']>>>) => boolean,
) {
  let last: unknown;
  for (let tries = 0; tries < 1500; tries++) {
    const status = await forwards.status(name);
    if (status && fits(status)) return status;
    last = status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain: ${JSON.stringify(last)}`);
}

const add = (name: string, kind: string, url: string, more: Record<string, unknown> = {}) =>
  forwards.put({ name, kind, url, secret: 'key-1', ...more });

describe('each intake gets what it takes', () => {
  test('Datadog logs: tags, source, gzip, the record as it is', async () => {
    const intake = await intakeOf(() => ({ status: 202 }));
    await add('dd', 'datadog-logs', intake.url, { tags: ['env:prod'] });
    feed.append(events(2));
    await settled('dd', ({ sent }) => sent === 2);
    const [request] = intake.received;
    expect(request?.path).toBe('/api/v2/logs');
    expect(request?.headers).toMatchObject({ 'dd-api-key': 'key-1', 'content-encoding': 'gzip' });
    const logs = JSON.parse(request?.body ?? '') as { message: string; ddtags: string }[];
    expect(logs[0]).toMatchObject({
      ddsource: 'cloudtrail',
      service: 'iam',
      event_id: 'id-0',
      hostname: '111111111111',
    });
    expect(logs[0]?.message).toBe(event(0).raw);
    expect(logs[0]?.ddtags.split(',')).toEqual(
      expect.arrayContaining(['cloudtrail', 'event_name:CreateUser', 'env:prod', 'account:111111111111']),
    );
  });

  test('Datadog logs: at most 1000 and 5 MB in a request', async () => {
    const intake = await intakeOf(({ body }) => ({ status: body.length > 5_000_000 ? 413 : 202 }));
    await add('dd', 'datadog-logs', intake.url);
    feed.append([
      ...events(2500),
      ...events(20, 3000).map((one) => ({ ...one, raw: `{"x":"${'y'.repeat(900_000)}"}` })),
    ]);
    await settled('dd', ({ sent }) => sent === 2520);
    const sizes = intake.received.map(({ body }) => (JSON.parse(body) as unknown[]).length);
    expect(Math.max(...sizes)).toBe(1000);
    expect(Math.max(...intake.received.map(({ body }) => body.length))).toBeLessThan(5_000_000);
  });

  test('Datadog events: one a request, with tag and priority', async () => {
    const intake = await intakeOf(() => ({ status: 202 }));
    await add('dd', 'datadog-events', intake.url);
    feed.append([
      event(0),
      event(1, { priority: 'low', error: 'AccessDenied', source: 'kms.amazonaws.com' }),
    ]);
    await settled('dd', ({ sent }) => sent === 2);
    const [first, second] = intake.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(first).toMatchObject({
      priority: 'normal',
      alert_type: 'info',
      source_type_name: 'cloudtrail',
      title: 'CreateUser (iam)',
    });
    expect(first?.tags).toContain('cloudtrail');
    expect(second).toMatchObject({ priority: 'low', alert_type: 'error' });
  });

  test('Splunk: token, index, the record inside; with acknowledgement it waits for the indexers', async () => {
    let asked = 0;
    const intake = await intakeOf(({ path }) => {
      if (path.endsWith('/event')) return { status: 200, body: '{"text":"Success","code":0,"ackId":7}' };
      return { status: 200, body: JSON.stringify({ acks: { 7: ++asked > 2 } }) };
    });
    await add('s', 'splunk', intake.url, { index: 'aws', acknowledge: true });
    feed.append(events(2));
    await settled('s', ({ sent }) => sent === 2);
    const [request, ack] = intake.received;
    expect(request?.headers.authorization).toBe('Splunk key-1');
    expect(request?.headers['x-splunk-request-channel']).toMatch(/^[0-9a-f-]{36}$/);
    const [first] = (request?.body ?? '').split('\n');
    expect(first).toContain(`"event":${event(0).raw}}`);
    expect(JSON.parse(first ?? '')).toMatchObject({
      sourcetype: 'aws:cloudtrail',
      index: 'aws',
      source: 'bucket/key',
      fields: { event_id: 'id-0' },
    });
    expect(ack?.body).toBe('{"acks":[7]}');
    expect(asked).toBe(3);
  });

  test('Splunk: the bad one is a dead letter, those after it are sent again', async () => {
    const intake = await intakeOf(({ body }) => {
      const at = body.split('\n').findIndex((line) => line.includes('id-3'));
      return at < 0
        ? { status: 200, body: '{"code":0}' }
        : { status: 400, body: JSON.stringify({ code: 6, 'invalid-event-number': at }) };
    });
    await add('s', 'splunk', intake.url);
    feed.append(events(8));
    const status = await settled('s', ({ sent, dead }) => sent + dead === 8);
    expect(status).toMatchObject({ sent: 7, dead: 1, deadLetters: { events: 1 } });
    expect(intake.received.map(({ body }) => body.split('\n').length)).toEqual([8, 4]);
  });

  test('Elasticsearch: stable ids, a conflict is in, a mapping fault is a dead letter, a full queue is tried again', async () => {
    const index = new Map<string, string>();
    let busy = 2;
    const intake = await intakeOf(({ body }) => {
      const lines = body.trimEnd().split('\n');
      const items = [];
      for (let at = 0; at < lines.length; at += 2) {
        const { create } = JSON.parse(lines[at] ?? '') as { create: { _id: string; _index: string } };
        const status = index.has(create._id)
          ? 409
          : create._id === 'id-2'
            ? 400
            : create._id === 'id-4' && busy-- > 0
              ? 429
              : 201;
        if (status === 201) index.set(create._id, lines[at + 1] ?? '');
        items.push({
          create: { status, ...(status > 201 && { error: { type: 'mapper_parsing_exception' } }) },
        });
      }
      return { status: 200, body: JSON.stringify({ errors: true, items }) };
    });
    index.set('id-1', 'there already');
    await add('es', 'elasticsearch', intake.url, { user: 'elastic', form: 'raw' });
    feed.append(events(6));
    const status = await settled('es', ({ sent, dead }) => sent + dead === 6);
    expect(status).toMatchObject({ dead: 1, sent: 5 });
    expect(status.retries).toBeGreaterThanOrEqual(2);
    expect([...index.keys()].sort()).toEqual(['id-0', 'id-1', 'id-3', 'id-4', 'id-5']);
    expect(index.get('id-0')).toBe(`{"@timestamp":"2026-11-20T00:00:00.000Z",${event(0).raw.slice(1)}`);
    expect(intake.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('elastic:key-1').toString('base64')}`,
    );
  });

  test('Loki: streams by label, nanoseconds, the id as metadata', async () => {
    const intake = await intakeOf(() => ({ status: 204 }));
    await add('l', 'loki', intake.url, { tags: ['env:prod', 'bad label:x'], index: 'tenant' });
    feed.append([event(0), event(1, { region: 'us-east-1' }), event(2)]);
    await settled('l', ({ sent }) => sent === 3);
    const { streams } = JSON.parse(intake.received[0]?.body ?? '') as {
      streams: { stream: unknown; values: unknown[][] }[];
    };
    expect(streams.map(({ values }) => values.length)).toEqual([2, 1]);
    expect(streams[0]?.stream).toEqual({
      job: 'cloudtrail',
      env: 'prod',
      account: '111111111111',
      region: 'eu-west-1',
      source: 'iam',
    });
    expect(streams[0]?.values[0]).toEqual([
      `${Date.UTC(2026, 10, 20)}000000`,
      event(0).raw,
      { event_id: 'id-0', event_name: 'CreateUser' },
    ]);
    expect(intake.received[0]?.headers['x-scope-orgid']).toBe('tenant');
  });

  test('HTTP: NDJSON, filtered, in the form that was asked for', async () => {
    const intake = await intakeOf();
    await add('h', 'http', intake.url, { filter: 'name:CreateUser -region:us-*', form: 'ocsf', gzip: false });
    feed.append([event(0), event(1, { region: 'us-east-1' }), event(2)]);
    const status = await settled('h', ({ sent, filtered }) => sent + filtered === 3);
    expect(status.filtered).toBe(1);
    expect(intake.received[0]?.body).toBe('{"form":"ocsf","id":"id-0"}\n{"form":"ocsf","id":"id-2"}\n');
    expect(intake.received[0]?.headers.authorization).toBe('Bearer key-1');
  });

  test('syslog over TCP: RFC 5424 with the length before each message', async () => {
    let text = Buffer.alloc(0);
    const server = createServer((socket) =>
      socket.on('data', (chunk) => (text = Buffer.concat([text, chunk]))),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await add('sys', 'syslog', `tcp://127.0.0.1:${port}`);
    feed.append([event(0), event(1, { error: 'Access"Denied]' })]);
    await settled('sys', ({ sent }) => sent === 2);
    for (let tries = 0; tries < 500 && !text.includes('id-1"'); tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const messages: string[] = [];
    while (text.length > 0) {
      const space = text.indexOf(' ');
      const length = Number(text.subarray(0, space).toString());
      messages.push(text.subarray(space + 1, space + 1 + length).toString());
      text = text.subarray(space + 1 + length);
    }
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(
      /^<109>1 2026-11-20T00:00:00\.000Z \S+ opentrail - CreateUser \[cloudtrail@32473 eventId="id-0" /,
    );
    expect(messages[0]?.endsWith(`] \uFEFF${event(0).raw}`)).toBe(true);
    expect(messages[1]).toContain('<108>1 ');
    expect(messages[1]).toContain('error="Access\\"Denied\\]"');
    await forwards.remove('sys');
    await new Promise((resolve) => server.close(resolve));
  });

  test('syslog over UDP: a datagram each, what does not fit into one is a dead letter', async () => {
    const socket = createSocket('udp4');
    const datagrams: string[] = [];
    socket.on('message', (message) => datagrams.push(message.toString()));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    await add('sys', 'syslog', `udp://127.0.0.1:${socket.address().port}`);
    feed.append([event(0), event(1, { raw: `{"x":"${'y'.repeat(70_000)}"}` })]);
    const status = await settled('sys', ({ sent, dead }) => sent + dead === 2);
    expect(status).toMatchObject({ sent: 1, dead: 1 });
    for (let tries = 0; tries < 500 && datagrams.length === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(datagrams[0]).toMatch(/^<109>1 /);
    socket.close();
  });
});

describe('nothing is lost on the way', () => {
  const seen = (intake: Intake) => intake.received.flatMap(({ body }) => body.split('\n').filter(Boolean));

  test('an intake that throttles, fails and breaks off gets every event, in order', async () => {
    const answers: (Reply | 'break')[] = [
      { status: 503 },
      'break',
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 500 },
    ];
    const taken: string[] = [];
    const intake = await intakeOf(({ body }) => {
      const answer = answers.shift();
      if (answer === 'break') throw new Error('broken');
      if (answer) return answer;
      taken.push(...body.split('\n').filter(Boolean));
      return { status: 200 };
    });
    await add('h', 'http', intake.url);
    feed.append(events(30));
    const status = await settled('h', ({ sent, state: how }) => sent === 30 && how === 'idle');
    expect(taken).toEqual(events(30).map(({ raw }) => raw));
    expect(status).toMatchObject({ retries: 4, dead: 0, state: 'idle' });
  });

  test('one event that the intake refuses takes no other with it', async () => {
    const taken: string[] = [];
    const intake = await intakeOf(({ body }) => {
      if (body.includes('"id-5"')) return { status: 400, body: 'bad event' };
      taken.push(...body.split('\n').filter(Boolean));
      return { status: 200 };
    });
    await add('h', 'http', intake.url);
    feed.append(events(16));
    const status = await settled('h', ({ sent, dead }) => sent + dead === 16);
    expect(status).toMatchObject({ sent: 15, dead: 1, lastError: 'the intake answered 400: bad event' });
    expect(taken.sort()).toEqual(
      events(16)
        .filter(({ id }) => id !== 'id-5')
        .map(({ raw }) => raw)
        .sort(),
    );
  });

  test('dead letters go again when asked, and are gone then', async () => {
    let isBroken = true;
    const intake = await intakeOf(() => ({ status: isBroken ? 422 : 200 }));
    await add('h', 'http', intake.url);
    feed.append(events(3));
    await settled('h', ({ dead }) => dead === 3);
    expect(readdirSync(join(dir, 'dead', 'h'))).toHaveLength(3);
    isBroken = false;
    intake.received.length = 0;
    expect(await forwards.retry('h')).toBe(3);
    await settled('h', ({ deadLetters }) => deadLetters.events === 0);
    expect(seen(intake).sort()).toEqual(events(3).map(({ raw }) => raw));
    expect(await forwards.retry('nobody')).toBeUndefined();
  });

  test('an intake that never recovers: after its time the events are dead letters, bounded', async () => {
    await forwards.close();
    forwards = await open({ maxDeadBytes: 3000 });
    const intake = await intakeOf(() => ({ status: 503 }));
    await add('h', 'http', intake.url, { giveUpAfter: 0 });
    for (let at = 0; at < 10; at++) {
      feed.append([event(at)]);
      await settled('h', ({ dead }) => dead === at + 1);
    }
    const status = await settled('h', ({ behind }) => behind === 0);
    expect(status.deadLetters.bytes).toBeLessThanOrEqual(3000);
    expect(status.deadLetters.events + (status.lost.get('dead-letter-bound') ?? 0)).toBe(10);
  });

  test('a wrong key gives nothing up: it waits until the key is right', async () => {
    const taken: string[] = [];
    const intake = await intakeOf(({ headers, body }) => {
      if (headers.authorization !== 'Bearer right') return { status: 401 };
      taken.push(...body.split('\n').filter(Boolean));
      return { status: 200 };
    });
    await add('h', 'http', intake.url, { giveUpAfter: 0 });
    feed.append(events(4));
    await settled('h', ({ retries, state: how }) => retries >= 2 && how === 'failing');
    await add('h', 'http', intake.url, { secret: 'right' });
    const status = await settled('h', ({ sent }) => sent === 4);
    expect(status.dead).toBe(0);
    expect(taken).toEqual(events(4).map(({ raw }) => raw));
  });

  test('a restart goes on where it stood, and sends what was under way again', async () => {
    let isDown = false;
    const intake = await intakeOf(() => {
      if (isDown) throw new Error('down');
      return { status: 200 };
    });
    await add('h', 'http', intake.url);
    feed.append(events(5));
    await settled('h', ({ sent, behind }) => sent === 5 && behind === 0);
    isDown = true;
    feed.append(events(5, 5));
    await settled('h', ({ retries }) => retries > 0);
    await forwards.close();
    isDown = false;
    forwards = await open();
    await settled('h', ({ sent }) => sent === 5);
    expect(seen(intake)).toEqual(events(10).map(({ raw }) => raw));
  });

  test('a slow destination holds only itself; a feed that was trimmed meanwhile is counted', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = await intakeOf(async () => {
      reached();
      await gate;
      return { status: 200 };
    });
    const fast = await intakeOf();
    await add('slow', 'http', slow.url);
    await add('fast', 'http', fast.url);
    feed.append(events(3));
    await isReached;
    await settled('fast', ({ sent }) => sent === 3);
    feed.append(events(3, 3));
    await settled('fast', ({ sent }) => sent === 6);
    expect(await forwards.status('slow')).toMatchObject({ sent: 0, behind: 6 });
    expect(forwards.heldFrom('collected')).toBe(0);
    feed.first = 5;
    release();
    const status = await settled('slow', ({ behind }) => behind === 0);
    expect(status.sent).toBe(4);
    expect(status.lost.get('feed-trimmed')).toBe(2);
  });

  test('a destination begins with what comes after it, or with what is there if asked', async () => {
    feed.append(events(3));
    const [a, b] = [await intakeOf(), await intakeOf()];
    await add('new', 'http', a.url);
    await add('all', 'http', b.url, { fromStart: true });
    feed.append(events(1, 3));
    await settled('new', ({ sent }) => sent === 1);
    await settled('all', ({ sent }) => sent === 4);
  });

  test('paused it stays still, then goes on', async () => {
    const intake = await intakeOf();
    await add('h', 'http', intake.url, { paused: true });
    feed.append(events(2));
    expect(await forwards.status('h')).toMatchObject({ state: 'paused', behind: 2 });
    await forwards.pause('h', false);
    await settled('h', ({ sent }) => sent === 2);
    expect(await forwards.remove('h')).toBe(true);
    expect(await forwards.remove('h')).toBe(false);
    expect(await state.list('forward/')).toEqual([]);
  });
});

describe('hostile until proven', () => {
  test('an address that is not allowed is never connected to, by name or by number', async () => {
    await forwards.close();
    forwards = await open({ isAllowed: (address) => address !== '127.0.0.1' && address !== '::1' });
    const intake = await intakeOf();
    const { port } = new URL(intake.url);
    await add('number', 'http', `http://127.0.0.1:${port}`);
    await add('name', 'http', `http://localhost:${port}`);
    await add('log', 'syslog', `tcp://localhost:${port}`);
    feed.append(events(1));
    for (const name of ['number', 'name', 'log']) {
      const status = await settled(name, ({ retries }) => retries > 0);
      expect(status.lastError).toMatch(/leads to an address that nothing is sent to/);
    }
    expect(intake.received).toEqual([]);
  });

  test('an endless answer and a redirect are no way in', async () => {
    const endless = await intakeOf(() => ({ status: 200, body: 'x'.repeat(2 << 20) }));
    const redirect = await intakeOf(() => ({ status: 302, headers: { location: endless.url } }));
    await add('endless', 'http', endless.url);
    await add('redirect', 'http', redirect.url);
    feed.append(events(1));
    expect((await settled('endless', ({ retries }) => retries > 0)).lastError).toMatch(
      /longer than a megabyte/,
    );
    expect((await settled('redirect', ({ retries }) => retries > 0)).lastError).toMatch(/answered 302/);
  });

  test('secrets lie nowhere in plain text', async () => {
    await add('h', 'http', 'https://example.com', { secret: 'very-secret-value' });
    expect(JSON.stringify([forwards.list(), await forwards.status('h')])).not.toContain('very-secret');
    await forwards.close();
    await state.close();
    const files = readdirSync(join(dir, 'state'), { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name)).includes('very-secret-value'), file.name).toBe(
        false,
      );
    }
    state = openLmdbState(join(dir, 'state'));
    forwards = await open();
    expect(forwards.list()).toHaveLength(1);
  });

  test('a rotation of keys seals secrets anew, and they open after it', async () => {
    const intake = await intakeOf(({ headers }) => ({
      status: headers.authorization === 'Bearer key-1' ? 200 : 401,
    }));
    await add('h', 'http', intake.url);
    await forwards.close();
    let key = 'new';
    const box = {
      seal: (_place: string, text: string) => `${key}:${text}`,
      open: (_place: string, text: string) =>
        text.includes(':') ? text.slice(4) : Buffer.from(text, 'base64').toString(),
      isCurrent: (text: string) => text.startsWith('new:'),
    };
    expect(await resealForwards(state, box)).toBe(1);
    expect(await resealForwards(state, box)).toBe(0);
    key = 'gone';
    forwards = await open({ box });
    feed.append(events(1));
    await settled('h', ({ sent }) => sent === 1);
    await forwards.pause('h', true);
    expect(JSON.stringify(await state.list('forward/destination/'))).toContain('new:key-1');
  });

  test.each([
    [{}, ['name must be 1 to 64', 'kind must be one of', 'url must be an address']],
    [
      { name: '../x', kind: 'http', url: 'ftp://x' },
      ['name must be', 'url must be an address that begins with https:// or http://'],
    ],
    [{ name: 'x', kind: 'http', url: 'https://a:b@x' }, ['url must hold no user']],
    [{ name: 'x', kind: 'splunk', url: 'https://x' }, ['splunk needs a secret']],
    [{ name: 'x', kind: 'syslog', url: 'https://x' }, ['tls:// or tcp:// or udp://']],
    [{ name: 'x', kind: 'http', url: 'https://x', filter: 'usr:x' }, ['filter: there is no field "usr"']],
    [
      {
        name: 'x',
        kind: 'http',
        url: 'https://x',
        form: 'xml',
        feeds: ['all'],
        tags: 5,
        gzip: 1,
        secret: 'a\nb',
        foo: 1,
      },
      ['form must', 'feeds must', 'tags must', 'gzip must', 'secret must', '"foo" is not known'],
    ],
    [{ name: 'x', kind: 'http', url: 'https://x', giveUpAfter: 1e15 }, ['giveUpAfter must']],
  ])('refuses %j and names every fault', async (json, words) => {
    const error = await forwards.put(json).catch((thrown: unknown) => thrown);
    for (const word of words) expect(String(error)).toContain(word);
  });
});
