import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { categoryOf, parseEventTime } from '../../event/index.ts';
import { compileMatcher, parseQuery, readRecordFields, type Subject, subjectOf } from '../../search/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import {
  type Engine,
  type EventStore,
  openConnection,
  openEventStore,
  startEmbeddedEngine,
} from '../../store/index.ts';
import {
  createSearcher,
  openRepos,
  type RepoRow,
  type Repos,
  type Searcher,
  type SearchRequest,
} from '../index.ts';
import { makeRecord } from './records.fixture.ts';

const CORPUS = join(import.meta.dirname, '../../../../shared/corpus/events.ndjson.gz');
const hasCorpus = existsSync(CORPUS);
if (!hasCorpus) console.warn(`SKIPPED: the real events are not at ${CORPUS}`);

const EVERYBODY = { repos: 'any', history: 'any' } as const;
const ALWAYS = { from: 0, to: Date.UTC(2040, 0), accounts: EVERYBODY };
let dir: string;
let engine: Engine;
let state: State;
let store: EventStore;
let repos: Repos & Awaited<ReturnType<typeof openRepos>>;
let searcher: Searcher;
const subjects: Subject[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'search-'));
  engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
  state = openLmdbState(join(dir, 'state'));
  store = await openEventStore({ engine });
  const connection = openConnection({ engine });
  repos = await openRepos({ connection, state, now: Date.now });
  searcher = createSearcher({
    repos,
    connection,
    historyReady: () => store.ready(),
    historyDays: 36_500,
    normalServices: ['iam'],
    now: () => Date.UTC(2026, 10, 21),
  });
  await repos.ensure('made', { retentionDays: 36_500 });
  await fill(
    'made',
    Array.from({ length: 600 }, (_, at) => JSON.stringify(makeRecord(at))),
    true,
  );
  if (hasCorpus) {
    await repos.ensure('corpus', { retentionDays: 36_500 });
    await fill('corpus', someOf(gunzipSync(readFileSync(CORPUS)).toString().trimEnd().split('\n')), false);
  }
}, 120_000);

