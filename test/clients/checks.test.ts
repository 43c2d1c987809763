import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCheck } from '../../src/checks/index.ts';
import { ACCOUNT, apiOf, bucketPolicy, clientOf, s3Of } from '../fault/house-keeping.ts';
import { EVENTS, NOW, RecordedEndpoint } from '../golden/checks/recorded-endpoint.ts';
import { describeWith, run, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

/**
 * A command line, what it prints and how it ends. `differs` says on purpose why Centreon's plugin ends otherwise; every
 * other line of results, thresholds, options, output and perfdata was made by running that plugin.
 */
interface Golden {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly exit: number;
  readonly differs?: string;
}

const root = join(import.meta.dirname, '..', '..');
const goldenFolder = join(root, 'test', 'golden', 'checks');
const golden = new Map(
  readdirSync(goldenFolder)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => [
      file.replace('.jsonl', ''),
      readFileSync(join(goldenFolder, file), 'utf8')
        .trim()
        .split('\n')
        .map((line): Golden => JSON.parse(line)),
    ]),
);
const program = join(root, 'dist', 'check_cloudtrail.js');
const PLUGIN = '--plugin=cloud::aws::cloudtrail::plugin';
const REGION = 'eu-west-1';
const SEED_LINE = "OK: Trail is logging: 1 | 'trail_is_logging'=1;;;0;\n";

let endpoint: RecordedEndpoint;
let folder: string;

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts', 'ready.js')], { stdio: 'inherit' });
  endpoint = await RecordedEndpoint.start();
  folder = mkdtempSync(join(tmpdir(), 'opentrail-checks-'));
});
afterAll(async () => {
  await endpoint.stop();
  rmSync(folder, { recursive: true, force: true });
});

const env = () => ({
  PATH: process.env.PATH ?? '',
  HOME: folder,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'never-shown-secret',
  AWS_EC2_METADATA_DISABLED: 'true',
  OPENTRAIL_TEST_TYPE: 'AwsApiCall',
});
const base = (url: string) => [PLUGIN, '--custommode=paws', `--endpoint=${url}`, '--region=eu-west-1'];

test('there are command lines enough', () => {
  expect([...golden.values()].flat().length).toBeGreaterThan(300);
});

describe.each([...golden])('golden %s, against the recorded endpoint', (group, cases) => {
  // Those that wait for a time-out wait together; new-modes has checks that go on from the one before.
  const each = group === 'new-modes' ? test : test.concurrent;
  each.each(cases.map((one) => [one.args.join(' ').slice(0, 120), one] as const))(
    '%s',
    async (_name, one) => {
      const args = one.args.map((word) => word.replaceAll('{folder}', folder));
      const { text, exitCode } = await runCheck([...base(endpoint.url), ...args], {
        env: env(),
        now: () => NOW,
        command: [process.execPath, program],
      });
      const stdout = text.replaceAll(new URL(endpoint.url).host, '{host}').replaceAll(folder, '{folder}');
      expect({ stdout, exit: exitCode }).toEqual({ stdout: one.stdout, exit: one.exit });
    },
  );
});

describe('about itself', () => {
  const told = (...args: readonly string[]) =>
    runCheck([...base('http://127.0.0.1:1'), ...args], { env: env(), now: () => NOW, command: [] });

  test.each(['--list-custommode', '--help', '--list-plugin'])('answers %s', async (option) => {
    const { text, exitCode } = await told(option);
    expect(exitCode).toBe(3);
    expect(text).toMatchSnapshot();
  });

  test.each(['countevents', 'checktrailstatus', 'multi', 'suspicious', 'digest'])(
    'helps with %s',
    async (mode) => {
      const { text, exitCode } = await told(`--mode=${mode}`, '--help');
      expect(exitCode).toBe(3);
      for (const section of ['Global Options', 'Output Options', 'Paws Options', 'Mode']) {
        expect(text).toContain(`\n${section}:\n`);
      }
    },
  );
});

