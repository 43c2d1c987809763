import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SearchLine } from '../../src/cli/admin-api.ts';
import { createApiClient } from '../../src/cli/api-client.ts';
import { apiOf } from '../fault/house-keeping.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start({ flags: ['--accounts', '123456789012,222222222222'] });
  await send('CreateUser', 'alice', { sourceIPAddress: '10.1.2.3' });
  await send('DeleteUser', 'bob', { errorCode: 'AccessDenied', sourceIPAddress: '192.0.2.1' });
  await send('GetObject', 'carol', { recipientAccountId: '222222222222', eventSource: 's3.amazonaws.com' });
  await apiOf(server).call('/v1/flush', {});
});
afterAll(() => server?.dispose());

async function send(eventName: string, userName: string, more: Record<string, unknown> = {}): Promise<void> {
  const record = {
    eventSource: 'iam.amazonaws.com',
    eventName,
    userIdentity: { type: 'IAMUser', userName },
    ...more,
  };
  await apiOf(server).post('/v1/events', JSON.stringify(record));
}

async function search(question: Record<string, unknown>, token?: string): Promise<SearchLine[]> {
  const api = token
    ? createApiClient({ url: server.url, region: 'us-east-1', identity: { kind: 'token', token } }, Date.now)
    : apiOf(server);
  const text = await (await api.post('/v1/search', JSON.stringify(question))).text();
  return text
    .trimEnd()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SearchLine);
}

const ours = (query: string) => `(user:alice OR user:bob OR user:carol) ${query}`;

test('finds the events of trails without any log source', async () => {
  const [found, ...others] = await search({ query: 'source:iam -error:* ip:10.0.0.0/8' });
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    eventName: 'CreateUser',
    user: 'alice',
    repo: 'history',
    account: '123456789012',
  });
  expect(JSON.parse(found?.record ?? '')).toMatchObject({
    eventID: found?.eventId,
    sourceIPAddress: '10.1.2.3',
  });
});

test('newest first, within the window, as many as asked', async () => {
  const all = await search({ query: ours('') });
  expect(all.map(({ user }) => user).sort()).toEqual(['alice', 'bob', 'carol']);
  expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort((a, b) => b - a));
  expect(await search({ query: ours(''), limit: 1 })).toEqual(all.slice(0, 1));
  expect(await search({ query: ours(''), to: Date.now() - 3_600_000 })).toEqual([]);
});

test('counts, and steps of time', async () => {
  const counts = await search({ query: ours(''), countBy: ['source', 'repo'] });
  expect(counts).toEqual([
    { values: ['iam.amazonaws.com', 'history'], count: 2 },
    { values: ['s3.amazonaws.com', 'history'], count: 1 },
  ]);
  const steps = (await search({ query: ours(''), timeline: 10 })) as unknown as { count: number }[];
  expect(steps).toHaveLength(10);
  expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});

test('a token finds the events of its own account only', async () => {
  const token = (await server.opentrail('tokens', 'create', '--scope', 'read')).trim();
  const found = await search({ query: ours('') }, token);
  expect(found.map(({ user }) => user).sort()).toEqual(['alice', 'bob']);
  const ingest = (await server.opentrail('tokens', 'create', '--scope', 'ingest')).trim();
  await expect(search({ query: '' }, ingest)).rejects.toThrow(/good for ingest, not for read/);
});

test.each([
  [{ query: 'usr:x' }, /InvalidQuery: there is no field "usr" at character 1; did you mean user/],
  [{ query: 5 }, /InvalidRequest: query must be a string/],
  [{ query: '', limit: 0 }, /InvalidRequest: limit/],
  [{ query: '', from: 5, to: 4 }, /InvalidTimeRange/],
  [{ query: '', countBy: [] }, /InvalidRequest: countBy takes 1 to 8/],
  [{ query: '', countBy: ['time'] }, /InvalidQuery: cannot count by "time"/],
  [{ query: '', countBy: ["@x'); DROP TABLE a; --"] }, /InvalidQuery/],
  [{ query: '', timeline: 0 }, /InvalidRequest: timeline/],
])('refuses %j', async (question, words) => {
  await expect(search(question)).rejects.toThrow(words);
});

test('on the command line: a table, records as they are, counts, a drawing', async () => {
  const table = await server.opentrail('search', 'name:*User', 'user:(alice OR bob)');
  expect(table.split('\n')[0]).toMatch(/^Time +Event +Source +User +IP +Account/);
  expect(table).toMatch(/DeleteUser +iam +bob +192\.0\.2\.1 +123456789012 .* AccessDenied +history\n/);
  const [record] = await search({ query: 'user:alice' });
  expect(await server.opentrail('search', 'user:alice', '--output', 'ndjson')).toBe(`${record?.record}\n`);
  const context = await server.opentrail('search', 'user:alice', '--output', 'json', '--context');
  expect(JSON.parse(context)).toMatchObject({
    Records: [{ repo: 'history', record: { eventName: 'CreateUser' } }],
  });
  expect(await server.opentrail('search', ours(''), '--count-by', 'error')).toMatch(
    / 2 +█{20} +-\n +1 +█{10} +AccessDenied/,
  );
  expect(await server.opentrail('search', '--timeline', '--', ours(''))).toMatch(/└─+\n.*\n +3 events, /);
  const wrong = await server.runOpentrail('search', '(a');
  expect(wrong).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('a parenthesis is never closed'),
  });
});

test('a followed search goes on with what arrives, each once', async () => {
  const gone = new AbortController();
  const lines: string[] = [];
  const response = await apiOf(server).post(
    '/v1/search',
    JSON.stringify({ query: 'user:dave', follow: true }),
  );
  const reading = (async () => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const parts = text.split('\n');
      text = parts.pop() ?? '';
      lines.push(...parts.filter(Boolean));
      if (gone.signal.aborted) return;
    }
  })();
  for (const name of ['One', 'Two', 'Three']) {
    await send(name, 'dave');
    await until(`${name} is followed`, 120_000, () => lines.some((line) => line.includes(`"${name}"`)));
  }
  gone.abort();
  await reading;
  expect(lines.map((line) => (JSON.parse(line) as SearchLine).eventName)).toEqual(['One', 'Two', 'Three']);
});

test('a search stands in the trail, and a followed one once', async () => {
  const found = await until('searches are found', 120_000, async () => {
    const events = await search({ query: 'name:SearchEvents source:opentrail.internal', limit: 1000 });
    return events.some(({ record }) => record?.includes('user:dave')) && events;
  });
  const followed = found.filter(({ record }) => record?.includes('user:dave'));
  expect(followed).toHaveLength(1);
});

test('the repositories are in the metrics', async () => {
  const text = await (await fetch(new URL('/metrics', server.url))).text();
  expect(text).toMatch(/opentrail_repo_records\{repo="default"\} 0/);
  expect(text).toMatch(/opentrail_repo_bytes\{repo="default"\} /);
});
