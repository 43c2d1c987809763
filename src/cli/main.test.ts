import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from './run.fixture.ts';

let server: Server;
let folder: string;
let seen: { path: string; type: string; authorization: string; body: string }[];
let answers: { status: number; body: string }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'));
  seen = [];
  answers = [];
  server = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    const { 'content-type': type = '', authorization = '' } = req.headers;
    seen.push({ path: req.url!, type, authorization, body });
    const answer = answers.shift() ?? { status: 200, body: '{}' };
    res.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(folder, 'endpoint.json'), JSON.stringify({ url, region: 'eu-west-1' }));
  const keys = { accessKeyId: 'AKIA1', secretAccessKey: "it's" };
  writeFileSync(join(folder, 'root-credentials.json'), JSON.stringify(keys));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const opentrail = (...argv: string[]) =>
  runHere(argv, {
    env: { OPENTRAIL_DATA_DIR: folder },
    now: () => Date.UTC(2026, 10, 21),
    sleep: async () => undefined,
  });

const outcome = (status: string, more: object = {}) => ({ status, eventID: 'e', ...more });
const answerFor = (...records: object[]) => ({ status: 200, body: JSON.stringify({ records }) });
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

describe('opentrail', () => {
  it.each([
    [[], 2, ''],
    [['--help'], 0, ''],
    [['serve', '--help'], 0, ''],
    [['bogus'], 2, "opentrail: unknown command 'bogus'\n"],
    [['serve', '--prot', '1'], 2, "opentrail: unknown option '--prot' (Did you mean --port?)\n"],
    [
      ['serve', '--port', 'x'],
      2,
      'opentrail: port: expected a whole number from 0 to 65535, found "x" (flag --port)\n',
    ],
    [['lookup', '--limit', '0'], 2, expect.stringContaining('expected a whole number of at least 1')],
    [['wait'], 2, expect.stringContaining('say what to wait for')],
    [['users'], 2, ''],
    [['tokens', 'create'], 2, expect.stringContaining("required option '--scope <SCOPE>'")],
    [
      ['env', '--data-dir', '/nowhere'],
      1,
      expect.stringContaining('no opentrail runs on the data directory /nowhere'),
    ],
  ])('%j exits with %i and one line', async (argv, code, line) => {
    const result = await opentrail(...argv);
    expect(result.code).toBe(code);
    if (line !== '') expect(result.err).toEqual(line);
    expect(result.err.trimEnd().split('\n').length === 1 || line === '').toBe(true);
  });

  it.each([
    'serve',
    'env',
    'flush',
    'ingest',
    'lookup',
    'wait',
    'export',
    'users',
    'tokens',
    'root',
    'backup',
    'restore',
  ])('%s --help shows an example', async (command) => {
    const { code, out } = await opentrail(command, '--help');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/Examples?:\n {2}(?:npx )?opentrail|Example:\n {2}eval/),
    ]);
  });

  it('prints what a shell can take in', async () => {
    const { out } = await opentrail('env');
    expect(out).toContain('export AWS_ACCESS_KEY_ID=AKIA1\n');
    expect(out).toContain("export AWS_SECRET_ACCESS_KEY='it'\\''s'\n");
  });

  it('says when nobody answers', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
    const { code, err } = await opentrail('flush');
    expect([code, err]).toEqual([
      1,
      `opentrail: no opentrail answers at ${url}; start one with \`npm start\`\n`,
    ]);
  });

  it('shows what the server refuses, signed with the keys of the data directory', async () => {
    answers.push({ status: 403, body: '{"code":"AccessDenied","message":"not you"}' });
    expect(await opentrail('flush')).toMatchObject({ code: 1, err: 'opentrail: AccessDenied: not you\n' });
    expect(seen[0]!.authorization).toContain('Credential=AKIA1/20261121/eu-west-1/opentrail/aws4_request');
  });
});

