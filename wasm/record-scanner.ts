/**
 * The part of `src/sources/parse/member-scanner.ts` that looks at every byte, in AssemblyScript: sixteen at a time.
 * `node scripts/wasm.js` compiles it into `src/sources/parse/record-scanner.wasm.ts`; a test holds the two together.
 *
 * It shares memory with its caller at the places below. Behind the bytes that it looks at stand zeros, which are allowed
 * nowhere in JSON: so nothing here asks where they end.
 */

/** What is known of a record's members by slot, one i32 each: where a value begins, where it ends, what it is. */
const STARTS: usize = 0;
const ENDS: usize = 0x80;
const VALUES: usize = 0x100;
const SLOTS: i32 = 24;
/** Of each depth, whether an object is open there (or an array). */
const OPEN: usize = 0x200;
/** Which name may stand there by its hash, for records and for `userIdentity`; 255: none. */
const RECORD_NAMES: usize = 0x300;
const IDENTITY_NAMES: usize = 0x400;
/** Names by slot, 32 bytes each: the length, then the bytes. */
const NAMES: usize = 0x500;
/** Texts that were met before, 128 bytes each: the length (4 bytes), then the bytes. */
const TEXTS: usize = 0x1000;

const MAX_DEPTH: i32 = 64;
const IDENTITY_SLOT: i32 = 0;
/** `eventID` and `eventId`: never the same again. */
const ID_SLOT: i32 = 8;
const OTHER_ID_SLOT: i32 = 9;

/** What a value is; 0 and more: the text of that number, with `FRESH` added when it was not there before. */
const ABSENT: i32 = -1;
const UNKNOWN: i32 = -2;
const PLAIN: i32 = -3;
const TRUE: i32 = -4;
const FALSE: i32 = -5;
const NULL: i32 = -6;
const FRESH: i32 = 4096;
const SHORTEST: i32 = 4;
const LONGEST: i32 = 96;

/** Of the string that was passed last: it holds no backslash; and nothing beyond ASCII. */
let isLiteral: bool = true;
let isAscii: bool = true;

/** As `NameTable`'s. */
export let recordFactor: i32 = 1;
export let identityFactor: i32 = 1;

/** The place after the object that begins at `start`, or -1: unusual, no JSON, or its end is not there. */
export function scan(start: i32): i32 {
  if (byteAt(start) != 0x7b) return -1;
  for (let slot = 0; slot < SLOTS; slot++) store<i32>(VALUES + (slot << 2), ABSENT);
  let at = start + 1;
  let depth = 1;
  let inObject = true;
  let inIdentity = false;
  let isFirst = true;
  store<u8>(OPEN + 1, 1);
  while (true) {
    at = skipBlanks(at);
    if (!isFirst || byteAt(at) != (inObject ? 0x7d : 0x5d)) {
      let slot = -1;
      if (inObject) {
        const name = at + 1;
        if (byteAt(at) != 0x22) return -1;
        at = passString(name);
        if (at == -1) return -1;
        if (depth == 1 || (inIdentity && depth == 2)) {
          if (!isLiteral) return -1;
          slot =
            depth == 1
              ? slotOf(RECORD_NAMES, recordFactor, name, at - 1)
              : slotOf(IDENTITY_NAMES, identityFactor, name, at - 1);
          if (slot >= 0 && load<i32>(VALUES + (slot << 2)) != ABSENT) return -1;
        }
        at = skipBlanks(at);
        if (byteAt(at) != 0x3a) return -1;
        at = skipBlanks(at + 1);
      }
      const byte = byteAt(at);
      if (byte == 0x7b || byte == 0x5b) {
        if (slot >= 0) {
          if (slot != IDENTITY_SLOT || byte != 0x7b) return -1;
          store<i32>(VALUES, UNKNOWN);
          store<i32>(STARTS, at);
          // Its end is not asked for.
          store<i32>(ENDS, -1);
          inIdentity = true;
        }
        if (++depth > MAX_DEPTH) return -1;
        inObject = byte == 0x7b;
        store<u8>(OPEN + depth, inObject ? 1 : 0);
        isFirst = true;
        at++;
        continue;
      }
      const value = at;
      at = byte == 0x22 ? passString(at + 1) : passWord(at, byte);
      if (at == -1) return -1;
      if (slot >= 0) {
        store<i32>(STARTS + (slot << 2), value);
        store<i32>(ENDS + (slot << 2), at);
        store<i32>(VALUES + (slot << 2), kindOf(slot, byte, value, at));
      }
    }
    isFirst = false;
    // Behind a value.
    while (true) {
      at = skipBlanks(at);
      const byte = byteAt(at++);
      if (byte == 0x2c) break;
      if (byte != (inObject ? 0x7d : 0x5d)) return -1;
      if (--depth == 0) return at;
      if (depth == 1) inIdentity = false;
      inObject = load<u8>(OPEN + depth) == 1;
    }
  }
}

