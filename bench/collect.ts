import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  createFileReaders,
  openCollectedStore,
  startCollector,
  startRepoFeed,
} from '../src/sources/collect/index.ts';
import type { BucketReader } from '../src/sources/fetch/index.ts';
import type { LogSource } from '../src/sources/index.ts';
import { generateEvents } from './generator.ts';

// `npm run bench -- collect [--events N] [--files N]`: from log files in a folder to the durable log of collected
// records and a reader behind it that takes them as the repositories do, without the engine's insert. The files are
// made once into OPENTRAIL_BENCH_DIR (default: the system's temporary folder).
const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, files: { type: 'string', default: '1000' } },
});
const [events, fileCount] = [Number(values.events), Number(values.files)];
const home = join(process.env.OPENTRAIL_BENCH_DIR ?? tmpdir(), `opentrail-collect-${events}-${fileCount}`);
makeFiles();

const names = readdirSync(home).sort();
const listed = names.map((name) => ({
  key: decodeURIComponent(name),
  size: statSync(join(home, name)).size,
  etag: 'x',
}));
let lists = 0;
const reader: BucketReader = {
  async list({ prefix, startAfter }) {
    lists++;
    const found = listed.filter(({ key }) => key > startAfter && key.startsWith(prefix)).slice(0, 1001);
    return { objects: found.slice(0, 1000), more: found.length > 1000 };
  },
  async get(key) {
    const body = await readFile(join(home, encodeURIComponent(key)));
    const copy = Buffer.from(new ArrayBuffer(body.length));
    body.copy(copy);
    return copy;
  },
  close: () => undefined,
};

const path = mkdtempSync(join(tmpdir(), 'opentrail-collect-log-'));
const now = () => Date.UTC(2026, 0, 20);
const store = openCollectedStore({ path, now, maxBytes: 1 << 30 });
const readers = createFileReaders(Math.max(1, availableParallelism() - 1), { enrichmentDirectory: path });
let inserted = 0;
const feed = startRepoFeed({
  store,
  sink: {
    async insert(_repo, blocks) {
      for (const block of blocks) inserted += block.count;
    },
  },
  onError: (error) => console.error(error),
});
const source: LogSource = {
  id: '1247a17f-4d16-4c3f-9002-448752ca8029',
  name: 'bench',
  type: 'S3Fetcher',
  fetch: { name: 'bench', intervalMinutes: 60, charset: 'utf_8', timezone: 'UTC' },
  connector: {
    endpointUrl: 'http://127.0.0.1',
    region: 'us-east-1',
    bucket: 'bench',
    prefix: '',
    credentials: { kind: 'none' },
    startDate: Date.UTC(2026, 0, 1),
    parser: 'CloudTrailLogParser',
    tls: { insecure: false },
  },
  routing: { kind: 'inline', rules: { routing_criterion: [], catch_all: 'default' } },
  normalizers: [],
  paused: false,
  origin: 'api',
  createdAt: 0,
  updatedAt: 0,
};
const cpu = process.cpuUsage();
const began = performance.now();
const collector = startCollector({
  sources: { list: () => [source], get: () => source, onChange: () => () => undefined },
  policies: { find: () => undefined, onChange: () => () => undefined },
  store,
  readers,
  connect: async () => reader,
  now,
  random: Math.random,
  log: (message, details) => console.error(message, details),
});
let peak = 0;
for (let done = 0; done < events || inserted < store.counts(source.id).kept; ) {
  await setTimeout(50);
  peak = Math.max(peak, process.memoryUsage().rss);
  done = store.counts(source.id).records;
}
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const { kept, duplicates, bytes, fileBytes } = store.counts(source.id);
const before = lists;
await collector.run(source.id);
await setTimeout(2_000);
console.log(
  `${events} events in ${names.length} files (${(fileBytes / 1e6).toFixed(0)} MB, ${(bytes / 1e6).toFixed(0)} MB unpacked): ` +
    `${seconds.toFixed(1)} s, ${Math.round(events / seconds)} events/s, ${Math.round(names.length / seconds)} files/s, ` +
    `${((user + system) / events).toFixed(1)} µs of processor time an event, ` +
    `peak ${(peak / 1e6).toFixed(0)} MB resident, ${kept} kept, ${duplicates} duplicates, ` +
    `${(statSync(join(path, 'data.mdb')).size / events).toFixed(0)} bytes of log and memory an event, ` +
    `${before} requests for listings, ${lists - before} for the next look at everything`,
);
await collector.close();
await feed.close();
await readers.close();
await store.close();
rmSync(path, { recursive: true, force: true });

/** Log files of one account and Region over ten days, at CloudTrail's keys. */
function makeFiles(): void {
  if (existsSync(home)) return;
  const fresh = `${home}-new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const stream = generateEvents();
  for (let file = 0; file < fileCount; file++) {
    const records: string[] = [];
    const share = Math.floor(((file + 1) * events) / fileCount) - Math.floor((file * events) / fileCount);
    for (let event = 0; event < share; event++) records.push(stream.next().value.raw.toString());
    const at = new Date(
      Date.UTC(2026, 0, 10) + Math.floor((file * 10 * 86_400_000) / fileCount),
    ).toISOString();
    const stamp = `${at.slice(0, 16).replace(/[-:]/g, '')}Z`;
    const name = `111122223333_CloudTrail_eu-central-1_${stamp}_${String(file).padStart(16, '0')}.json.gz`;
    const day = at.slice(0, 10).replaceAll('-', '/');
    const key = `AWSLogs/111122223333/CloudTrail/eu-central-1/${day}/${name}`;
    writeFileSync(join(fresh, encodeURIComponent(key)), gzipSync(`{"Records":[${records.join()}]}`));
  }
  // Whole or not at all: a broken run leaves nothing that looks ready.
  renameSync(fresh, home);
}
