import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChainObject, WireKey } from './signed-chain.ts';

/** What the fake says of a trail. */
export interface FakeTrail {
  readonly arn: string;
  readonly bucket: string;
  readonly prefix?: string;
  /** Members of GetTrailStatus, times in seconds. */
  readonly status?: Readonly<Record<string, unknown>>;
}

/**
 * The part of S3 and CloudTrail that validators call, over objects in memory: so that a test can hold objects that no
 * honest server would take. Checks no signatures of requests.
 */
export class FakeAws {
  readonly buckets = new Map<string, Map<string, ChainObject>>();
  keys: WireKey[] = [];
  trails: FakeTrail[] = [];
  /** When the objects of a key were stored, in milliseconds; default long ago. */
  readonly modified = new Map<string, number>();
  requests = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<FakeAws> {
    const fake = new FakeAws();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a client needs to talk to it, and nothing from the machine's own. */
  get env(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      HOME: '/nonexistent',
      ...(process.env.PYENV_ROOT !== undefined && { PYENV_ROOT: process.env.PYENV_ROOT }),
      LANG: 'C.UTF-8',
      AWS_ENDPOINT_URL: this.url,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_PAGER: '',
    };
  }

  setKeys(keys: readonly WireKey[]): void {
    this.keys = [...keys];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => this.#cloudTrail(target.slice(target.lastIndexOf('.') + 1), body, response));
      return;
    }
    this.s3(new URL(request.url ?? '/', this.url), response);
  }

  #cloudTrail(operation: string, body: string, response: ServerResponse): unknown {
    const send = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
    const question = JSON.parse(body) as { readonly Name?: string };
    switch (operation) {
      case 'ListPublicKeys':
        return send(200, { PublicKeyList: this.keys });
      case 'DescribeTrails':
        return send(200, {
          trailList: this.trails.map(({ arn, bucket, prefix }) => ({
            TrailARN: arn,
            S3BucketName: bucket,
            ...(prefix !== undefined && { S3KeyPrefix: prefix }),
            IsOrganizationTrail: false,
          })),
        });
      case 'GetTrailStatus': {
        const trail = this.trails.find(({ arn }) => arn === question.Name);
        if (trail?.status) return send(200, trail.status);
        return send(400, { __type: 'TrailNotFoundException', message: 'Unknown trail' });
      }
      default:
        return send(400, { __type: 'UnsupportedOperationException', message: operation });
    }
  }

  /** Answers a GET of a bucket or an object, whoever received it. */
  s3(url: URL, response: ServerResponse): unknown {
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const objects = this.buckets.get(bucket);
    const key = rest.map(decodeURIComponent).join('/');
    if (objects === undefined) return refuse(response, 'NoSuchBucket');
    if (key === '') {
      if (url.searchParams.has('location')) return sendXml(response, '<LocationConstraint/>');
      return sendXml(response, this.#listing(objects, url.searchParams));
    }
    const object = objects.get(key);
    if (object === undefined) return refuse(response, 'NoSuchKey');
    for (const [name, value] of Object.entries(object.metadata))
      response.setHeader(`x-amz-meta-${name}`, value);
    response.writeHead(200, { 'content-length': object.bytes.length, 'content-encoding': 'gzip' });
    return response.end(object.bytes);
  }

  #listing(objects: ReadonlyMap<string, ChainObject>, query: URLSearchParams): string {
    const after = query.get('continuation-token') ?? query.get('start-after') ?? query.get('marker') ?? '';
    const prefix = query.get('prefix') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, 1000);
    const last = page.at(-1) ?? '';
    const isTruncated = keys.length > page.length;
    const contents = page.map((key) => {
      const time = new Date(this.modified.get(key) ?? 0).toISOString();
      return `<Contents><Key>${encodeURIComponent(key)}</Key><LastModified>${time}</LastModified><Size>1</Size></Contents>`;
    });
    const next = isTruncated
      ? `<NextMarker>${last}</NextMarker><NextContinuationToken>${last}</NextContinuationToken>`
      : '';
    return `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  }
}

function sendXml(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}

function refuse(response: ServerResponse, code: string): void {
  response.writeHead(404, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
