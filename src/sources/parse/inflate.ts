import { createGunzip, gunzipSync } from 'node:zlib';
import { gunzipWhole, type Room } from '../../gunzip/index.ts';
import { Unreadable } from './unreadable.ts';

/** What a file may unpack to. */
export interface InflateLimits {
  /** Bytes. AWS writes at most 50 MB into a log file. */
  readonly maxBytes: number;
  /** Unpacked bytes for each packed one, once more than `RATIO_FROM` were unpacked. Real log files stay under 40. */
  readonly maxRatio: number;
}

/** Up to this size a file is unpacked in one call, which takes half the time of a stream. */
const AT_ONCE = 16 << 20;
/** Small files of one repeated record pack very well, and hurt nobody. */
const RATIO_FROM = 4 << 20;
const CHUNK = 1 << 20;

/** Whether the bytes begin as gzip does (RFC 1952). */
export function isGzip(body: Buffer): boolean {
  return body.length >= 2 && body[0] === 0x1f && body[1] === 0x8b;
}

/**
 * The bytes of a file that is one member of gzip, as nearly all are, in the memory that `roomFor` gives. Undefined: ask
 * `inflate`.
 * @throws Unreadable bomb
 */
export function inflateWhole(body: Buffer, limits: InflateLimits, roomFor: Room): Buffer | undefined {
  const whole = gunzipWhole(body, Math.min(AT_ONCE, limits.maxBytes), roomFor);
  if (whole) checkRatio(body.length, whole.length, limits);
  return whole;
}

/**
 * The bytes of a file, unpacked if they are gzip (all members of it, RFC 1952 section 2.2), in chunks.
 * @throws Unreadable damaged, truncated, bomb: after the chunks that could be read.
 */
export async function* inflate(body: Buffer, limits: InflateLimits): AsyncGenerator<Buffer> {
  if (!isGzip(body)) {
    if (body.length > limits.maxBytes) throw tooMuch(limits.maxBytes);
    if (body.length > 0) yield body;
    return;
  }
  const small = inflateAtOnce(body, Math.min(AT_ONCE, limits.maxBytes));
  if (small !== undefined) {
    checkRatio(body.length, small.length, limits);
    yield small;
    return;
  }
  let bytes = 0;
  const stream = createGunzip({ chunkSize: CHUNK });
  stream.end(body);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw tooMuch(limits.maxBytes);
      checkRatio(body.length, bytes, limits);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : broken(error);
  } finally {
    stream.destroy();
  }
}

/** Undefined when it is larger than that, or broken: the stream then gives what there is up to the fault. */
function inflateAtOnce(body: Buffer, maxOutputLength: number): Buffer | undefined {
  try {
    return gunzipSync(body, {
      maxOutputLength,
      chunkSize: Math.min(CHUNK, Math.max(16_384, body.length * 12)),
    });
  } catch {
    return undefined;
  }
}

function checkRatio(packed: number, unpacked: number, { maxRatio }: InflateLimits): void {
  if (unpacked > RATIO_FROM && unpacked > packed * maxRatio) {
    throw new Unreadable('bomb', `it unpacks to more than ${maxRatio} times its size`);
  }
}

function tooMuch(maxBytes: number): Unreadable {
  return new Unreadable('bomb', `it holds more than ${maxBytes} bytes`);
}

function broken(error: unknown): Unreadable {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'Z_BUF_ERROR'
    ? new Unreadable('truncated', 'its gzip stream ends in the middle', { cause: error })
    : new Unreadable('damaged', `its gzip stream is broken (${code ?? error})`, { cause: error });
}
