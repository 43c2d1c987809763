/**
 * `npm run bench -- log-filters [--events 100000]`: events a second from their acceptance through a trail into its log
 * group, without metric filters and with the 15 of the CIS benchmark, each on a server of its own. The history takes the
 * same events meanwhile, as it always does.
 */
import { parseArgs } from 'node:util';
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { BenchServer } from './bench-server.ts';
import { CIS_PATTERNS } from './cis-patterns.ts';
import { generateEvents } from './generator.ts';
import { buildRequest, LoadConnection } from './load-client.ts';

const { values: flags } = parseArgs({ options: { events: { type: 'string', default: '100000' } } });
const EVENTS = Number(flags.events);
const BATCH = 500;
const CONNECTIONS = 8;
const ACCOUNT = '123456789012';
const GROUP = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:bench:*`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/bench`;

for (const patterns of [[], CIS_PATTERNS]) await measure(patterns);

async function measure(patterns: readonly string[]): Promise<void> {
  const server = new BenchServer();
  await server.start();
  await makeTrail(server, patterns);
  const requests = prepare(server);
  const delivered = () => server.metric('opentrail_log_group_delivered_events_total');
  const first = await delivered();
  const before = server.usage();
  const begun = performance.now();
  let next = 0;
  const drive = async () => {
    const connection = new LoadConnection(server.url);
    for (let request = requests[next++]; request; request = requests[next++]) {
      const status = await connection.send(request);
      if (status !== 200) throw new Error(`the server answered ${status}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, drive));
  const accepted = performance.now() - begun;
  while ((await delivered()) - first < EVENTS) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (performance.now() - begun) / 1_000;
  const cpu = server.usage().cpu - before.cpu;
  console.log(
    `${String(patterns.length).padStart(2)} filters: ${Math.round(EVENTS / seconds)} events/s into the log group ` +
      `(${EVENTS} accepted in ${(accepted / 1_000).toFixed(1)} s, all there after ${seconds.toFixed(1)} s), ` +
      `CPU of the server ${((cpu / EVENTS) * 1e6).toFixed(0)} us an event`,
  );
  await server.stop();
  server.dispose();
}

/** Signed before the clock starts, so that the machine is the server's. */
function prepare(server: BenchServer): readonly Buffer[] {
  const events = generateEvents({
    account: ACCOUNT,
    region: 'us-east-1',
    start: Date.now() - 3_600_000,
    eventsPerSecond: 1_000,
  });
  return Array.from({ length: Math.ceil(EVENTS / BATCH) }, () => {
    const lines = Array.from({ length: BATCH }, () => `${events.next().value.raw}\n`);
    return buildRequest(
      server.url,
      '/v1/events',
      Buffer.from(lines.join('')),
      server.credentials,
      Date.now(),
    );
  });
}

async function makeTrail(server: BenchServer, patterns: readonly string[]): Promise<void> {
  const options = { endpoint: server.url.href, region: 'us-east-1', credentials: server.credentials };
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const trails = new CloudTrailClient(options);
  const logs = new CloudWatchLogsClient(options);
  const iam = new IAMClient(options);
  const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const Principal = { Service: 'cloudtrail.amazonaws.com' };
  const Bucket = 'bench-logs';
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Policy = policyOf(
    { Effect: 'Allow', Principal, Action: 's3:GetBucketAcl', Resource: `arn:aws:s3:::${Bucket}` },
    { Effect: 'Allow', Principal, Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/*` },
  );
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'bench' }));
  for (const [index, filterPattern] of patterns.entries()) {
    const metric = { metricName: `cis-${index + 1}`, metricNamespace: 'LogMetrics', metricValue: '1' };
    const filter = { filterName: `cis-${index + 1}`, filterPattern, metricTransformations: [metric] };
    await logs.send(new PutMetricFilterCommand({ logGroupName: 'bench', ...filter }));
  }
  const AssumeRolePolicyDocument = policyOf({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName: 'bench', AssumeRolePolicyDocument }));
  const PolicyDocument = policyOf({ Effect: 'Allow', Action: 'logs:*', Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'bench', PolicyName: 'write', PolicyDocument }));
  await trails.send(
    new CreateTrailCommand({ Name: 'bench', S3BucketName: Bucket, IsMultiRegionTrail: true }),
  );
  await trails.send(
    new UpdateTrailCommand({ Name: 'bench', CloudWatchLogsLogGroupArn: GROUP, CloudWatchLogsRoleArn: ROLE }),
  );
  await trails.send(new StartLoggingCommand({ Name: 'bench' }));
}
