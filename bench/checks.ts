/**
 * `npm run bench -- checks [--rounds 20] [--perl CENTREON_PLUGINS_PL]`: how long one monitoring check takes as a whole
 * process, against a server on this machine, and beside it node alone; that of digests verifies a chain of the last 24
 * hours, which is a dozen digests here: windows are two seconds long. With --perl, the path of Centreon's own
 * centreon_plugins.pl, that plugin too (its custom mode awscli, with the CLI that is installed).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, perl: { type: 'string' } },
});
const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'opentrail-bench-'));
const server = await serve();
try {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, 'data', name), 'utf8'));
  const url: string = read('endpoint.json').url;
  const keys = read('root-credentials.json');
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  const common = ['--plugin=cloud::aws::cloudtrail::plugin', '--region=us-east-1'];
  const check = [join(root, 'dist', 'check_cloudtrail.js'), ...common];
  const own = ['--custommode=paws', `--endpoint=${url}`];
  measure('node alone', process.execPath, ['-e', '0'], env);
  measure(
    'countevents',
    process.execPath,
    [...check, ...own, '--mode=countevents', '--delta=10', '--event-type=AwsServiceEvent'],
    env,
  );
  await makeTrail(url, keys);
  await new Promise((resolve) => setTimeout(resolve, 24_000));
  measure('digest', process.execPath, [...check, ...own, '--mode=digest'], env);
  measure('list-trails', process.execPath, [...check, ...own, '--mode=list-trails'], env);
  if (flags.perl !== undefined) {
    const cli = ['--custommode=awscli', `--endpoint-url=${url}`, '--mode=countevents', '--delta=10'];
    measure('perl, awscli', 'perl', [flags.perl, ...common, ...cli], env, dirname(flags.perl));
    measure('ours, awscli', process.execPath, [...check, ...cli], env);
  }
} finally {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

async function serve(): Promise<ChildProcess> {
  const ready = join(folder, 'ready');
  const command = join(root, 'bin', 'opentrail.js');
  const place = ['--data-dir', join(folder, 'data'), '--port', '0', '--ready-file', ready];
  const serve = [command, 'serve', ...place, '--digest-interval', '2s'];
  const child = spawn(process.execPath, serve, { stdio: 'ignore' });
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return child;
}

/** A trail whose digests can be verified. */
async function makeTrail(
  endpoint: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<void> {
  const config = { endpoint, region: 'us-east-1', credentials };
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const Principal = { Service: 'cloudtrail.amazonaws.com' };
  const Resource = ['arn:aws:s3:::bench', 'arn:aws:s3:::bench/*'];
  const allowed = { Effect: 'Allow', Principal, Action: ['s3:GetBucketAcl', 's3:PutObject'], Resource };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [allowed] });
  await s3.send(new CreateBucketCommand({ Bucket: 'bench' }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: 'bench', Policy }));
  const trails = new CloudTrailClient(config);
  const trail = { Name: 'bench', S3BucketName: 'bench', EnableLogFileValidation: true };
  await trails.send(new CreateTrailCommand(trail));
  await trails.send(new StartLoggingCommand({ Name: 'bench' }));
}

/** Whole processes, one after the other; the first one warms the caches and does not count. */
function measure(
  name: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd = root,
): void {
  const times: number[] = [];
  let answer = '';
  for (let round = 0; round <= Number(flags.rounds); round++) {
    const begin = performance.now();
    const done = spawnSync(program, args, { env, cwd, encoding: 'utf8' });
    if (round > 0) times.push(performance.now() - begin);
    answer = done.stdout.split('\n')[0] ?? '';
  }
  times.sort((a, b) => a - b);
  const at = (part: number) => `${times[Math.floor(part * (times.length - 1))]!.toFixed(0)} ms`;
  console.log(`${name.padEnd(14)} best ${at(0)}, median ${at(0.5)}, worst ${at(1)}  ${answer}`);
}