describe('the program, one file on its own', () => {
  const check = (...args: readonly string[]) =>
    run(process.execPath, [program, ...base(endpoint.url), ...args], { env: env() });

  test("prints the seed's line", async () => {
    const outcome = await check('--mode=checktrailstatus', '--trail-name=my-trail');
    expect(outcome).toEqual({ status: 0, stdout: SEED_LINE, stderr: '' });
  });

  test('runs where no package.json stands above it, and no other file beside it', async () => {
    const place = join(folder, 'alone');
    mkdirSync(place);
    copyFileSync(program, join(place, 'check_cloudtrail.js'));
    const outcome = await run(
      process.execPath,
      [join(place, 'check_cloudtrail.js'), ...base(endpoint.url), '--mode=countevents'],
      { env: env(), cwd: place },
    );
    expect(outcome).toEqual({
      status: 0,
      stdout: "OK: Number of events: 10.00 | 'events_count'=10.00;;;0;\n",
      stderr: '',
    });
  });

  test('ends at its time-out when nobody answers', async () => {
    const begin = performance.now();
    const outcome = await check('--mode=countevents', '--region=eu-north-1', '--timeout=1');
    expect(outcome.status).toBe(3);
    expect(outcome.stdout).toBe('UNKNOWN: time-out: no complete answer within 1 s \n');
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test('never shows a secret, whatever it is asked to show', async () => {
    const words = ['--aws-access-key=AKID2', '--aws-secret-key=another-secret', '--debug', '--verbose'];
    const outcomes = [
      await check('--mode=countevents', ...words, '--show-password', '--region=us-west-2'),
      await check('--mode=countevents', ...words, '--filter-uom=another-secret['),
      await check(
        '--mode=nope',
        '--aws-secret-key=another-secret',
        'never-shown-secret',
        'never-shown-secret',
      ),
    ];
    for (const { stdout, stderr } of outcomes) {
      expect(stdout + stderr).not.toMatch(/another-secret|never-shown-secret/);
      expect(stdout + stderr).not.toMatch(/^\s+at /m);
    }
  });

  test('writes the result into a file', async () => {
    const file = join(folder, 'result.json');
    const outcome = await check('--mode=countevents', '--output-json', `--output-file=${file}`);
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(file, 'utf8')).plugin.exit).toBe('OK');
  });

  test('takes secrets from a file', async () => {
    const file = join(folder, 'secrets.json');
    writeFileSync(file, JSON.stringify({ aws: [{ key: 'AKID3', secret: 'file-secret' }] }));
    const outcome = await run(
      process.execPath,
      [
        program,
        ...base(endpoint.url),
        '--mode=checktrailstatus',
        '--trail-name=x',
        '--pass-manager=file',
        `--secret-file=${file}`,
        '--secret-search-value=k=$.aws[0].key',
        "--secret-search-value=s=$['aws'][0]['secret']",
        '--secret-map-option=aws-access-key=%{k}',
        '--secret-map-option=aws-secret-key=%{s}',
      ],
      { env: { PATH: process.env.PATH ?? '', HOME: folder } },
    );
    expect(outcome.stdout).toBe(SEED_LINE);
  });

  test('answers --list-mode', async () => {
    const outcome = await check('--list-mode');
    expect(outcome.status).toBe(3);
    expect(outcome.stdout).toMatchSnapshot();
  });
});

