import { describe, expect, test } from 'vitest';
import { event, events, useForwardHouse } from '../forwards.fixture.ts';

const theHouse = useForwardHouse();

describe('each intake gets what it takes', () => {
  test('Datadog logs: tags, source, gzip, the record as it is', async () => {
    const house = theHouse();
    const intake = await house.intakeOf(() => ({ status: 202 }));
    await house.add('dd', 'datadog-logs', intake.url, { tags: ['env:prod'] });
    house.feed.append(events(2));
    await house.settled('dd', ({ sent }) => sent === 2);
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
    const house = theHouse();
    const intake = await house.intakeOf(({ body }) => ({ status: body.length > 5_000_000 ? 413 : 202 }));
    await house.add('dd', 'datadog-logs', intake.url);
    house.feed.append([
      ...events(2500),
      ...events(20, 3000).map((one) => ({ ...one, raw: `{"x":"${'y'.repeat(900_000)}"}` })),
    ]);
    await house.settled('dd', ({ sent }) => sent === 2520);
    const sizes = intake.received.map(({ body }) => (JSON.parse(body) as unknown[]).length);
    expect(Math.max(...sizes)).toBe(1000);
    expect(Math.max(...intake.received.map(({ body }) => body.length))).toBeLessThan(5_000_000);
  });

  test('Datadog events: one a request, with tag and priority', async () => {
    const house = theHouse();
    const intake = await house.intakeOf(() => ({ status: 202 }));
    await house.add('dd', 'datadog-events', intake.url);
    house.feed.append([
      event(0),
      event(1, { priority: 'low', error: 'AccessDenied', source: 'kms.amazonaws.com' }),
    ]);
    await house.settled('dd', ({ sent }) => sent === 2);
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
    const house = theHouse();
    let asked = 0;
    const intake = await house.intakeOf(({ path }) => {
      if (path.endsWith('/event')) return { status: 200, body: '{"text":"Success","code":0,"ackId":7}' };
      return { status: 200, body: JSON.stringify({ acks: { 7: ++asked > 2 } }) };
    });
    await house.add('s', 'splunk', intake.url, { index: 'aws', acknowledge: true });
    house.feed.append(events(2));
    await house.settled('s', ({ sent }) => sent === 2);
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
    const house = theHouse();
    const intake = await house.intakeOf(({ body }) => {
      const at = body.split('\n').findIndex((line) => line.includes('id-3'));
      return at < 0
        ? { status: 200, body: '{"code":0}' }
        : { status: 400, body: JSON.stringify({ code: 6, 'invalid-event-number': at }) };
    });
    await house.add('s', 'splunk', intake.url);
    house.feed.append(events(8));
    const status = await house.settled('s', ({ sent, dead }) => sent + dead === 8);
    expect(status).toMatchObject({ sent: 7, dead: 1, deadLetters: { events: 1 } });
    expect(intake.received.map(({ body }) => body.split('\n').length)).toEqual([8, 4]);
  });

  test('Elasticsearch: stable ids, a conflict is in, a mapping fault is a dead letter, a full queue is tried again', async () => {
    const house = theHouse();
    const index = new Map<string, string>();
    let busy = 2;
    const intake = await house.intakeOf(({ body }) => {
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
    await house.add('es', 'elasticsearch', intake.url, { user: 'elastic', form: 'raw' });
    house.feed.append(events(6));
    const status = await house.settled('es', ({ sent, dead }) => sent + dead === 6);
    expect(status).toMatchObject({ dead: 1, sent: 5 });
    expect(status.retries).toBeGreaterThanOrEqual(2);
    expect([...index.keys()].sort()).toEqual(['id-0', 'id-1', 'id-3', 'id-4', 'id-5']);
    expect(index.get('id-0')).toBe(`{"@timestamp":"2026-11-20T00:00:00.000Z",${event(0).raw.slice(1)}`);
    expect(intake.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('elastic:key-1').toString('base64')}`,
    );
  });

  test('Loki: streams by label, nanoseconds, the id as metadata', async () => {
    const house = theHouse();
    const intake = await house.intakeOf(() => ({ status: 204 }));
    await house.add('l', 'loki', intake.url, { tags: ['env:prod', 'bad label:x'], index: 'tenant' });
    house.feed.append([event(0), event(1, { region: 'us-east-1' }), event(2)]);
    await house.settled('l', ({ sent }) => sent === 3);
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
    const house = theHouse();
    const intake = await house.intakeOf();
    await house.add('h', 'http', intake.url, {
      filter: 'name:CreateUser -region:us-*',
      form: 'ocsf',
      gzip: false,
    });
    house.feed.append([event(0), event(1, { region: 'us-east-1' }), event(2)]);
    const status = await house.settled('h', ({ sent, filtered }) => sent + filtered === 3);
    expect(status.filtered).toBe(1);
    expect(intake.received[0]?.body).toBe('{"form":"ocsf","id":"id-0"}\n{"form":"ocsf","id":"id-2"}\n');
    expect(intake.received[0]?.headers.authorization).toBe('Bearer key-1');
  });
});
