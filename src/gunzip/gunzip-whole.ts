import { constants, createGunzip, type Gunzip } from 'node:zlib';

/** A header and a trailer. */
const LEAST_BYTES = 18;
/** How each member begins; nothing else is gzip. */
const MEMBER = Buffer.from([0x1f, 0x8b, 8]);

/** What zlib streams of Node are made of, and what libraries for images and archives inflate with, too. */
interface Engine extends Gunzip {
  reset(): void;
  readonly _handle?: {
    readonly writeSync?: (
      flush: number,
      ...inThenOut: [Uint8Array, number, number, Uint8Array, number, number]
    ) => void;
  } | null;
  /** Bytes that are left of the output, then of the input. */
  readonly _writeState?: Uint32Array;
}

/** Versions of Node that were looked at: `writeSync` is no promise of its, and another one may take other arguments. */
const IS_KNOWN = ['20', '22', '24'].includes(process.versions.node.split('.')[0]!);

/** Gives memory for so many bytes, or more. */
export type Room = (bytes: number) => Buffer;

let engine: Engine | undefined;

/**
 * What an object holds that is one whole gzip member (RFC 1952) and nothing else, as all are that nobody has touched:
 * the beginning of the memory that `roomFor` gives, which is asked for one byte more. All go through one engine, and may
 * go into the same memory: to make these anew takes as long as to inflate a small log file. Undefined for every other
 * object, and for content that is longer than `maxBytes`.
 */
export function gunzipWhole(bytes: Uint8Array, maxBytes: number, roomFor: Room): Buffer | undefined {
  const room = statedSize(bytes) + 1;
  if (bytes.length < LEAST_BYTES || room > maxBytes + 1) return undefined;
  // zlib would go on into the next member.
  if (Buffer.prototype.indexOf.call(bytes, MEMBER, 1) >= 0) return undefined;
  if (engine === undefined || engine.destroyed) engine = createEngine();
  const { _handle: handle, _writeState: left } = engine;
  if (!handle?.writeSync || left === undefined || !IS_KNOWN) return undefined;
  const output = roomFor(room);
  engine.reset();
  handle.writeSync(constants.Z_FINISH, bytes, 0, bytes.length, output, 0, room);
  const [roomLeft = 0, bytesLeft = 0] = left;
  // What is damaged or cut destroys the engine. One byte of room is left over, or else the member goes on.
  if (engine.destroyed || roomLeft !== 1 || bytesLeft !== 0) return undefined;
  return output.subarray(0, room - roomLeft);
}

function createEngine(): Engine {
  // Told by its being destroyed.
  return createGunzip({ chunkSize: 64 }).on('error', () => undefined) as Engine;
}

/** The content's length as the last four bytes state it. */
function statedSize(bytes: Uint8Array): number {
  const at = bytes.length - 4;
  return at < 0 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}
