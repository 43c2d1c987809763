// A collector of its own process, to be killed: `node collect-child.js FOLDER`. Reads FOLDER/bucket, keeps its log in
// FOLDER/collected, and puts each insert into FOLDER/repo under the name of its token. Prints its counts.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  createFileReaders,
  openCollectedStore,
  startCollector,
  startRepoFeed,
} from '../../dist/sources/collect/index.js';

const folder = process.argv[2];
const bucket = join(folder, 'bucket');
const repo = join(folder, 'repo');
const path = join(folder, 'collected');
for (const one of [repo, path]) mkdirSync(one, { recursive: true });

const source = {
  id: '1247a17f-4d16-4c3f-9002-448752ca8029',
  name: 'CloudTrail',
  fetch: { name: 'CloudTrail', intervalMinutes: 60, charset: 'utf_8', timezone: 'UTC' },
  connector: { bucket: 'trail-logs', prefix: '', startDate: Date.UTC(2021) },
  routing: { kind: 'inline', rules: { routing_criterion: [], catch_all: 'default' } },
  paused: false,
};

const reader = {
  async list({ prefix, startAfter }) {
    const keys = readdirSync(bucket)
      .map((name) => decodeURIComponent(name))
      .filter((key) => key.startsWith(prefix) && key > startAfter)
      .sort();
    const objects = keys.slice(0, 1000).map((key) => {
      const { size, mtimeMs } = statSync(join(bucket, encodeURIComponent(key)));
      return { key, size, etag: String(mtimeMs) };
    });
    return { objects, more: keys.length > 1000 };
  },
  async get(key) {
    const body = await readFile(join(bucket, encodeURIComponent(key)));
    const copy = Buffer.from(new ArrayBuffer(body.length));
    body.copy(copy);
    // Long enough for the power cut to come while files are under way.
    await setTimeout(2);
    return copy;
  },
  close() {},
};

// Blocks of the corpus are small: some in the database and some in files, many of these one after the other.
const files = { leastInFile: 12 << 10, fileBytes: 256 << 10 };
const store = openCollectedStore({ path, now: Date.now, maxBytes: 1 << 30, ...files });
const readers = createFileReaders(1, { enrichmentDirectory: folder });
startRepoFeed({
  store,
  sink: {
    async insert(_repo, blocks, token) {
      const file = join(repo, `${token}.txt`);
      const records = blocks.flatMap((block) => block.records());
      const text = records.map(({ seq, eventId }) => `${seq} ${eventId}`).join('\n');
      // The same token may come again, but only with the same records.
      if (existsSync(file) && (await readFile(file, 'utf8')) !== text)
        throw new Error(`${token} has changed`);
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    },
  },
  onError: (error) => void process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`),
});
const collector = startCollector({
  sources: { list: () => [source], get: () => source, onChange: () => () => undefined },
  policies: { find: () => undefined, onChange: () => () => undefined },
  store,
  readers,
  connect: async () => reader,
  now: Date.now,
  random: Math.random,
  log: (message, details) => void process.stdout.write(`${JSON.stringify({ error: message, details })}\n`),
});
await collector.run(source.id);
for (;;) {
  const { files, records, kept, duplicates } = store.counts(source.id);
  const fed = store.get('reader/repos')?.at ?? 0;
  process.stdout.write(`${JSON.stringify({ files, records, kept, duplicates, fed })}\n`);
  await setTimeout(20);
}
