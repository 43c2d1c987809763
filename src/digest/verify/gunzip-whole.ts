import { constants, createGunzip, type Gunzip } from 'node:zlib';

/** Longer content goes another way, so that a thread keeps no more than this for it. Bytes. */
const MOST_BYTES = 2 ** 23;
/** Kept from the start, and doubled for longer content. Bytes. */
const FIRST_BYTES = 2 ** 17;
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

let engine: Engine | undefined;
let output = Buffer.alloc(0);

/**
 * What an object holds that is one whole gzip member and nothing else, as all are that nobody has touched. All go
 * through one engine and one buffer, since to make these anew takes as long as to inflate a small log file; so the
 * content stays as it is ONLY UNTIL THE NEXT CALL. Undefined for every other object, and for long content.
 */
export function gunzipWhole(bytes: Uint8Array, maxBytes: number): Buffer | undefined {
  const room = statedSize(bytes) + 1;
  if (bytes.length < LEAST_BYTES || room > Math.min(MOST_BYTES, maxBytes + 1)) return undefined;
  // zlib would go on into the next member.
  if (Buffer.prototype.indexOf.call(bytes, MEMBER, 1) >= 0) return undefined;
  if (engine === undefined || engine.destroyed) engine = createEngine();
  const { _handle: handle, _writeState: left } = engine;
  if (!handle?.writeSync || left === undefined || !IS_KNOWN) return undefined;
  if (output.length < room) output = Buffer.allocUnsafeSlow(sizeFor(room));
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

function sizeFor(room: number): number {
  let size = FIRST_BYTES;
  while (size < room) size *= 2;
  return size;
}

/** The content's length as the last four bytes state it. */
function statedSize(bytes: Uint8Array): number {
  const at = bytes.length - 4;
  return at < 0 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}
