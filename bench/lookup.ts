/**
 * `npm run bench -- lookup [--events 1000000] [--batch 15000] [--dir DIR]`: loads made-up events into an embedded
 * event store, then measures lookups by each attribute, present and absent. Prints load rate, CPU, bytes an event,
 * memory and percentiles. With --dir an existing store is measured again without loading.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AcceptedEvent } from '../src/event/index.ts';
import { readLookupFields } from '../src/event/index.ts';
import {
  type EventStore,
  type LookupAttribute,
  openEventStore,
  startEmbeddedEngine,
} from '../src/store/index.ts';
import { generateEvents, mulberry32 } from './generator.ts';

const { values: flags } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '15000' },
    rounds: { type: 'string', default: '60' },
    dir: { type: 'string' },
  },
});
const total = Number(flags.events);
const dir = flags.dir ?? mkdtempSync(join(tmpdir(), 'opentrail-bench-'));
const loaded = existsSync(join(dir, 'data'));

const begin = performance.now();
const engine = await startEmbeddedEngine({ path: join(dir, 'data'), socketPath: join(dir, 'socket') });
const store = await openEventStore({ engine });
await store.ready();
console.log(`ready after ${(performance.now() - begin).toFixed(0)} ms, engine ${engineMemory()} MB resident`);

const samples: AcceptedEvent[] = [];
await load();
const size = await store.size();
console.log(`${size.events} events, ${(size.bytes / size.events).toFixed(0)} bytes each on disk`);
await measure('while merges run');
await new Promise((resolve) => setTimeout(resolve, 20_000));
const merged = await store.size();
console.log(`${(merged.bytes / merged.events).toFixed(0)} bytes each on disk after 20 s of rest`);
await measure('at rest');
console.log(
  `engine ${engineMemory()} MB resident, server ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
);
await store.close();
await engine.close();
if (!flags.dir) rmSync(dir, { recursive: true });

/** The same events each time: a measured store that exists is asked for what was loaded then. */
async function load(): Promise<void> {
  // Over 80 days, as a history of 90 holds them: lookups meet several months' partitions.
  const events = generateEvents({ eventsPerSecond: Math.max(total / (80 * 86_400), 0.01) });
  const random = mulberry32(7);
  let spent = 0;
  let bytes = 0;
  const cpu = process.cpuUsage();
  let making = 0;
  const engineCpu = cpuOf(engine.pid);
  for (let done = 0; done < total; ) {
    const makeBegin = process.cpuUsage();
    const batch: AcceptedEvent[] = [];
    while (batch.length < Number(flags.batch) && done + batch.length < total) batch.push(events.next().value);
    const made = process.cpuUsage(makeBegin);
    making += made.user + made.system;
    if (samples.length < 400 || random() < 0.2) {
      for (let i = 0; i < 8; i++) samples.push(batch[Math.floor(random() * batch.length)] as AcceptedEvent);
    }
    if (!loaded) {
      const at = performance.now();
      await store.insert(batch, `bench-${done}`);
      spent += performance.now() - at;
    }
    bytes += batch.reduce((sum, event) => sum + event.raw.length, 0);
    done += batch.length;
  }
  if (loaded) return;
  const used = process.cpuUsage(cpu);
  const server = (used.user + used.system - making) / 1000;
  console.log(
    `loaded ${total} events of ${(bytes / total).toFixed(0)} bytes: ${((total / spent) * 1000).toFixed(0)} events/s, ` +
      `${((server / total) * 1000).toFixed(1)} µs CPU an event here, ` +
      `${(((cpuOf(engine.pid) - engineCpu) / total) * 1e6).toFixed(1)} µs in the engine; engine ${engineMemory()} MB`,
  );
}

async function measure(when: string): Promise<void> {
  console.log(`lookups of 50, management, one Region, ${when}: p50 / p99 / max ms`);
  const random = mulberry32(3);
  const any = () => samples[Math.floor(random() * samples.length)] as AcceptedEvent;
  const present: Record<LookupAttribute['key'], (event: AcceptedEvent) => string | undefined> = {
    EventId: (event) => event.eventId,
    EventName: (event) => fieldsOf(event).eventName,
    ReadOnly: (event) => fieldsOf(event).readOnly,
    Username: (event) => fieldsOf(event).username,
    ResourceType: (event) => fieldsOf(event).resources[0]?.resourceType,
    ResourceName: (event) => fieldsOf(event).resources[0]?.resourceName,
    EventSource: (event) => fieldsOf(event).eventSource,
    AccessKeyId: (event) => fieldsOf(event).accessKeyId,
  };
  await times('none', () => undefined);
  for (const [key, read] of Object.entries(present)) {
    const attribute = (value: string): LookupAttribute => ({ key: key as LookupAttribute['key'], value });
    await times(`${key} present`, () => {
      for (;;) {
        const value = read(any());
        if (value !== undefined) return attribute(value);
      }
    });
    await times(`${key} absent`, () => attribute(`absent-${random()}`));
  }
}

async function times(name: string, attribute: () => LookupAttribute | undefined): Promise<void> {
  const spent: number[] = [];
  let found = 0;
  for (let round = 0; round < Number(flags.rounds); round++) {
    const wanted = attribute();
    const at = performance.now();
    const events = await (store as EventStore).lookup({
      accounts: ['111122223333'],
      regions: ['eu-central-1'],
      categories: ['Management'],
      ...(wanted ? { attributes: [wanted] } : {}),
      start: Date.UTC(2025, 11, 1),
      end: Date.UTC(2027, 0, 1),
      limit: 50,
    });
    spent.push(performance.now() - at);
    found += events.length;
  }
  spent.sort((a, b) => a - b);
  const at = (share: number) =>
    (spent[Math.min(spent.length - 1, Math.floor(spent.length * share))] ?? 0).toFixed(1);
  console.log(
    `  ${name.padEnd(22)} ${at(0.5).padStart(7)} ${at(0.99).padStart(7)} ${at(1).padStart(7)}   ` +
      `${(found / spent.length).toFixed(1)} found`,
  );
}

function fieldsOf(event: AcceptedEvent) {
  return readLookupFields(JSON.parse(event.raw.toString('utf8')));
}

function engineMemory(): string {
  const status = readFileSync(`/proc/${engine.pid}/status`, 'utf8');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1000).toFixed(0);
}

/** CPU seconds of a process, from /proc (hundredths of a second). */
function cpuOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
