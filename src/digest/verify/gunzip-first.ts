import { constants, crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { gunzipWhole } from '../../gunzip/index.ts';

/** What the first gzip member of an object holds, and what is wrong about the rest of the object. */
export interface Inflated {
  /** `cut`: the object ends before the member does. `trailing`: bytes follow the member. */
  readonly ending: 'whole' | 'cut' | 'trailing';
  /** Bytes before compression. */
  readonly size: number;
}

/** The bytes are not gzip, or are damaged, or inflate beyond the limit. */
export class GunzipError extends Error {
  readonly code: 'damaged' | 'too-large';
  constructor(code: 'damaged' | 'too-large', message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'GunzipError';
    this.code = code;
  }
}

const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;
/** Longer content goes another way, so that a thread keeps no more than this for it. */
const MOST_KEPT = 2 ** 23;
/** Kept from the start, and doubled for longer content. */
const FIRST_KEPT = 2 ** 17;
const SYNC_FLUSH = { finishFlush: constants.Z_SYNC_FLUSH } as const;

/**
 * Inflates the first gzip member (RFC 1952) in one piece. AWS's validator reads the first member only, and takes what
 * there is when the object is cut; this function does the same and tells of both. The content may be used only until
 * the next call.
 *
 * @throws GunzipError also when the content is longer than `maxBytes`.
 */
export function gunzipFirst(bytes: Uint8Array, maxBytes: number): Inflated & { readonly content: Buffer } {
  const whole = gunzipWhole(bytes, Math.min(maxBytes, MOST_KEPT), roomFor);
  if (whole) return { content: whole, size: whole.length, ending: 'whole' };
  const header = headerLength(bytes);
  if (header === undefined) return { content: Buffer.alloc(0), size: 0, ending: 'cut' };
  const body = bytes.subarray(header);
  const { buffer, engine } = inflate(body, { ...SYNC_FLUSH, ...sizes(bytes, maxBytes) });
  const trailer = body.subarray(engine.bytesWritten);
  return {
    content: buffer,
    size: buffer.length,
    ending: checkTrailer(trailer, crc32(buffer), buffer.length),
  };
}

let kept = Buffer.alloc(0);

function roomFor(bytes: number): Buffer {
  if (kept.length >= bytes) return kept;
  let size = FIRST_KEPT;
  while (size < bytes) size *= 2;
  kept = Buffer.allocUnsafeSlow(size);
  return kept;
}

/**
 * The same in pieces, for content that should not be held in memory: `take` sees each piece once.
 *
 * @throws GunzipError
 */
export async function gunzipFirstInPieces(
  bytes: Uint8Array,
  maxBytes: number,
  take: (piece: Buffer) => void,
): Promise<Inflated> {
  const header = headerLength(bytes);
  if (header === undefined) return { size: 0, ending: 'cut' };
  const body = bytes.subarray(header);
  const stream = createInflateRaw({ ...SYNC_FLUSH, chunkSize: 1 << 20 });
  stream.end(body);
  let crc = 0;
  let size = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > maxBytes) throw new GunzipError('too-large', `inflates to more than ${maxBytes} bytes`);
      crc = crc32(piece, crc);
      take(piece);
    }
  } catch (error) {
    throw error instanceof GunzipError ? error : new GunzipError('damaged', 'damaged', error);
  }
  return { size, ending: checkTrailer(body.subarray(stream.bytesWritten), crc, size) };
}

interface InflateInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function sizes(bytes: Uint8Array, maxBytes: number) {
  return { info: true, maxOutputLength: Math.max(maxBytes, 1), chunkSize: likelySize(bytes, maxBytes) };
}

function inflate(body: Uint8Array, options: Parameters<typeof inflateRawSync>[1]): InflateInfo {
  try {
    // With `info` the answer has another shape, which the types do not know.
    return inflateRawSync(body, options) as unknown as InflateInfo;
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new GunzipError(isTooLarge ? 'too-large' : 'damaged', (error as Error).message, error);
  }
}

/** The last four bytes claim the size. Only a hint: one allocation instead of many when it is true. */
function likelySize(bytes: Uint8Array, maxBytes: number): number {
  const at = bytes.length - 4;
  const claimed = at < 0 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  // Deflate cannot do better than 1032 : 1, so a larger claim is a lie.
  const possible = Math.min(claimed, bytes.length * 1032, maxBytes);
  return Math.max(possible + 64, 1024);
}

/** Length of the member's header; undefined when the object ends within it. @throws GunzipError */
function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 2) return undefined;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw new GunzipError('damaged', 'not gzip');
  if (bytes.length < 4) return undefined;
  const flags = bytes[3] ?? 0;
  if (bytes[2] !== 8 || (flags & RESERVED) !== 0) throw new GunzipError('damaged', 'unknown gzip form');
  let at = 10;
  if (flags & FEXTRA) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [FNAME, FCOMMENT]) {
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return undefined;
    at = zero + 1;
  }
  if (flags & FHCRC) {
    const stated = (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
    at += 2;
    if (at <= bytes.length && stated !== (crc32(bytes.subarray(0, at - 2)) & 0xffff))
      throw new GunzipError('damaged', 'header checksum');
  }
  return at <= bytes.length ? at : undefined;
}

function checkTrailer(trailer: Uint8Array, crc: number, size: number): Inflated['ending'] {
  const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.length);
  if (trailer.length >= 4 && view.getUint32(0, true) !== crc) throw new GunzipError('damaged', 'checksum');
  if (trailer.length < 8) return 'cut';
  if (view.getUint32(4, true) !== size % 2 ** 32) throw new GunzipError('damaged', 'length');
  return trailer.length > 8 ? 'trailing' : 'whole';
}