describe('opentrail ingest', () => {
  it("sends each record's own bytes, counts, and exits with 1 when some are refused", async () => {
    const lines = file('a.ndjson', '{"x": 0.0}\n\n{"y":1e5}\nnonsense');
    const log = file('b.json.gz', gzipSync('{"Records":[{"z":"ü"},\n{"n":\n1.0}]}'));
    answers.push(
      answerFor(outcome('accepted'), outcome('duplicate'), {
        status: 'refused',
        reason: 'InvalidJson',
        message: 'no',
      }),
      answerFor(outcome('accepted'), outcome('accepted')),
    );
    const { code, out, err } = await opentrail('ingest', lines, log);
    expect(seen.map(({ body }) => body).sort()).toEqual([
      '{"Records":[{"z":"ü"},{"n":\n1.0}]}',
      '{"x": 0.0}\n{"y":1e5}\nnonsense',
    ]);
    expect(code).toBe(1);
    expect(out).toBe('5 read, 3 accepted, 1 duplicate, 1 refused\n');
    expect(err).toBe(`  1 InvalidJson: no (first: ${lines}, record 3)\n`);
  });

  it('cuts large files into batches and repeats what the server was too busy for', async () => {
    const big = file('big.ndjson', '{"a":1}\n'.repeat(1_001));
    answers.push(answerFor(...Array(500).fill(outcome('accepted'))));
    answers.push({ status: 503, body: '{"code":"ServiceUnavailable","message":"later"}' });
    server.removeAllListeners('request');
    server.on('request', async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      seen.push({ path: req.url!, type: '', authorization: '', body });
      if (seen.length === 2) return res.writeHead(503).end('{"code":"ServiceUnavailable","message":"later"}');
      return res.end(answerFor(...body.split('\n').map(() => outcome('accepted'))).body);
    });
    expect(await opentrail('ingest', big)).toMatchObject({
      code: 0,
      out: '1001 read, 1001 accepted, 0 duplicate, 0 refused\n',
    });
    expect(seen).toHaveLength(4);
  });

  it('reports a file that breaks off, and sends the others', async () => {
    const broken = file('broken.gz', gzipSync('{"Records":[{"a":1},{"b":2}]}').subarray(0, 25));
    const whole = file('whole.ndjson', '{"a":1}');
    answers.push(answerFor(outcome('accepted')));
    const { code, err } = await opentrail('ingest', broken, whole, join(folder, 'missing'));
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/cannot read .*broken\.gz: .*\ncannot read .*missing: /),
    ]);
  });
});

describe('opentrail lookup', () => {
  const found = (record: string) => ({
    status: 200,
    body: `${JSON.stringify({ account: '111111111111', region: 'eu-west-1', eventId: 'e', time: 0, category: 'Data', record })}\n`,
  });

  it('asks with all options', async () => {
    await opentrail('lookup', '--event-name', 'X', '--account', '1,2', '--start', '-1h', '--limit', '3');
    expect(JSON.parse(seen[0]!.body)).toEqual({
      attributes: [{ key: 'EventName', value: 'X' }],
      accounts: ['1', '2'],
      start: Date.UTC(2026, 10, 20, 23),
      limit: 3,
    });
  });

  it.each([
    ['ndjson', '{"a":0.0}', '{"a":0.0}\n'],
    ['json', '{"a":0.0}', '{"Records":[\n{"a":0.0}\n]}\n'],
    ['table', '{"eventName":"\\u001b[31mX"}', expect.stringContaining('?[31mX')],
    [
      'csv',
      '{"eventName":"=1+1","errorCode":"a,\\"b"}',
      expect.stringContaining(`,'=1+1,,,111111111111,eu-west-1,"a,""b",e\n`),
    ],
  ])('prints %s', async (output, record, expected) => {
    answers.push(found(record));
    expect((await opentrail('lookup', '--output', output)).out).toEqual(expected);
  });
});