/** What the value is that stands there. */
function kindOf(slot: i32, byte: i32, start: i32, end: i32): i32 {
  if (byte == 0x74) return TRUE;
  if (byte == 0x66) return FALSE;
  if (byte == 0x6e) return NULL;
  if (byte != 0x22 || !isLiteral || !isAscii) return UNKNOWN;
  const length = end - start - 2;
  if (slot == ID_SLOT || slot == OTHER_ID_SLOT || length < SHORTEST || length > LONGEST) return PLAIN;
  return numberOf(start + 1, length);
}

/** The number of a text, which is put there if it was not; texts that share a number drive each other out. */
function numberOf(text: i32, length: i32): i32 {
  // Text of one member differs mostly at its end; the bytes of both ends tell most of it apart.
  const hash: i32 =
    ((load<i32>(text) ^ (length << 16)) * 0x9e3779b1) ^ (load<i32>(text + length - 4) * 0x85ebca6b);
  const number = (hash ^ (hash >>> 15)) & (FRESH - 1);
  const known = TEXTS + (number << 7);
  if (load<i32>(known) == length && isSame(<i32>known + 4, text, length)) return number;
  store<i32>(known, length);
  memory.copy(known + 4, text, length);
  return FRESH + number;
}

/** At least four bytes. */
function isSame(a: i32, b: i32, length: i32): bool {
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
  }
  for (; at + 4 <= length; at += 4) if (load<i32>(a + at) != load<i32>(b + at)) return false;
  // What is left is looked at together with bytes before it.
  return load<i32>(a + length - 4) == load<i32>(b + length - 4);
}

/** The slot of the name that stands there, or -1. */
function slotOf(table: usize, factor: i32, start: i32, end: i32): i32 {
  const length = end - start;
  const third = length < 3 ? start : end - 3;
  const mixed = length + byteAt(start) * 31 + byteAt(end - 1) * 17 + byteAt(third) * 7;
  const slot: i32 = load<u8>(table + (((mixed * factor) >>> 3) & 255));
  if (slot == 255) return -1;
  const name = NAMES + (slot << 5);
  if (load<u8>(name) != length) return -1;
  for (let at = 0; at < length; at++) if (load<u8>(name + 1 + at) != byteAt(start + at)) return -1;
  return slot;
}

/** The place after the string whose first byte is at `from`, or -1 (RFC 8259 section 7). */
function passString(from: i32): i32 {
  let at = from;
  isLiteral = true;
  isAscii = true;
  while (true) {
    const bytes = v128.load(at);
    const stops = v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(stops);
    const high = i8x16.bitmask(bytes);
    if (mask == 0) {
      if (high != 0) isAscii = false;
      at += 16;
      continue;
    }
    const passed = ctz(mask);
    if ((high & ((1 << passed) - 1)) != 0) isAscii = false;
    at += passed;
    const byte = byteAt(at++);
    if (byte == 0x22) return at;
    if (byte != 0x5c) return -1;
    isLiteral = false;
    at = passEscape(at);
    if (at == -1) return -1;
  }
}

/** The place after what stands behind a backslash, or -1. */
function passEscape(at: i32): i32 {
  switch (byteAt(at)) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1;
    case 0x75: // u
      for (let digit = at + 1; digit <= at + 4; digit++) if (!isHex(byteAt(digit))) return -1;
      return at + 5;
    default:
      return -1;
  }
}

/** The place after `true`, `false`, `null` or a number, or -1. */
function passWord(at: i32, byte: i32): i32 {
  switch (byte) {
    case 0x74:
      return load<u32>(at) == 0x65757274 ? at + 4 : -1;
    case 0x6e:
      return load<u32>(at) == 0x6c6c756e ? at + 4 : -1;
    case 0x66:
      return load<u32>(at + 1) == 0x65736c61 ? at + 5 : -1;
    default:
      return passNumber(at);
  }
}

/** RFC 8259 section 6. */
function passNumber(from: i32): i32 {
  let at = byteAt(from) == 0x2d ? from + 1 : from;
  if (!isDigit(byteAt(at))) return -1;
  if (byteAt(at) == 0x30) at++;
  else at = passDigits(at);
  if (byteAt(at) == 0x2e) {
    if (!isDigit(byteAt(at + 1))) return -1;
    at = passDigits(at + 1);
  }
  if ((byteAt(at) | 0x20) == 0x65) {
    at += byteAt(at + 1) == 0x2b || byteAt(at + 1) == 0x2d ? 2 : 1;
    if (!isDigit(byteAt(at))) return -1;
    at = passDigits(at);
  }
  return at;
}

function passDigits(from: i32): i32 {
  let at = from;
  while (isDigit(byteAt(at))) at++;
  return at;
}

/** The place of the next byte that is not white space (RFC 8259 section 2). */
function skipBlanks(from: i32): i32 {
  let at = from;
  while (true) {
    const byte = byteAt(at);
    if (byte > 0x20) return at;
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return at;
    at++;
  }
}

function isHex(byte: i32): bool {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isDigit(byte: i32): bool {
  return byte >= 0x30 && byte <= 0x39;
}

// @ts-ignore: AssemblyScript's own decorator
@inline
function byteAt(at: i32): i32 {
  return <i32>load<u8>(at);
}
