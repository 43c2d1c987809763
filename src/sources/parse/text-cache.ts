const SIZE = 4096;
/** Longer text is rarely the same again. */
const LONGEST = 96;

/** Makes values of a few bytes of JSON, and the same text only once: records repeat most of what they say. */
export class TextCache {
  readonly #texts = new Array<string>(SIZE).fill('');

  /** The value of a string, number or word of JSON that is known to be valid. */
  value(bytes: Uint8Array, start: number, end: number): unknown {
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
        return JSON.parse(textOf(bytes, start, end));
    }
  }

  #text(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start - 2;
    if (length > LONGEST) return plainOrParsed(bytes, start, end);
    let hash = length;
    for (let at = start + 1; at < end - 1; at++) {
      const byte = bytes[at]!;
      if (byte > 127 || byte === 0x5c) return JSON.parse(textOf(bytes, start, end)) as string;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    const slot = (hash ^ (hash >>> 15)) & (SIZE - 1);
    const known = this.#texts[slot]!;
    if (isSame(known, bytes, start + 1, length)) return known;
    const text = textOf(bytes, start + 1, end - 1);
    this.#texts[slot] = text;
    return text;
  }
}

function isSame(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let at = 0; at < length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}

function plainOrParsed(bytes: Uint8Array, start: number, end: number): string {
  const text = textOf(bytes, start, end);
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
