import { parseArgs } from 'node:util';
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { BenchServer } from './bench-server.ts';
import { generateEvents } from './generator.ts';
import { buildRequest, LoadConnection } from './load-client.ts';

// How many events a second come in, are durable when they are answered, and get into one trail's files and the history.
// Usage: npm run bench -- ingest [--size 100] [--seconds 10] [--rate 0] [--connections 16]
const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    /** Events a second; 0: as many as go. */
    rate: { type: 'string', default: '0' },
    connections: { type: 'string', default: '16' },
  },
});
const size = Number(values.size);
const seconds = Number(values.seconds);
const rate = Number(values.rate);
const ACCOUNT = '123456789012';

const server = new BenchServer();
await server.start();
const idle = { server: server.usage(), engine: server.engineUsage() };
await makeTrail();

const expected = rate > 0 ? rate : 70_000;
const count = Math.ceil((Math.min(expected * seconds, size === 1 ? 400_000 : 4_000_000) / size) * 1.05);
console.log(`preparing ${count} signed requests of ${size} events`);
const requests = prepare(count);

const before = { server: server.usage(), engine: server.engineUsage() };
const begun = performance.now();
let next = 0;
let sent = 0;
const latencies: number[] = [];
let peak = 0;
let peakOwn = { server: 0, engine: 0 };
const watch = setInterval(() => {
  const [own, engine] = [server.usage(), server.engineUsage()];
  peak = Math.max(peak, own.memory + engine.memory);
  peakOwn = { server: Math.max(peakOwn.server, own.own), engine: Math.max(peakOwn.engine, engine.own) };
}, 250);
await Promise.all(Array.from({ length: Number(values.connections) }, drive));
const elapsed = (performance.now() - begun) / 1000;
const after = { server: server.usage(), engine: server.engineUsage() };
const generator = process.cpuUsage();
console.log(
  `${size} a request: ${Math.round(sent / elapsed)} events/s accepted and durable over ${elapsed.toFixed(1)} s (${sent} events)`,
);
latencies.sort((a, b) => a - b);
const at = (part: number) => latencies[Math.floor(latencies.length * part)]?.toFixed(1);
console.log(`  answer p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
console.log(
  `  CPU a second: server ${((after.server.cpu - before.server.cpu) / elapsed).toFixed(2)}, engine ${((after.engine.cpu - before.engine.cpu) / elapsed).toFixed(2)}, generator (with preparing) ${((generator.user + generator.system) / 1e6).toFixed(1)} s in all`,
);

const drained = performance.now();
const backlog = async () =>
  (await server.metric('opentrail_history_backlog_events')) +
  (await server.metric('opentrail_trail_backlog_events'));
console.log(`  backlog of history and trail at the end of the load: ${await backlog()}`);
const flush = new LoadConnection(server.url);
await flush.send(buildRequest(server.url, '/v1/flush', Buffer.from('{}'), server.credentials, Date.now()));
// The flush itself is an event, which waits for the next interval.
while ((await backlog()) > 3) await new Promise((resolve) => setTimeout(resolve, 250));
clearInterval(watch);
console.log(`  backlog zero after ${((performance.now() - drained) / 1000).toFixed(1)} s`);
const final = { server: server.usage(), engine: server.engineUsage() };
console.log(
  `  CPU of everything, per event: server ${(((final.server.cpu - before.server.cpu) / sent) * 1e6).toFixed(1)} us, engine ${(((final.engine.cpu - before.engine.cpu) / sent) * 1e6).toFixed(1)} us`,
);
const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
console.log(
  `  delivered ${await server.metric('opentrail_trail_delivered_events_total')} events; history ${await server.metric('opentrail_store_events')} events, ${((await server.metric('opentrail_store_bytes')) / sent).toFixed(0)} bytes each`,
);
console.log(
  `  start ${server.startTime} ms; memory idle ${mega(idle.server.memory)} + engine ${mega(idle.engine.memory)}; peak of both ${mega(peak)}, without mapped files server ${mega(peakOwn.server)}, engine ${mega(peakOwn.engine)}`,
);
flush.close();
await server.stop();
server.dispose();

function prepare(total: number): Buffer[] {
  const events = generateEvents({
    account: ACCOUNT,
    region: 'us-east-1',
    start: Date.now() - 86_400_000,
    eventsPerSecond: 10_000,
  });
  const now = Date.now();
  return Array.from({ length: total }, () => {
    const lines: Buffer[] = [];
    for (let index = 0; index < size; index++) lines.push(events.next().value.raw, Buffer.from('\n'));
    return buildRequest(server.url, '/v1/events', Buffer.concat(lines), server.credentials, now);
  });
}

async function drive(): Promise<void> {
  const connection = new LoadConnection(server.url);
  for (;;) {
    const passed = (performance.now() - begun) / 1000;
    if (passed >= seconds || next >= requests.length) break;
    if (rate > 0 && sent >= passed * rate) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    const request = requests[next++]!;
    if (rate > 0) sent += size;
    const started = performance.now();
    const status = await connection.send(request);
    latencies.push(performance.now() - started);
    if (status !== 200) throw new Error(`the server answered ${status}`);
    if (rate === 0) sent += size;
  }
  connection.close();
}

async function makeTrail(): Promise<void> {
  const options = { endpoint: server.url.href, region: 'us-east-1', credentials: server.credentials };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const trails = new CloudTrailClient(options);
  const Bucket = 'bench-logs';
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Principal = { Service: 'cloudtrail.amazonaws.com' };
  const Statement = [
    { Effect: 'Allow', Principal, Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${Bucket}` },
    { Effect: 'Allow', Principal, Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*` },
  ];
  await s3.send(
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
  await trails.send(
    new CreateTrailCommand({ Name: 'bench', S3BucketName: Bucket, IsMultiRegionTrail: true }),
  );
  await trails.send(new StartLoggingCommand({ Name: 'bench' }));
}
