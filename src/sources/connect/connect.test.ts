import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connector, CredentialsKind, LogSource, SourceSecrets } from '../index.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.fixture.ts';
import { createSourceConnect, isAwsEndpoint } from './connect.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  vi.unstubAllEnvs();
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Seen {
  readonly url: string;
  readonly host: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An S3 (and STS) that answers everything, and remembers what it was asked. */
function fakeS3(seen: Seen[]): RequestListener {
  return async (req, res) => {
    let body = '';
    for await (const chunk of req) body += String(chunk);
    seen.push({ url: req.url ?? '', host: req.headers.host ?? '', headers: req.headers, body });
    res.setHeader('content-type', 'application/xml');
    if (body.includes('Action=AssumeRole')) {
      const expiration = new Date(Date.now() + 3_600_000).toISOString();
      res.end(
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>rolesecret</SecretAccessKey><SessionToken>roletoken</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    } else if (req.url?.includes('list-type=2')) {
      res.end(
        '<ListBucketResult><Name>logs</Name><KeyCount>1</KeyCount><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>',
      );
    } else {
      res.end('body of the object');
    }
  };
}

/** A forward proxy: CONNECT, and requests in absolute form; with a password if one is given. */
async function startProxy(options: { readonly password?: string; readonly tls?: boolean } = {}) {
  const asked: string[] = [];
  const isAllowed = (req: IncomingMessage) =>
    options.password === undefined ||
    req.headers['proxy-authorization'] ===
      `Basic ${Buffer.from(`me:${options.password}`).toString('base64')}`;
  const forward: RequestListener = (req, res) => {
    asked.push(`${req.method} ${req.url}`);
    if (!isAllowed(req)) return void res.writeHead(407).end();
    const target = new URL(req.url ?? '');
    const onward = connectTcp(Number(target.port), '127.0.0.1', () => {
      const { 'proxy-authorization': _own, ...headers } = req.headers;
      const lines = Object.entries({ ...headers, connection: 'close' }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      onward.write(
        `${req.method} ${target.pathname}${target.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`,
      );
      onward.pipe(req.socket);
    });
    closers.push(() => onward.destroy());
  };
  const server = options.tls
    ? createHttpsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, forward)
    : createServer(forward);
  server.on('connect', (req: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${req.url}`);
    if (!isAllowed(req)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const port = Number((req.url ?? '').split(':').at(-1));
    const onward = connectTcp(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    closers.push(
      () => onward.destroy(),
      () => socket.destroy(),
    );
    for (const one of [socket, onward]) one.on('error', () => undefined);
  });
  return { port: await listen(server as Server), asked };
}

const KEYS: CredentialsKind = { kind: 'keys', accessKeyId: 'AKIDEXAMPLE' };
const SECRETS: SourceSecrets = { secretAccessKey: 'secret' };

function source(connector: Partial<Connector>): LogSource {
  return {
    connector: {
      endpointUrl: 'http://localhost',
      region: 'eu-west-1',
      bucket: 'logs',
      prefix: '',
      credentials: KEYS,
      startDate: 0,
      parser: 'CloudTrailLogParser',
      tls: { insecure: false },
      ...connector,
    },
  } as LogSource;
}

async function list(given: LogSource, secrets = SECRETS, isAllowed: (ip: string) => boolean = () => true) {
  const client = createSourceConnect({
    isAllowed,
    limits: { connectTimeout: 2_000, requestTimeout: 5_000 },
  }).s3(given, secrets);
  closers.push(() => client.destroy());
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: 'logs' }));
  return { client, keys: Contents?.map(({ Key }) => Key) };
}

const httpServer = async () => {
  const seen: Seen[] = [];
  return { seen, port: await listen(createServer(fakeS3(seen))) };
};
const httpsServer = async () => {
  const seen: Seen[] = [];
  const server = createHttpsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, fakeS3(seen));
  return { seen, port: await listen(server as unknown as Server) };
};

describe('the way to a bucket', () => {
  it('signs with access keys, in path style for endpoints that are not AWS', async () => {
    const { seen, port } = await httpServer();
    const { keys } = await list(source({ endpointUrl: `http://127.0.0.1:${port}` }));
    expect(keys).toEqual(['a']);
    expect(seen[0]?.url).toMatch(/^\/logs\/?\?/);
    expect(seen[0]?.headers.authorization).toMatch(/Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/s3\//);
  });

  it('uses virtual style where it is told to', async () => {
    const { port } = await httpServer();
    const { port: proxyPort, asked } = await startProxy();
    const proxy = { host: '127.0.0.1', port: proxyPort, protocol: 'http' } as const;
    await list(source({ endpointUrl: `http://s3.test:${port}`, pathStyle: false, proxy }));
    expect(asked[0]).toMatch(`GET http://logs.s3.test:${port}/?`);
  });

  it('sends a session token', async () => {
    const { seen, port } = await httpServer();
    const credentials = { kind: 'session', accessKeyId: 'ASIA' } as const;
    const given = source({ endpointUrl: `http://127.0.0.1:${port}`, credentials });
    await list(given, { secretAccessKey: 'x', sessionToken: 'the token' });
    expect(seen[0]?.headers['x-amz-security-token']).toBe('the token');
    await expect(list(given, { secretAccessKey: 'x' })).rejects.toThrow('no session token');
    await expect(list(given, {})).rejects.toThrow('no secret key');
  });

  it('assumes a role with its external id, and signs with what it got, once for many requests', async () => {
    const { seen, port } = await httpServer();
    const url = `http://127.0.0.1:${port}`;
    const credentials = {
      kind: 'role',
      roleArn: 'arn:aws:iam::111111111111:role/reader',
      externalId: 'x-1',
      stsEndpointUrl: url,
      base: { kind: 'keys', accessKeyId: 'AKIABASE' },
    } as const;
    const { client } = await list(source({ endpointUrl: url, credentials }));
    await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' }));
    expect(seen.map(({ url }) => url.split('?')[0])).toEqual([
      '/',
      expect.stringMatching(/^\/logs/),
      '/logs/a',
    ]);
    expect(seen[0]?.body).toContain('ExternalId=x-1');
    expect(seen[0]?.body).toContain('RoleSessionName=opentrail');
    expect(seen[0]?.headers.authorization).toContain('Credential=AKIABASE/');
    expect(seen[2]?.headers.authorization).toContain('Credential=ASIAROLE/');
    expect(seen[2]?.headers['x-amz-security-token']).toBe('roletoken');
  });

  it("uses the SDK's own chain for instance credentials", async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'env');
    const { seen, port } = await httpServer();
    await list(source({ endpointUrl: `http://127.0.0.1:${port}`, credentials: { kind: 'instance' } }), {});
    expect(seen[0]?.headers.authorization).toContain('Credential=AKIAENV/');
  });

  it("takes the instance's role from its metadata service", async () => {
    const metadata = await listen(
      createServer((req, res) => {
        if (req.url === '/latest/api/token') return void res.end('imds-token');
        if (req.headers['x-aws-ec2-metadata-token'] !== 'imds-token') return void res.writeHead(401).end();
        if (req.url?.endsWith('/security-credentials/')) return void res.end('reader-role');
        const Expiration = new Date(Date.now() + 3_600_000).toISOString();
        const keys = { AccessKeyId: 'ASIAINSTANCE', SecretAccessKey: 's', Token: 'instance-token' };
        res.end(JSON.stringify({ Code: 'Success', ...keys, Expiration }));
      }),
    );
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/nowhere');
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', `http://127.0.0.1:${metadata}`);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'false');
    const { seen, port } = await httpServer();
    await list(source({ endpointUrl: `http://127.0.0.1:${port}`, credentials: { kind: 'instance' } }), {});
    expect(seen[0]?.headers.authorization).toContain('Credential=ASIAINSTANCE/');
    expect(seen[0]?.headers['x-amz-security-token']).toBe('instance-token');
  });

  it("takes a profile of the server's AWS config, and that only", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'profile-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'credentials');
    writeFileSync(file, '[audit]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = s\n');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENV');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'env');
    const { seen, port } = await httpServer();
    const of = (profile: string) =>
      list(
        source({ endpointUrl: `http://127.0.0.1:${port}`, credentials: { kind: 'profile', profile } }),
        {},
      );
    await of('audit');
    expect(seen[0]?.headers.authorization).toContain('Credential=AKIAPROFILE/');
    await expect(of('other')).rejects.toThrow('other');
  });

  it('goes to AWS when the source says so, whatever AWS_ENDPOINT_URL names', async () => {
    const { seen, port } = await httpServer();
    for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_STS'])
      vi.stubEnv(name, `http://127.0.0.1:${port}`);
    const { port: proxyPort, asked } = await startProxy({ password: 'never given' });
    const proxy = { host: '127.0.0.1', port: proxyPort, protocol: 'http' } as const;
    const endpointUrl = 'https://s3.amazonaws.com';
    await expect(list(source({ endpointUrl, proxy }))).rejects.toThrow();
    const roleArn = 'arn:aws:iam::111111111111:role/reader';
    const base = { kind: 'keys', accessKeyId: 'AKIDEXAMPLE' } as const;
    const credentials = { kind: 'role', roleArn, base } as const;
    await expect(list(source({ endpointUrl, proxy, credentials }))).rejects.toThrow();
    expect(seen).toEqual([]);
    expect([...new Set(asked)]).toEqual([
      'CONNECT logs.s3.eu-west-1.amazonaws.com:443',
      'CONNECT sts.eu-west-1.amazonaws.com:443',
    ]);
  });

  it('does not sign for public buckets', async () => {
    const { seen, port } = await httpServer();
    await list(source({ endpointUrl: `http://127.0.0.1:${port}`, credentials: { kind: 'none' } }), {});
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it('refuses a certificate that it does not know, unless told which to trust or to trust any', async () => {
    const { port } = await httpsServer();
    const endpointUrl = `https://localhost:${port}`;
    await expect(list(source({ endpointUrl }))).rejects.toThrow(/self-signed/);
    expect(
      (await list(source({ endpointUrl, tls: { ca: TEST_CERTIFICATE, insecure: false } }))).keys,
    ).toEqual(['a']);
    expect((await list(source({ endpointUrl, tls: { insecure: true } }))).keys).toEqual(['a']);
  });

  it.each([
    ['a literal address', (port: number) => `http://127.0.0.1:${port}`],
    ['a name', (port: number) => `http://localhost:${port}`],
  ])('refuses %s where the address is not allowed', async (_what, url) => {
    const { seen, port } = await httpServer();
    await expect(list(source({ endpointUrl: url(port) }), SECRETS, () => false)).rejects.toThrow(
      'private address',
    );
    expect(seen).toEqual([]);
  });

  it.each([
    ['https://s3.amazonaws.com', true],
    ['https://s3.eu-west-1.amazonaws.com/', true],
    ['https://s3.cn-north-1.amazonaws.com.cn', true],
    ['https://s3.amazonaws.com.evil.example', false],
    ['http://s3.amazonaws.com', false],
    ['https://minio.example.com', false],
  ])('takes %s for AWS: %s', (url, expected) => expect(isAwsEndpoint(url)).toBe(expected));
});

describe('a small public text', () => {
  const read = (url: string, given = source({}), isAllowed: (ip: string) => boolean = () => true) =>
    createSourceConnect({ isAllowed }).text(given, {}, new URL(url), { judged: false });

  it('is read', async () => {
    const { seen, port } = await httpServer();
    expect(await read(`http://127.0.0.1:${port}/certificate.pem`)).toBe('body of the object');
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it('is not read where a redirect leads, or beyond its size', async () => {
    const { seen, port } = await httpServer();
    const away = await listen(
      createServer((_req, res) => res.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end()),
    );
    await expect(read(`http://127.0.0.1:${away}/`)).rejects.toThrow('answered 302');
    expect(seen).toEqual([]);
    const endless = await listen(createServer((_req, res) => void res.end('x'.repeat(70_000))));
    await expect(read(`http://127.0.0.1:${endless}/`)).rejects.toThrow('more than 65536 bytes');
  });

  it('is not asked for at an address that is not allowed', async () => {
    const { seen, port } = await httpServer();
    await expect(read(`http://127.0.0.1:${port}/`, source({}), () => false)).rejects.toThrow(
      'private address',
    );
    await expect(read(`http://localhost:${port}/`, source({}), () => false)).rejects.toThrow(
      'private address',
    );
    expect(seen).toEqual([]);
  });

  it('is judged by its certificate though the source takes any', async () => {
    const { port } = await httpsServer();
    const careless = source({ tls: { insecure: true } });
    expect(await read(`https://127.0.0.1:${port}/`, careless)).toBe('body of the object');
    const judged = createSourceConnect({ isAllowed: () => true }).text(
      careless,
      {},
      new URL(`https://127.0.0.1:${port}/`),
      { judged: true },
    );
    await expect(judged).rejects.toThrow(/self.signed/i);
  });
});

describe('through a proxy', () => {
  it('sends plain HTTP in absolute form', async () => {
    const { seen, port } = await httpServer();
    const proxy = await startProxy();
    const way = { host: '127.0.0.1', port: proxy.port, protocol: 'http' } as const;
    const { keys } = await list(source({ endpointUrl: `http://127.0.0.1:${port}`, proxy: way }));
    expect(keys).toEqual(['a']);
    expect(proxy.asked[0]).toMatch(new RegExp(`^GET http://127\\.0\\.0\\.1:${port}/logs`));
    expect(seen).toHaveLength(1);
  });

  it.each(['http', 'https'] as const)('opens one tunnel by %s for many requests', async (protocol) => {
    const { seen, port } = await httpsServer();
    const proxy = await startProxy({ tls: protocol === 'https' });
    const way = { host: 'localhost', port: proxy.port, protocol };
    const tls = { ca: TEST_CERTIFICATE, insecure: false };
    const { client } = await list(source({ endpointUrl: `https://localhost:${port}`, proxy: way, tls }));
    const got = await client.send(new GetObjectCommand({ Bucket: 'logs', Key: 'a' }));
    expect(await got.Body?.transformToString()).toBe('body of the object');
    expect(proxy.asked).toEqual([`CONNECT localhost:${port}`]);
    expect(seen).toHaveLength(2);
  });

  it('gives user and password, to the proxy only', async () => {
    const plain = await httpServer();
    const secure = await httpsServer();
    const proxy = await startProxy({ password: 'pä ss' });
    const way = { host: '127.0.0.1', port: proxy.port, protocol: 'http', user: 'me' } as const;
    const tls = { insecure: true };
    const secrets = { ...SECRETS, proxyPassword: 'pä ss' };
    await list(source({ endpointUrl: `http://127.0.0.1:${plain.port}`, proxy: way }), secrets);
    await list(source({ endpointUrl: `https://localhost:${secure.port}`, proxy: way, tls }), secrets);
    expect(secure.seen[0]?.headers['proxy-authorization']).toBeUndefined();
    const wrong = source({ endpointUrl: `https://localhost:${secure.port}`, proxy: way, tls });
    await expect(list(wrong, { ...SECRETS, proxyPassword: 'no' })).rejects.toThrow('user and a password');
    await expect(
      list(source({ endpointUrl: `http://127.0.0.1:${plain.port}`, proxy: way }), SECRETS),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 407 } });
  });

  it('refuses a proxy whose address is not allowed', async () => {
    const proxy = await startProxy();
    const way = { host: '127.0.0.1', port: proxy.port, protocol: 'http' } as const;
    for (const endpointUrl of ['http://bucket.example', 'https://bucket.example']) {
      await expect(list(source({ endpointUrl, proxy: way }), SECRETS, () => false)).rejects.toThrow(
        'private address',
      );
    }
    expect(proxy.asked).toEqual([]);
  });

  it('says which proxy does not answer', async () => {
    const server = createServer();
    const port = await listen(server);
    server.closeAllConnections();
    server.close();
    const way = { host: '127.0.0.1', port, protocol: 'http' } as const;
    await expect(list(source({ endpointUrl: 'https://bucket.example', proxy: way }))).rejects.toThrow(
      `ECONNREFUSED 127.0.0.1:${port}`,
    );
  });
});
