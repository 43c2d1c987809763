const SIZE = 4096;
/** Longer text is rarely the same again. */
const LONGEST = 96;

/** Makes values of a few bytes of JSON, and the same text only once: records repeat most of what they say. */
export class TextCache {
  readonly #texts = new Array<string>(SIZE).fill('');

  /** The value of a string, number or word of JSON that is known to be valid. */
  value(bytes: Buffer, start: number, end: number): unknown {
    switch (bytes[start]) {
      case 0x22:
        return this.#text(bytes, start, end);
      case 0x74:
        return true;
      case 0x66:
        return false;
      case 0x6e:
        return null;
      default:
        return JSON.parse(bytes.toString('utf8', start, end));
    }
  }

  #text(bytes: Buffer, start: number, end: number): string {
    const first = start + 1;
    const length = end - first - 1;
    if (length > LONGEST || length < 4) return plainText(bytes, start, end);
    // Text of one member differs mostly at its end; the bytes of both ends tell most of it apart.
    const a = bytes[first]! | (bytes[first + 3]! << 8) | (length << 16);
    const b = bytes[end - 2]! | (bytes[end - 3]! << 8) | (bytes[end - 4]! << 16) | (bytes[end - 5]! << 24);
    const hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
    const slot = (hash ^ (hash >>> 15)) & (SIZE - 1);
    const known = this.#texts[slot]!;
    if (isSame(known, bytes, first, length)) return known;
    const text = plainText(bytes, start, end);
    // What is kept has one byte for each character, as it stands in the record: so it can be compared.
    if (text.length === length && isSame(text, bytes, first, length)) this.#texts[slot] = text;
    return text;
  }
}

function isSame(text: string, bytes: Buffer, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let at = length - 1; at >= 0; at--) {
    const unit = text.charCodeAt(at);
    if (unit !== bytes[start + at] || unit > 127) return false;
  }
  return true;
}

/** The text of a string, quotes at both ends. */
function plainText(bytes: Buffer, start: number, end: number): string {
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at]!;
    if (byte > 127 || byte === 0x5c) return JSON.parse(bytes.toString('utf8', start, end)) as string;
  }
  return bytes.toString('latin1', start + 1, end - 1);
}
