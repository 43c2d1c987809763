import { createHash, createHmac, type Hmac } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '@smithy/types';
import type { AccessKeySecret } from '../identity/index.ts';
import { type CallReport, createFrontDoor, type FrontDoorDependencies } from './index.ts';

/** The key of AWS's published examples. */
export const exampleKey = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

export const exampleSecret: AccessKeySecret = {
  secretAccessKey: exampleKey.secretAccessKey,
  caller: {
    kind: 'root',
    account: '111111111111',
    arn: 'arn:aws:iam::111111111111:root',
    principalId: '111111111111',
  },
};

/** SHA-256 and HMAC in the form that `@smithy/signature-v4` asks for. */
export class Sha256 {
  readonly #hash: Hmac | ReturnType<typeof createHash>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

/** AWS's own signer: the oracle. */
export function oracle(
  service: string,
  options: { region?: string; sessionToken?: string } = {},
): SignatureV4 {
  return new SignatureV4({
    service,
    region: options.region ?? 'us-east-1',
    credentials: { ...exampleKey, sessionToken: options.sessionToken },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });
}

/** A request that never touched a socket, for what needs no more than its head. */
export function headOnly(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): IncomingMessage {
  return { method, url, rawHeaders: Object.entries(headers).flat() } as unknown as IncomingMessage;
}

/** A front door on a port of its own, with every report kept. */
export interface House {
  readonly url: string;
  readonly reports: CallReport[];
  readonly errors: unknown[];
  close(): Promise<void>;
}

export async function openHouse(
  dependencies: Pick<FrontDoorDependencies, 'services'> & Partial<FrontDoorDependencies>,
): Promise<House> {
  const reports: CallReport[] = [];
  const errors: unknown[] = [];
  const door = createFrontDoor({
    findAccessKey: async (id) => (id === exampleKey.accessKeyId ? exampleSecret : undefined),
    authorizer: { authorize: async () => ({ allowed: true }) },
    report: async (report) => {
      reports.push(report);
    },
    now: Date.now,
    defaultRegion: 'us-east-1',
    onError: (error) => errors.push(error),
    ...dependencies,
  });
  const server = createServer((req, res) => void door(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    reports,
    errors,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** An answer as it stood on the wire. */
export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Sends a request exactly as given: no client in between that would tidy it. */
export function send(
  house: House,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Promise<Exchanged> {
  const { hostname, port } = new URL(house.url);
  return new Promise((resolve, reject) => {
    const req = httpRequest({ hostname, port, method, path, headers, agent: false }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: Buffer.concat(parts).toString() }),
      );
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

/** Signs with AWS's signer, then sends. */
export async function sendSigned(
  house: House,
  service: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer = '',
): Promise<Exchanged> {
  const { host } = new URL(house.url);
  const [pathname = '/', queryText = ''] = path.split('?');
  const query = Object.fromEntries(new URLSearchParams(queryText));
  const signed = await oracle(service).sign({
    method,
    protocol: 'http:',
    hostname: host,
    path: pathname,
    query,
    headers: { host, ...headers },
    body,
  } as HttpRequest);
  return send(house, method, path, signed.headers, body);
}