describe('against opentrail', () => {
  let server: TestServer;
  let trails: CloudTrailClient;
  const others = ['Unknown trail', '"value":0']; // texts and counts that are the recorded endpoint's own
  const filter = '--error-message=^(golden|Some error|Login error)$';

  beforeAll(async () => {
    server = await TestServer.start();
    const s3 = s3Of(server);
    await s3.send(new CreateBucketCommand({ Bucket: 'logs' }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: 'logs', Policy: bucketPolicy('logs') }));
    trails = new CloudTrailClient({ ...clientOf(server), region: REGION });
    for (const Name of ['my-trail', 'stopped']) {
      const validated = { EnableLogFileValidation: true };
      await trails.send(new CreateTrailCommand({ Name, S3BucketName: 'logs', ...validated }));
    }
    await trails.send(new StartLoggingCommand({ Name: 'my-trail' }));
    await Promise.all(EVENTS.map((event, at) => apiOf(server).post('/v1/events', eventOf(event, at))));
    await until('the ten events are in the history', 60_000, async () => {
      return (await ask(filter, '--mode=countevents', '--delta=10')).text.includes('events: 10.00');
    });
  }, 120_000);
  afterAll(() => server?.dispose());

  const keys = () => ({ ...env(), ...server.env, OPENTRAIL_TEST_TYPE: '' });
  const ask = (...args: readonly string[]) =>
    runCheck([...base(server.url), ...args], {
      ...{ env: keys(), now: Date.now, command: [process.execPath, program] },
    });

  /** A golden command line that must end the same here: what is counted is the ten events and not our own calls. */
  function forServer(one: Golden): readonly string[] | undefined {
    const words = one.args.join(' ');
    if (/AwsApiCall|OPENTRAIL_TEST_TYPE|--region=|\(\?i\)LOGIN|--trail-name=(bad|arn:)/.test(words))
      return undefined;
    if (others.some((text) => one.stdout.includes(text)) || words.includes('openmetrics')) return undefined;
    if (words.includes('--mode=multi')) return [`--option-mode=countevents,${filter}`, ...one.args];
    const filtered = /--(event-type|error-message)=./.test(words);
    // In front, where an empty filter of the command line must not win; delta 0 and 1.5 reach too short a way back.
    if (/--delta/.test(words) && !/--delta=10/.test(words)) return undefined;
    if (/--(event-type|error-message)=( |$)/.test(words)) return undefined;
    return filtered || !words.includes('countevents') ? one.args : [filter, ...one.args];
  }

  test.each(['results', 'thresholds', 'options', 'output', 'perfdata'])(
    'golden %s end the same',
    async (group) => {
      // How a result is shown does not depend on who was asked: of these, every fourth.
      const step = group === 'output' || group === 'perfdata' ? 4 : 1;
      const asked = golden.get(group)!.flatMap((one, at) => {
        const args = at % step === 0 ? forServer(one) : undefined;
        return args ? [{ ...one, args }] : [];
      });
      const wrong: unknown[] = [];
      // A few at a time: the server and its history are programs of their own.
      const work = asked.values();
      const worker = async () => {
        for (const one of work) {
          const { text, exitCode } = await ask(...one.args);
          if (text !== one.stdout || exitCode !== one.exit) wrong.push({ ...one, text, exitCode });
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      expect(wrong).toEqual([]);
      expect(asked.length).toBeGreaterThan(10);
    },
    240_000,
  );

  test('a stopped trail turns critical, a started one well again', async () => {
    const check = () =>
      server.runOpentrail('check', ...base(server.url), '--mode=checktrailstatus', '--trail-name=my-trail');
    await trails.send(new StopLoggingCommand({ Name: 'my-trail' }));
    expect(await check()).toMatchObject({
      status: 2,
      stdout: "CRITICAL: Trail is logging: 0 | 'trail_is_logging'=0;;;0;\n",
    });
    await trails.send(new StartLoggingCommand({ Name: 'my-trail' }));
    expect(await check()).toMatchObject({ status: 0, stdout: SEED_LINE });
  });

  test.each([
    ['--mode=delivery', /^OK: Trail 'my-trail' (delivered|has delivered nothing)/],
    [
      '--mode=digest',
      /^OK: Trail 'my-trail': newest digest \d+s ago, chain valid over the last 24h \(\d digests?\)/,
    ],
    ['--mode=backlog', /^OK: History backlog: \d+ events \| 'history_backlog'=\d+;;;0;/],
    ['--mode=ingestion', /^OK: accepted: \d+ - duplicate: 0 - refused: 0 - dropped: 0 \|/],
    ['--mode=suspicious', /^WARNING: Suspicious events: \d+ \(.*trail-change: \d+/],
    ['--mode=list-trails', /^List trails: \n\[name = my-trail\]\[arn = arn:aws:cloudtrail:eu-west-1:/],
  ])('%s', async (mode, expected) => {
    const { text } = await ask(
      mode,
      ...(/delivery|digest/.test(mode) ? ['--trail-name=my-trail'] : []),
      ...(mode.includes('ingestion') ? [`--statefile-dir=${join(folder, 'state')}`] : []),
    );
    expect(text).toMatch(expected);
  });

  test('wrong keys are one plain line', async () => {
    const { text, exitCode } = await ask(
      '--mode=countevents',
      '--aws-access-key=AKIAWRONG',
      '--aws-secret-key=wrong-secret',
    );
    expect(exitCode).toBe(3);
    expect(text).toMatch(/^UNKNOWN: error: [^\n]* \n$/);
    expect(text).not.toContain('wrong-secret');
  });

  describeWith('aws', works('aws', '--version'), 'through the AWS CLI', () => {
    const cli = (...args: readonly string[]) =>
      run(
        process.execPath,
        [
          program,
          PLUGIN,
          '--custommode=awscli',
          `--endpoint-url=${server.url}`,
          '--region=eu-west-1',
          ...args,
        ],
        { env: keys() },
      );

    test("prints the seed's line", async () => {
      const outcome = await cli('--mode=checktrailstatus', '--trail-name=my-trail');
      expect(outcome).toEqual({ status: 0, stdout: SEED_LINE, stderr: '' });
    });

    test('counts, and lists with times as the CLI writes them', async () => {
      const counted = await cli('--mode=countevents', filter, '--delta=60');
      expect(counted.stdout).toBe("OK: Number of events: 10.00 | 'events_count'=10.00;;;0;\n");
      const delivered = await cli('--mode=delivery', '--trail-name=my-trail');
      expect(delivered.stdout).toMatch(/^OK: Trail 'my-trail' .*'delivery_age'=\d+s;;;0;\n$/);
    });

    test("passes on the CLI's refusal in one line", async () => {
      const outcome = await cli('--mode=checktrailstatus', '--trail-name=nobody');
      expect(outcome.status).toBe(3);
      expect(outcome.stdout).toMatch(/^UNKNOWN: Command error: {2}- .*TrailNotFoundException[^\n]*\n$/);
    });
  });
});

/** One of the ten events as a sender writes it; those without an error message get one by which they are found. */
function eventOf([eventType, errorMessage]: (typeof EVENTS)[number], at: number): string {
  return JSON.stringify({
    eventVersion: '1.11',
    eventID: `00000000-0000-4000-8000-00000000000${at}`,
    eventTime: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, ''),
    eventSource: 'golden.example.com',
    eventName: 'Golden',
    eventCategory: 'Management',
    managementEvent: true,
    readOnly: false,
    eventType,
    errorMessage: errorMessage ?? 'golden',
    awsRegion: REGION,
    recipientAccountId: ACCOUNT,
    userIdentity: { type: 'Unknown' },
  });
}
