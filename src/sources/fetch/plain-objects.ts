import type { GetObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { objectPath, signRequest } from '../../signer/index.ts';

/** A file as it comes, and the bytes that were promised of it. */
export interface ComingObject {
  readonly body: AsyncIterable<Uint8Array>;
  readonly length: number | undefined;
}

/** What the SDK sent when it last got an object. */
interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers that came to it. */
interface CameAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: AsyncIterable<Uint8Array> & { destroy?(): void };
}

/** How objects of the bucket are asked for. */
interface Way extends Pick<SentRequest, 'protocol' | 'hostname' | 'port'> {
  /** What stands before a key. */
  readonly before: string;
  /** That requests are signed for, which after a redirect is not the client's; absent: they are not signed. */
  readonly region?: string;
}

/**
 * Gets objects past most layers of the SDK, which cost ten times what the rest of a small file does. Where the bucket
 * answers it learns from what the SDK itself sent with success; connections, proxy, TLS and allowed addresses are the
 * client's own. It knows success only: after anything else the SDK is asked, and for as long as it has not succeeded.
 */
export class PlainObjects {
  readonly #client: S3Client;
  #way: Way | undefined;

  constructor(client: S3Client) {
    this.#client = client;
    client.middlewareStack.add(
      (next) => async (args) => {
        const came = await next(args);
        const { statusCode } = came.response as Partial<CameAnswer>;
        const { Key: key } = args.input as Partial<GetObjectCommandInput>;
        if (key !== undefined && statusCode === 200) this.#learn(key, args.request as SentRequest);
        return came;
      },
      { step: 'deserialize', priority: 'low', name: 'learnWay' },
    );
  }

  /** Undefined: the SDK must be asked. Throws only when it was aborted. */
  async get(key: string, abortSignal: AbortSignal): Promise<ComingObject | undefined> {
    const way = this.#way;
    const path = objectPath(key);
    if (!way || path === undefined) return undefined;
    try {
      const answer = await this.#ask(way, `${way.before}${path}`, abortSignal);
      if (answer.statusCode === 200) {
        const length = answer.headers['content-length'];
        return { body: answer.body, length: length === undefined ? undefined : Number(length) };
      }
      answer.body.destroy?.();
    } catch {
      abortSignal.throwIfAborted();
    }
    this.#way = undefined;
    return undefined;
  }

  #learn(key: string, { protocol, hostname, port, path, headers }: SentRequest): void {
    const end = objectPath(key);
    if (end === undefined || !path.endsWith(`/${end}`)) return;
    const region = SCOPE.exec(headers.authorization ?? '')?.groups?.region;
    this.#way = {
      ...{ protocol, hostname, ...(port !== undefined && { port }) },
      before: path.slice(0, path.length - end.length),
      ...(region !== undefined && { region }),
    };
  }

  async #ask(way: Way, path: string, abortSignal: AbortSignal): Promise<CameAnswer> {
    const { config } = this.#client;
    const { protocol, hostname, port, region } = way;
    const host = port === undefined ? hostname : `${hostname}:${port}`;
    const headers = region
      ? signRequest({
          ...{ method: 'GET', service: 's3', body: '', headers: {} },
          // The SDK makes out how far this machine's clock is from the other side's.
          now: Date.now() + config.systemClockOffset,
          url: { host, pathname: path, search: '', searchParams: NO_QUERY },
          credentials: await config.credentials(),
          region,
        })
      : {};
    const request = { protocol, hostname, ...(port !== undefined && { port }), method: 'GET', path };
    const { response } = await config.requestHandler.handle(
      { ...request, query: {}, headers: { ...headers, host } } as never,
      { abortSignal },
    );
    return response as CameAnswer;
  }
}

const NO_QUERY = new URLSearchParams();

/** In what Signature Version 4 puts into `authorization`. */
const SCOPE = /Credential=[^/]+\/\d+\/(?<region>[^/]+)\//;
