import { once } from 'node:events';
import { createServer, type RequestListener, request as requestPlain, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCheck } from '../../src/checks/index.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../../src/sources/connect/certificate.fixture.ts';
import { NOW, RecordedEndpoint } from '../golden/checks/recorded-endpoint.ts';

let endpoint: RecordedEndpoint;
/** Speaks TLS for the endpoint, and for every bucket that has a host of its own. */
let front: Server;
let proxy: Server;
/** What the proxy was asked for. */
let asked: string[] = [];

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const AUTHORIZATION = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
const PASSWORD_URL = 'me:pass%20word@';

/** Sends a request on to the endpoint; a bucket goes from the host's name into the path, where the endpoint looks. */
const sendOn: RequestListener = (request, response) => {
  const { pathname, search, host } = new URL(request.url ?? '/', `https://${request.headers.host}`);
  const bucket = /^([^.]+)\.s3\./.exec(host)?.[1];
  const path = `${bucket === undefined ? '' : `/${bucket}`}${pathname}${search}`;
  const { 'proxy-authorization': _own, ...headers } = request.headers;
  const onward = requestPlain(`${endpoint.url}${path}`, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  request.pipe(onward);
};

beforeAll(async () => {
  endpoint = await RecordedEndpoint.start();
  front = createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, sendOn) as unknown as Server;
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.headers['proxy-authorization'] === AUTHORIZATION) sendOn(request, response);
    else response.writeHead(407).end();
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.on('error', () => undefined);
    if (request.headers['proxy-authorization'] !== AUTHORIZATION) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(portOf(front), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  for (const server of [front, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
  for (const server of [front, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  await endpoint.stop();
});
beforeEach(() => {
  asked = [];
});

async function check(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const keys = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'never-shown-secret',
    HOME: '/nonexistent',
  };
  return await runCheck(['--custommode=paws', '--region=eu-west-1', ...words], {
    ...{ env: { ...keys, ...env }, now: () => NOW, command: [] },
  });
}

const STATUS = ['--mode=checktrailstatus', '--trail-name=my-trail'];
const DIGEST = ['--mode=digest', '--trail-name=my-trail', '--chain-hours=3'];
const OK_DIGEST = /^OK: Trail 'my-trail': newest digest 30m ago, chain valid over the last 3h \(3 digests\)/;
const throughProxy = () => `--proxyurl=http://${PASSWORD_URL}127.0.0.1:${portOf(proxy)}`;

test("AWS's own addresses are asked through a tunnel, a bucket at its own host", async () => {
  const { text } = await check([...DIGEST, throughProxy(), '--skip-ssl-check']);
  expect(text).toMatch(OK_DIGEST);
  expect([...new Set(asked)].sort()).toEqual([
    'CONNECT cloudtrail.eu-west-1.amazonaws.com:443',
    'CONNECT logs.s3.eu-west-1.amazonaws.com:443',
  ]);
});

test('a bucket in another Region is followed to its host there', async () => {
  const words = ['--mode=digest', '--trail-name=good-in-elsewhere', throughProxy(), '--skip-ssl-check'];
  expect((await check(words)).exitCode).toBe(0);
  expect([...new Set(asked)].sort()).toEqual([
    'CONNECT cloudtrail.eu-west-1.amazonaws.com:443',
    'CONNECT elsewhere.s3.ap-northeast-1.amazonaws.com:443',
    'CONNECT elsewhere.s3.eu-west-1.amazonaws.com:443',
  ]);
});

test('an endpoint without TLS is asked through the proxy, too', async () => {
  const { text } = await check([...DIGEST, `--endpoint=${endpoint.url}`, throughProxy()]);
  expect(text).toMatch(OK_DIGEST);
  expect(asked).toContain(`POST ${endpoint.url}/`);
  expect(asked.filter((line) => line.startsWith(`GET ${endpoint.url}/logs/AWSLogs/`))).toHaveLength(3);
});

test('a bucket has a host of its own elsewhere when that is asked for', async () => {
  const s3 = ['--s3-endpoint-url=http://s3.test', '--s3-addressing-style=virtual'];
  expect((await check([...DIGEST, ...s3, `--endpoint=${endpoint.url}`, throughProxy()])).text).toMatch(
    OK_DIGEST,
  );
  expect(asked.filter((line) => line.startsWith('GET http://logs.s3.test/AWSLogs/'))).toHaveLength(3);
});

test("an address of AWS's CloudTrail says nothing of S3", async () => {
  const vpc = '--endpoint=https://vpce-1.cloudtrail.eu-west-1.vpce.amazonaws.com';
  expect((await check([...DIGEST, vpc, throughProxy(), '--skip-ssl-check'])).text).toMatch(OK_DIGEST);
  expect(asked).toContain('CONNECT logs.s3.eu-west-1.amazonaws.com:443');
});

test('the proxy of the environment serves, but for hosts that it does not hold for', async () => {
  const url = `http://${PASSWORD_URL}127.0.0.1:${portOf(proxy)}`;
  const words = [...STATUS, `--endpoint=${endpoint.url}`];
  expect((await check(words, { HTTP_PROXY: url })).exitCode).toBe(0);
  expect(asked).toHaveLength(1);
  expect((await check(words, { HTTP_PROXY: url, NO_PROXY: 'x.test, 127.0.0.1' })).exitCode).toBe(0);
  expect(asked).toHaveLength(1);
});

test('a proxy that refuses is one plain line, without its password', async () => {
  const proxied = `--proxyurl=http://me:wrong-word@127.0.0.1:${portOf(proxy)}`;
  const { text, exitCode } = await check([...STATUS, proxied]);
  expect(exitCode).toBe(3);
  expect(text).toBe(
    `UNKNOWN: error: the proxy 127.0.0.1:${portOf(proxy)} refuses the connection: HTTP 407 \n`,
  );
});

test('a certificate that nobody vouches for is refused, for buckets too, unless told otherwise', async () => {
  const secure = `https://127.0.0.1:${portOf(front)}`;
  const words = 'its certificate is self-signed';
  expect((await check([...STATUS, `--endpoint=${secure}`])).text).toContain(words);
  expect((await check([...STATUS, `--endpoint=${secure}`, '--skip-ssl-check'])).exitCode).toBe(0);
  const split = [...DIGEST, `--endpoint=${endpoint.url}`, `--s3-endpoint-url=${secure}`];
  expect((await check(split)).text).toMatch(
    new RegExp(`^UNKNOWN: Trail 'my-trail': .*${words} \\| 'digest_age'=`),
  );
  expect((await check([...split, '--skip-ssl-check'])).text).toMatch(OK_DIGEST);
});