afterAll(async () => {
  await repos.close();
  await store.close();
  await engine.close();
  await state.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Every eighth, so that the test stays short; all are compared when ALL_CORPUS is set. */
function someOf(lines: readonly string[]): readonly string[] {
  return process.env.ALL_CORPUS ? lines : lines.filter((_, at) => at % 8 === 0);
}

/** Puts records into a repository, the same ones into the history if asked, and remembers both as subjects. */
async function fill(repo: string, lines: readonly string[], alsoHistory: boolean): Promise<void> {
  const rows: RepoRow[] = [];
  const events = [];
  for (const [at, line] of lines.entries()) {
    const record = JSON.parse(line) as Record<string, unknown>;
    const time = parseEventTime(String(record.eventTime)) ?? Date.UTC(2020, 0);
    const id = typeof record.eventID === 'string' ? record.eventID : `sha256:${at}`;
    const fields = readRecordFields(record);
    const extra = {
      tags: at % 3 === 0 ? ['cloudtrail', 'own Tag'] : ['cloudtrail'],
      priority: at % 2 === 0 ? 'normal' : 'low',
      rule: at % 5 === 0 ? 'catch-all' : 'rule 1',
      enrichment: enrichmentOf(at),
    };
    const [bucket, key] = ['logs', `AWSLogs/${fields.account}/file-${at % 7}.json.gz`];
    const arrivedAt = time + 60_000;
    const { accesskey, ip, error, readonly, ...rest } = fields;
    rows.push({
      ...{
        sourceId: 'source-1',
        bucket,
        key,
        arrivedAt,
        eventId: id,
        time,
        ...extra,
        raw: Buffer.from(line),
      },
      fields: { ...rest, accessKeyId: accesskey, sourceIp: ip, errorCode: error, readOnly: readonly },
    });
    subjects.push(
      subjectOf({
        id,
        repo,
        time,
        arrived: arrivedAt,
        from: 'source-1',
        file: `${bucket}/${key}`,
        ...extra,
        raw: line,
      }),
    );
    if (!alsoHistory) continue;
    const category = categoryOf(record) ?? 'Management';
    const { account, region } = fields;
    events.push({ account, region, eventId: id, time, category, raw: Buffer.from(line) });
    const known = {
      id,
      repo: 'history',
      time,
      arrived: time,
      account,
      region,
      tags: ['cloudtrail'],
      priority: /^iam(\.amazonaws\.com|$)/.test(fields.source) ? 'normal' : 'low',
      raw: line,
    };
    subjects.push(subjectOf(known));
  }
  for (let at = 0; at < rows.length; at += 5000)
    await repos.insert(repo, rows.slice(at, at + 5000), `${repo}-${at}`);
  await store.insert(events, `${repo}-history`);
}

function enrichmentOf(at: number): Readonly<Record<string, string>> {
  return at % 4 === 0 ? { 'enrich.geo.country': 'DE', score: String(at % 50) } : {};
}

async function find(text: string, more: Partial<SearchRequest> = {}, limit = 1_000_000) {
  const found = [];
  for await (const page of searcher.find({ ...ALWAYS, query: parseQuery(text), ...more }, limit))
    found.push(...page);
  return found;
}

const nameOf = (repo: string, id: string) => `${repo} ${id}`;

/** The engine's answer and the plain matcher's, which must be the same. */
async function compare(text: string): Promise<number> {
  const found = (await find(text)).map(({ repo, id }) => nameOf(repo, id)).sort();
  const fits = compileMatcher(parseQuery(text));
  const expected = subjects
    .filter(fits)
    .map((subject) => nameOf(subject.text('repo'), subject.text('id')))
    .sort();
  expect(found, text).toEqual(expected);
  return found.length;
}

test.each([
  ['source:iam'],
  ['source:IAM.amazonaws.com'],
  ['source:my-app OR name:Get*'],
  ['-error:*'],
  ['error:* -error:AccessDenied'],
  ['@errorCode:*'],
  ['user:*ssion-?'],
  ['user:root'],
  ['user:zoë'],
  ['arn:*Admin*'],
  ['arn:aws:iam::111111111111'],
  ['ip:10.0.0.0/8'],
  ['ip:2001:db8::/32'],
  ['ip:["10." TO "2x"]'],
  ['readonly:true'],
  ['-readonly:*'],
  ['account:111111111111 region:eu-*'],
  ['tag:"own tag"'],
  ['#cloudtrail priority:low'],
  ['repo:history priority:normal'],
  ['-#own*'],
  ['repo:history'],
  ['-repo:history name:ConsoleLogin'],
  ['rule:catch-all from:source-1'],
  ['file:*file-3*'],
  ['enrich.geo.country:de'],
  ['enrich.score:>=20'],
  ['@requestParameters.size:12'],
  ['@requestParameters.size:>=12'],
  ['@requestParameters.size:[-10 TO 12}'],
  ['@requestParameters.ratio:0.5'],
  ['@requestParameters.on:true'],
  ['@requestParameters.list:two'],
  ['@requestParameters.list:*'],
  ['@requestParameters.list.deep:x'],
  ['@requestParameters.list.0:1'],
  ['@requestParameters.0:zero'],
  ['@requestParameters.nested.k:b'],
  ['@requestParameters.none:*'],
  ['@requestParameters.empty:*'],
  ['@requestParameters:*'],
  ['@requestParameters:"a text"'],
  ['@requestParameters.dotted\\.name:d'],
  ['resource:*logs'],
  ['@resources.type:AWS\\:\\:S3\\:\\:Object'],
  ['@resources.1.type:*Object'],
  ['mfa:false'],
  ['"quote \\" and \\\\ back"'],
  ['Träume'],
  ['100%'],
  ['_x_'],
  ['agent:*%*_x?'],
  ['agent:"aws-cli/2.1 (linux)"'],
  ['time:2026-11-03'],
  ['time:[2026-11-03 TO 2026-11-04T12:00]'],
  ['time:>=2026-11-15'],
  ['-(time:<2026-11-10 OR source:s3)'],
  ['category:Data'],
  ['name:RunInstances source:ec2'],
  ['@userIdentity.sessionContext.sessionIssuer.userName:admin'],
  ['@userIdentity.arn:*admin* -error:* NOT (user:alice OR user:bob)'],
  ['id:*'],
])('%s finds what the plain matcher finds', async (text) => {
  expect(await compare(text)).toBeGreaterThan(0);
});

test.each([
  [`"x'); DROP TABLE opentrail.events; --"`],
  ['@nothing.there:*'],
  ['@requestParameters.nested.k:no'],
  ['ip:11.0.0.0/8'],
  ['time:[2026-11-04 TO 2026-11-03]'],
])('%s finds nothing', async (text) => {
  expect(await compare(text)).toBe(0);
});

test('random searches find what the plain matcher finds', { timeout: 120_000 }, async () => {
  const value = fc.constantFrom(
    'alice',
    '*a*',
    'Admin',
    '*',
    '??*',
    'eu-west-1',
    '12',
    '0.5',
    'true',
    '10.0.0.0/8',
    '*"*',
    'NoSuchBucket',
    'Get*',
    '*.amazonaws.com',
    '*ë*',
  );
  const field = fc.constantFrom(
    'user',
    'name',
    'source',
    'region',
    'ip',
    'error',
    'readonly',
    'tag',
    'role',
    'repo',
    'enrich.score',
    '@requestParameters.size',
    '@requestParameters.list',
    '@userIdentity.arn',
    '@resources.ARN',
    '@requestParameters.nested.k',
    '@errorCode',
    'id',
    'agent',
  );
  const term = fc.oneof(
    fc.tuple(field, value).map(([name, text]) => `${name}:${text.includes('"') ? '*\\"*' : text}`),
    fc
      .tuple(field, fc.constantFrom('>', '>=', '<', '<='), fc.constantFrom('1', '12', 'b', '-3.5', '1e2'))
      .map((parts) => `${parts[0]}:${parts[1]}${parts[2]}`),
    fc.constantFrom('S3', '"a text"', 'Träume', '*Admin*', 'x?y'),
  );
  const { query } = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { depthSize: 'small' },
      term,
      fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a} ${b})`),
      fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a} OR ${b})`),
      tie('query').map((part) => `-(${part})`),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(query, async (text) => void (await compare(text))),
    { numRuns: Number(process.env.SEARCH_RUNS ?? 15) },
  );
});

