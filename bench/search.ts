/**
 * `npm run bench -- search [--events 1000000] [--batch 10000] [--rounds 5] [--dir DIR]`: fills a repository with made-up
 * records, then measures searches, counts and a timeline over all of them. Prints records a second into the repository
 * (making the rows included), bytes a record on disk, and milliseconds for each search. With --dir an existing one is
 * measured again without filling it.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSearcher, openRepos, type RepoRow, type SearchRequest } from '../src/repos/index.ts';
import { findField, parseQuery, readRecordFields } from '../src/search/index.ts';
import { openLmdbState } from '../src/state/index.ts';
import { openConnection, openEventStore, startEmbeddedEngine } from '../src/store/index.ts';
import { generateEvents } from './generator.ts';

const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string' },
  },
});
const total = Number(flags.events);
const rounds = Number(flags.rounds);
const dir = flags.dir ?? mkdtempSync(join(process.env.OPENTRAIL_BENCH_DIR ?? tmpdir(), 'opentrail-bench-'));
const filled = existsSync(join(dir, 'data'));

const engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
const state = openLmdbState(join(dir, 'state'));
const connection = openConnection({ engine });
const store = await openEventStore({ engine });
const now = Date.now;
const repos = await openRepos({ connection, state, now });
const searcher = createSearcher({
  repos,
  connection,
  historyReady: () => store.ready(),
  historyDays: 90,
  now,
});
await repos.ensure('bench', { retentionDays: 36_500 });
if (!filled) await fill();
const [info] = (await repos.list()).filter(({ name }) => name === 'bench');
if (info) console.log(`${info.rows} records, ${(info.bytes / info.rows).toFixed(0)} bytes each on disk`);
await measure();
await store.close();
await repos.close();
await engine.close();
await state.close();
if (!flags.dir) rmSync(dir, { recursive: true });

async function fill(): Promise<void> {
  const events = generateEvents({ eventsPerSecond: Math.max(total / (80 * 86_400), 0.01) });
  let [spent, writing, bytes] = [0, 0, 0];
  for (let done = 0; done < total; ) {
    const rows: RepoRow[] = [];
    while (rows.length < Number(flags.batch) && done + rows.length < total) {
      const { eventId, time, raw } = events.next().value;
      const { accesskey, ip, error, readonly, ...rest } = readRecordFields(JSON.parse(raw.toString()));
      rows.push({
        ...{ sourceId: 'bench', bucket: 'logs', key: `AWSLogs/x/${Math.floor(done / 1000)}.json.gz` },
        ...{
          arrivedAt: time + 300_000,
          eventId,
          time,
          rule: 'catch-all',
          tags: ['#cloudtrail'],
          priority: 'normal',
        },
        fields: { ...rest, accessKeyId: accesskey, sourceIp: ip, errorCode: error, readOnly: readonly },
        enrichment: { 'geo.country': 'DE' },
        raw,
      });
      bytes += raw.length;
    }
    const begin = performance.now();
    const cpu = process.cpuUsage();
    await repos.insert('bench', rows, `bench-${done}`);
    spent += performance.now() - begin;
    writing += process.cpuUsage(cpu).user / 1000;
    done += rows.length;
  }
  console.log(
    `filled: ${((total / spent) * 1000).toFixed(0)} records/s, ${(bytes / 1e6 / (spent / 1000)).toFixed(0)} MB/s of text; ` +
      `${((writing / total) * 1000).toFixed(1)} µs of this process each`,
  );
}

async function measure(): Promise<void> {
  const request = (text: string): SearchRequest => ({
    query: parseQuery(`repo:bench ${text}`),
    from: 0,
    to: Date.UTC(2100, 0),
    accounts: { repos: 'any', history: 'any' },
  });
  const find = (text: string) => async () => {
    let found = 0;
    for await (const page of searcher.find(request(text), 50)) found += page.length;
    return found;
  };
  const count = (text: string, by: string) => async () => {
    const field = findField(by);
    return field ? (await searcher.count(request(text), [field], 20)).length : 0;
  };
  const timeline = async () => (await searcher.timeline(request(''), 72)).length;
  const works: readonly (readonly [string, () => Promise<number>])[] = [
    ['newest 50', find('')],
    ['newest 50 of a service', find('source:iam')],
    ['newest 50 with an error', find('error:*')],
    ['by a user that is not there', find('user:nobody-at-all')],
    ['by id that is not there', find('id:6f1c0000-0000-4000-8000-000000000000')],
    ['network', find('ip:203.0.113.0/24')],
    ['free text that is not there', find('"no such text anywhere"')],
    ['path, newest 50', find('@userIdentity.type:AssumedRole')],
    ['path that is not there', find('@requestParameters.nothing:x')],
    ['path and service', find('source:iam @userIdentity.arn:*nobody*')],
    ['count by name', count('', 'name')],
    ['count by user of errors', count('error:*', 'user')],
    ['timeline', timeline],
  ];
  for (const [name, work] of works) {
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      found = await work();
      times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    const middle = times[Math.floor(times.length / 2)] ?? 0;
    console.log(
      `${name.padEnd(30)} ${middle.toFixed(0).padStart(6)} ms (most ${(times.at(-1) ?? 0).toFixed(0)}), found ${found}`,
    );
  }
}
