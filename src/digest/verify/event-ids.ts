import { createHash } from 'node:crypto';

const NAME = Buffer.from('"eventID"');
/** What is searched for: a short text that begins with a rare letter is found many bytes at a time. */
const TAIL = Buffer.from('ID"');
const TAIL_AT = NAME.length - TAIL.length;
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const DASH = 0x2d;

/**
 * Fingerprints of the event ids in a log file's content, two 32-bit words each. Searches the bytes, because parsing
 * would cost more than everything else that a verification does. An `eventID` deep inside a record is taken along:
 * what looks twice is only a suspicion until `exactEventIds` has looked.
 */
export function scanEventIds(content: Buffer): Uint32Array<ArrayBuffer> {
  let words = new Uint32Array(2 * Math.max(16, content.length >> 10));
  let count = 0;
  for (let at = findName(content, 0); at >= 0; at = findName(content, at)) {
    at = skipSpace(content, at + NAME.length);
    if (content[at] !== COLON) continue;
    at = skipSpace(content, at + 1);
    if (content[at] !== QUOTE) continue;
    const end = endOfText(content, at + 1);
    if (end < 0) break;
    if (count + 2 > words.length) {
      const longer = new Uint32Array(2 * words.length);
      longer.set(words);
      words = longer;
    }
    writeFingerprint(content, at + 1, end, words, count);
    count += 2;
    at = end;
  }
  return words.slice(0, count);
}

/** Where the name begins at or after `from`, or -1. */
function findName(content: Buffer, from: number): number {
  for (let at = content.indexOf(TAIL, from); at >= 0; at = content.indexOf(TAIL, at + 1)) {
    const begin = at - TAIL_AT;
    if (begin >= from && isName(content, begin)) return begin;
  }
  return -1;
}

function isName(content: Buffer, at: number): boolean {
  for (let index = 0; index < TAIL_AT; index++) if (content[at + index] !== NAME[index]) return false;
  return true;
}

/** The event ids of the records themselves, by parsing; empty when the content is no log file. */
export function exactEventIds(content: Buffer): string[] {
  let records: unknown;
  try {
    records = (JSON.parse(content.toString()) as { readonly Records?: unknown } | null)?.Records;
  } catch {
    return [];
  }
  if (!Array.isArray(records)) return [];
  return records.flatMap((record: unknown) => {
    const id = (record as { readonly eventID?: unknown } | null)?.eventID;
    return typeof id === 'string' ? [id] : [];
  });
}

/** The fingerprint of one id, as `scanEventIds` makes it. */
export function fingerprintOfId(id: string): readonly [number, number] {
  const bytes = Buffer.from(id);
  const words = new Uint32Array(2);
  writeFingerprint(bytes, 0, bytes.length, words, 0);
  return [words[0] ?? 0, words[1] ?? 0];
}

/** A UUID gives its own first 64 bits, anything else the first 64 of a hash. */
function writeFingerprint(bytes: Buffer, from: number, to: number, words: Uint32Array, index: number): void {
  if (
    to - from === 36 &&
    bytes[from + 8] === DASH &&
    bytes[from + 13] === DASH &&
    bytes[from + 18] === DASH
  ) {
    let digits = 0;
    let word = 0;
    let first = 0;
    for (let at = from; at < from + 18; at++) {
      const digit = HEX[bytes[at] ?? 0] ?? NOT_HEX;
      if (digit === NOT_HEX) continue;
      word = (word << 4) | digit;
      if (++digits === 8) first = word;
    }
    if (digits === 16) {
      words[index] = first;
      words[index + 1] = word;
      return;
    }
  }
  const hash = createHash('sha256').update(bytes.subarray(from, to)).digest();
  words[index] = hash.readUInt32LE(0);
  words[index + 1] = hash.readUInt32LE(4);
}

const NOT_HEX = 255;
const HEX = new Uint8Array(256).fill(NOT_HEX);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

function endOfText(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
}