test('pages hand out every event once, newest first, however small they are', async () => {
  const all = await find('repo:made OR repo:history');
  expect(all).toHaveLength(1200);
  expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort((a, b) => b - a));
  expect((await find('repo:made OR repo:history', {}, 37)).map(({ id }) => id)).toEqual(
    all.slice(0, 37).map(({ id }) => id),
  );
});

test('many events of one moment with one id are all handed out', async () => {
  await repos.ensure('same', { retentionDays: 36_500 });
  const fields = readRecordFields({});
  const { accesskey, ip, error, readonly, ...rest } = fields;
  const known = { accessKeyId: accesskey, sourceIp: ip, errorCode: error, readOnly: readonly, ...rest };
  const row = {
    sourceId: '',
    bucket: '',
    key: '',
    arrivedAt: 5,
    eventId: 'same',
    time: 5,
    rule: '',
    tags: [],
  };
  const rows = Array.from({ length: 1700 }, (_, at) => {
    return { ...row, fields: known, enrichment: {}, priority: '', raw: Buffer.from(`{"n":${at}}`) };
  });
  await repos.insert('same', rows, 'same');
  expect(new Set((await find('repo:same')).map(({ raw }) => raw)).size).toBe(1700);
  await repos.drop('same');
});

test("nobody finds events of an account that is not theirs, and events of no account are the operator's", async () => {
  const accounts = { repos: ['222222222222'], history: ['222222222222'] };
  const found = await find('-source:none', { accounts });
  expect(found.length).toBeGreaterThan(100);
  expect(new Set(found.map(({ account }) => account))).toEqual(new Set(['222222222222']));
  expect(await find('account:111111111111', { accounts })).toEqual([]);
  expect(await find('', { accounts: { repos: [], history: [''] } })).toEqual([]);
});

test('counts add up, over fields of every kind', async () => {
  const request = { ...ALWAYS, query: parseQuery('repo:made') };
  const fieldsOf = ['name', 'repo', 'tag', '@requestParameters.list', 'enrich.geo.country'].map((name) => {
    const { field } = parseQuery(`${name}:x`) as { field: Parameters<Searcher['count']>[1][number] };
    return field;
  });
  for (const field of fieldsOf) {
    const counts = await searcher.count(request, [field], 1000);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(600);
  }
  const lists = await searcher.count(request, fieldsOf.slice(3, 4), 10);
  expect(lists.map(({ values }) => values[0])).toContain('1, two, ');
  const both = await searcher.count(request, fieldsOf.slice(0, 2), 3);
  expect(both).toHaveLength(3);
  expect(both[0]?.values).toHaveLength(2);
  expect(both[0]?.count).toBeGreaterThanOrEqual(both[1]?.count ?? 0);
});

test('a timeline has every step of the window, and every event once', async () => {
  const window = { from: Date.UTC(2026, 9, 30), to: Date.UTC(2026, 10, 22) };
  const steps = await searcher.timeline(
    { ...ALWAYS, ...window, query: parseQuery('repo:(made OR history)') },
    23,
  );
  expect(steps).toHaveLength(23);
  expect(steps[0]).toMatchObject({ from: window.from, count: 0 });
  expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(1200);
});

test('what arrived since a moment', async () => {
  const since = Date.UTC(2026, 10, 20);
  const found = await find('repo:made', { arrivedSince: since });
  const expected = subjects.filter((one) => one.text('repo') === 'made' && one.arrived >= since);
  expect(found.map(({ id }) => id).sort()).toEqual(expected.map((one) => one.text('id')).sort());
});

test('what is past its retention is not found, though it may still lie there', async () => {
  await repos.ensure('made', { retentionDays: 10 });
  const found = await find('repo:made');
  await repos.ensure('made', { retentionDays: 36_500 });
  const oldest = Date.UTC(2026, 10, 11);
  expect(found.length).toBeLessThan(600);
  expect(found.map(({ id }) => id).sort()).toEqual(
    subjects
      .filter((one) => one.text('repo') === 'made' && one.time >= oldest)
      .map((one) => one.text('id'))
      .sort(),
  );
});
