/** Something that is no CBOR, or too deep. */
export class CborError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CborError';
  }
}

const DEEPEST = 64;

/**
 * Reads CBOR (RFC 8949) into what JSON.parse would give: times (tag 1) become seconds, byte strings base64, undefined
 * null, and keys stand in an object without a prototype. What the protocol does not use (other keys than text, bignums)
 * is refused. Lengths are held against the bytes that are there before anything is made of them.
 * @throws CborError
 */
export function readCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.isAtEnd) throw new CborError('something follows the value');
  return value;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw new CborError('the value is nested too deeply');
    const first = this.#take(1)[0]!;
    const [major, minor] = [first >> 5, first & 31];
    switch (major) {
      case 0:
        return this.#argument(minor);
      case 1:
        return -1 - this.#argument(minor);
      case 2:
        return this.#string(major, minor).toString('base64');
      case 3:
        return this.#string(major, minor).toString('utf8');
      case 4:
        return this.#list(minor, depth);
      case 5:
        return this.#map(minor, depth);
      case 6: {
        if (this.#argument(minor) !== 1) throw new CborError('a tag that is not used');
        return this.value(depth + 1);
      }
      default:
        return this.#simple(minor);
    }
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new CborError('the bytes end too early');
    const piece = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return piece;
  }

  #argument(minor: number): number {
    if (minor < 24) return minor;
    if (minor === 24) return this.#take(1)[0]!;
    if (minor === 25) return this.#take(2).readUInt16BE();
    if (minor === 26) return this.#take(4).readUInt32BE();
    if (minor === 27) return Number(this.#take(8).readBigUInt64BE());
    throw new CborError('a length that cannot be');
  }

  /** One piece, or pieces until a break. */
  #string(major: number, minor: number): Buffer {
    if (minor !== 31) return this.#take(this.#argument(minor));
    const pieces: Buffer[] = [];
    while (!this.#isBreak()) {
      const first = this.#take(1)[0]!;
      if (first >> 5 !== major || (first & 31) === 31) throw new CborError('a piece of another kind');
      pieces.push(this.#take(this.#argument(first & 31)));
    }
    return Buffer.concat(pieces);
  }

  #list(minor: number, depth: number): unknown[] {
    const items: unknown[] = [];
    for (const _ of this.#times(minor)) items.push(this.value(depth + 1));
    return items;
  }

  #map(minor: number, depth: number): unknown {
    const members: Record<string, unknown> = Object.create(null);
    for (const _ of this.#times(minor)) {
      const first = this.#take(1)[0]!;
      if (first >> 5 !== 3) throw new CborError('a key that is no text');
      const key = this.#string(3, first & 31).toString('utf8');
      members[key] = this.value(depth + 1);
    }
    return members;
  }

  /** Each item takes a byte at least, so that a length cannot ask for more turns than there are bytes. */
  *#times(minor: number): Iterable<void> {
    if (minor === 31) {
      while (!this.#isBreak()) yield;
      return;
    }
    const count = this.#argument(minor);
    if (count > this.#bytes.length - this.#at) throw new CborError('the bytes end too early');
    for (let index = 0; index < count; index++) yield;
  }

  #isBreak(): boolean {
    if (this.#bytes[this.#at] !== 0xff) return false;
    this.#at++;
    return true;
  }

  #simple(minor: number): unknown {
    switch (minor) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return halfOf(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      default:
        throw new CborError('a simple value that is not used');
    }
  }
}

/** RFC 8949, appendix D. */
function halfOf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1_023;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction === 0
          ? Number.POSITIVE_INFINITY
          : Number.NaN
        : (fraction + 1_024) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}
