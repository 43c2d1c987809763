import { connect, type Socket } from 'node:net';

/** Milliseconds without a byte until an answer is given up. */
const PATIENCE = 30_000;
/** More header bytes than any store sends. */
const MAX_HEAD = 65_536;
const READ_BYTES = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');

/** A GET as it goes out; the headers say everything but the host. */
export interface HttpGet {
  /** With its query, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Longer answers are not read. Bytes. */
  readonly maxBytes: number;
}

/** An answer with its whole body. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; of a name that comes twice, the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

interface Waiting {
  readonly text: string;
  readonly maxBytes: number;
  readonly resolve: (answer: HttpAnswer | undefined) => void;
}

interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly length: number;
  readonly isLast: boolean;
}

/**
 * One HTTP/1.1 connection (RFC 9112), kept open, for one request at a time: a library's layers cost more than all that
 * is done with a small log file. It reads answers that state their length, which is how stores answer a GET; every other
 * answer, and every fault, is undefined, and the caller asks again in a slower way that knows all forms.
 */
export class HttpConnection {
  readonly #origin: URL;
  #socket: Socket | undefined;
  #waiting: Waiting | undefined;
  #head: Head | undefined;
  #pieces: Buffer[] = [];
  #size = 0;
  /** Answers that this socket has brought: a server may close one that has rested, and then a new one is tried. */
  #served = 0;

  constructor(origin: URL) {
    this.#origin = origin;
  }

  /** Must not be called before the answer to the last request has come. */
  async get(request: HttpGet): Promise<HttpAnswer | undefined> {
    const text = textOf(request, this.#origin.host);
    if (text === undefined) return undefined;
    return await new Promise((resolve) => {
      this.#waiting = { text, maxBytes: request.maxBytes, resolve };
      this.#write();
    });
  }

  /** Ends the connection; a request that waits is answered undefined. */
  close(): void {
    this.#drop();
    this.#settle(undefined);
  }

  #write(): void {
    this.#socket ??= this.#open();
    this.#socket.ref();
    this.#socket.write(this.#waiting?.text ?? '', 'latin1');
  }

  #open(): Socket {
    const { protocol, hostname, port } = this.#origin;
    const host = hostname.replace(/^\[|\]$/g, '');
    const isCurrent = () => socket === this.#socket;
    const socket =
      protocol === 'https:'
        ? // Loaded only where it is spoken: that takes as long as dozens of log files.
          process
            .getBuiltinModule('node:tls')
            .connect({ host, port: Number(port || 443), servername: host, ALPNProtocols: ['http/1.1'] })
        : connect({
            ...{ host, port: Number(port || 80) },
            // One buffer for all that comes: a fresh one for each read keeps the garbage collector at work.
            onread: {
              buffer: Buffer.allocUnsafeSlow(READ_BYTES),
              callback: (size, buffer) => {
                if (isCurrent()) this.#take(Buffer.from(buffer.subarray(0, size)));
                return true;
              },
            },
          });
    socket.setNoDelay(true);
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.on('data', (piece) => {
      if (isCurrent()) this.#take(piece);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (isCurrent()) this.#lost();
    });
    this.#served = 0;
    return socket;
  }

  #take(piece: Buffer): void {
    if (this.#waiting === undefined) {
      // Nobody asked: whatever this is, it is no answer to the next request.
      this.#drop();
      return;
    }
    this.#pieces.push(piece);
    this.#size += piece.length;
    if (this.#head === undefined && !this.#readHead()) return;
    const head = this.#head;
    if (head === undefined || this.#size < head.length) return;
    const body = this.#joined();
    if (body.length > head.length || head.isLast) this.#drop();
    this.#served++;
    this.#pieces = [];
    this.#size = 0;
    this.#head = undefined;
    const { status, headers, length } = head;
    this.#settle({ status, headers, body: body.length > length ? body.subarray(0, length) : body });
  }

  /** True when the head is there; then only the body's bytes are left in the pieces. */
  #readHead(): boolean {
    const bytes = this.#joined();
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) {
      this.#pieces = [bytes];
      if (bytes.length > MAX_HEAD) this.#refuse();
      return false;
    }
    const head = parseHead(bytes.toString('latin1', 0, end));
    if (head === undefined || head.length > (this.#waiting?.maxBytes ?? 0)) {
      this.#refuse();
      return false;
    }
    this.#head = head;
    const body = bytes.subarray(end + HEAD_END.length);
    this.#pieces = [body];
    this.#size = body.length;
    return true;
  }

  #joined(): Buffer {
    const [first] = this.#pieces;
    return first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
  }

  #refuse(): void {
    this.#drop();
    this.#settle(undefined);
  }

  #lost(): void {
    const hadRested = this.#served > 0 && this.#size === 0 && this.#head === undefined;
    this.#drop();
    if (hadRested && this.#waiting) this.#write();
    else this.#settle(undefined);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#pieces = [];
    this.#size = 0;
    this.#head = undefined;
    socket?.destroy();
  }

  #settle(answer: HttpAnswer | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    // A connection that rests keeps no process alive.
    this.#socket?.unref();
    waiting?.resolve(answer);
  }
}

/** Undefined when something would end its line too early. */
function textOf({ path, headers }: HttpGet, host: string): string | undefined {
  let text = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (NO_VALUE.test(value)) return undefined;
    text += `${name}: ${value}\r\n`;
  }
  return NO_PATH.test(path) ? undefined : `${text}\r\n`;
}

const NO_PATH = /[^!-~]/;
const NO_VALUE = /[^ -~]/;

/** Undefined for a head that does not say how long the body is. */
function parseHead(text: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.1 ([2-5]\d\d)(?: |$)/.exec(first)?.[1];
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    // Two lengths are how one answer is passed off as two.
    if (name === 'content-length' && headers.has(name)) return undefined;
    headers.set(name, line.slice(colon + 1).trim());
  }
  const length = headers.get('content-length');
  if (status === undefined || length === undefined || !/^\d{1,15}$/.test(length)) return undefined;
  if (headers.has('transfer-encoding') || headers.has('content-encoding')) return undefined;
  const isLast = headers.get('connection')?.toLowerCase() === 'close';
  return { status: Number(status), headers, length: Number(length), isLast };
}
