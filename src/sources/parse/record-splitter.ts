import { MemberScanner, type ScannedMembers, skipBlanks } from './member-scanner.ts';
import { Unreadable } from './unreadable.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

/** No writer's record is near this (AWS: 256 kB, 1 MB at most); a longer one means that the file is something else. */
const MAX_RECORD = 16 << 20;
/** Bytes of other members before the array of records that are still looked at. */
const MAX_HEAD = 64 << 10;

/**
 * Takes a record's own bytes, and what was seen while they were cut out: absent when that needs a parse. One after the
 * other: what is made of a record is garbage before the next one comes, and costs next to nothing.
 */
export type TakeRecord = (raw: Buffer, members?: ScannedMembers) => void;

let scanner: MemberScanner | undefined;

/** One for all files of a thread: it has memory of its own, and nothing comes between a scan and what is read of it. */
function scannerOfThread(): MemberScanner {
  scanner ??= new MemberScanner();
  return scanner;
}

/** How the records stand in a file. */
export type Framing = 'records' | 'array' | 'lines';

/**
 * Cuts a file that arrives in chunks into its records' own bytes, without parsing them: the elements of
 * `{"Records":[…]}` (whatever members stand before or after), of a bare array, or NDJSON and values one after the
 * other. Memory is bounded by the longest record; the answers are views into the chunks where that is possible.
 */
export class RecordSplitter {
  readonly #scanner = scannerOfThread();
  #rest: Buffer = Buffer.alloc(0);
  #framing: Framing | undefined;
  /** In `#rest`: what was looked at already. */
  #seen = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;

  /** How the records stand in the file; undefined until enough of it was seen. */
  get framing(): Framing | undefined {
    return this.#framing;
  }

  /** Memory for a text: records are cut out of it where it lies. It is the same for all files of the thread. */
  readonly roomFor = (bytes: number): Buffer => this.#scanner.roomFor(bytes);

  /** Hands on the records that this chunk completes. @throws Unreadable */
  push(chunk: Buffer, take: TakeRecord): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#cut(false, take);
    if (this.#rest.length > MAX_RECORD)
      throw new Unreadable('foreign', `a record of more than ${MAX_RECORD} bytes`);
  }

  /** Hands on what the end of the file completes. @throws Unreadable truncated */
  end(take: TakeRecord): void {
    this.#cut(true, take);
    if (this.#framing === 'lines') {
      const last = trim(this.#rest, 0, this.#rest.length);
      if (last.length > 0) take(last);
    } else if (this.#framing !== undefined && !this.#closed) {
      throw new Unreadable('truncated', 'it ends inside its array of records');
    }
  }

  /** Several log files may stand one after the other. */
  #cut(isWhole: boolean, take: TakeRecord): void {
    while (this.#framing !== undefined || this.#recognise(isWhole)) {
      if (this.#framing === 'lines') {
        this.#cutLines(take);
        break;
      }
      if (!this.#closed) this.#cutElements(take);
      if (!this.#closed || !this.#passTail()) break;
    }
  }

  /** Finds the array of records; false when more must be seen. */
  #recognise(isWhole: boolean): boolean {
    const bytes = this.#rest;
    let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    while (at < bytes.length && bytes[at]! <= 0x20) at++;
    if (at === bytes.length) {
      // A mark at the very beginning may still be cut in two.
      if (at > 3) this.#rest = bytes.subarray(at);
      return false;
    }
    if (bytes[at] === 0x5b) return this.#begin('array', at + 1);
    if (bytes[at] !== 0x7b) return this.#begin('lines', at);
    const array = findRecords(bytes, at);
    if (array === 'unknown' && !isWhole && bytes.length < MAX_HEAD) return false;
    return typeof array === 'number' ? this.#begin('records', array) : this.#begin('lines', at);
  }

  #begin(framing: Framing, at: number): true {
    this.#framing = framing;
    this.#rest = this.#rest.subarray(at);
    this.#seen = 0;
    this.#closed = false;
    return true;
  }

  /** Goes over what stands behind the array in its object; true when the object is over. */
  #passTail(): boolean {
    const bytes = this.#rest;
    const isOver = () => this.#depth === (this.#framing === 'records' ? -1 : 0);
    let at = 0;
    while (at < bytes.length && !isOver()) {
      if (this.#inString) {
        at = this.#endOfString(bytes, at);
        continue;
      }
      const byte = bytes[at++]!;
      if (byte === QUOTE) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth++;
      else if (byte === 0x7d || byte === 0x5d) this.#depth--;
    }
    this.#rest = bytes.subarray(at);
    if (!isOver()) return false;
    this.#depth = 0;
    this.#framing = undefined;
    return true;
  }

  #cutLines(take: TakeRecord): void {
    let start = 0;
    for (let end = this.#rest.indexOf(NEWLINE, this.#seen); end !== -1; ) {
      const line = trim(this.#rest, start, end);
      if (line.length > 0) take(line);
      start = end + 1;
      end = this.#rest.indexOf(NEWLINE, start);
    }
    this.#rest = this.#rest.subarray(start);
    this.#seen = this.#rest.length;
  }

  #cutElements(take: TakeRecord): void {
    const bytes = this.#rest;
    const length = bytes.length;
    let start = 0;
    let depth = this.#depth;
    let at = this.#seen;
    while (at < length) {
      if (at === start) {
        // Nearly every record ends where the scan says; all others are cut by their brackets alone.
        const open = skipBlanks(bytes, at);
        const end = this.#scanner.scan(bytes, open);
        const next = end === -1 ? -1 : skipBlanks(bytes, end);
        if (bytes[next] === 0x2c || bytes[next] === 0x5d) {
          take(bytes.subarray(open, end), this.#scanner.members());
          start = at = next + 1;
          this.#closed = bytes[next] === 0x5d;
          if (this.#closed) break;
          continue;
        }
      }
      if (this.#inString) {
        at = this.#endOfString(bytes, at);
        continue;
      }
      const byte = bytes[at]!;
      if (byte === QUOTE) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) depth++;
      else if (byte === 0x7d || (byte === 0x5d && depth > 0)) depth--;
      else if (depth === 0 && (byte === 0x2c || byte === 0x5d)) {
        const record = trim(bytes, start, at);
        if (record.length > 0) take(record);
        start = at + 1;
        if (byte === 0x5d) {
          this.#closed = true;
          break;
        }
      }
      at++;
    }
    this.#depth = depth;
    this.#rest = bytes.subarray(start);
    this.#seen = this.#rest.length;
  }

  /** Goes to the place after the string that `at` stands in, or to the end of the bytes. */
  #endOfString(bytes: Buffer, from: number): number {
    let at = from;
    const length = bytes.length;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    while (at < length) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#inString = false;
        return at + 1;
      }
      if (byte === BACKSLASH) {
        if (at + 1 === length) this.#escaped = true;
        at += 2;
      } else at++;
    }
    return length;
  }
}

/**
 * The place after the `[` of the member `Records` of the object that begins at `open`; `none` when the object or its
 * line ends without one, `unknown` when the bytes end before that is clear.
 */
function findRecords(bytes: Buffer, open: number): number | 'none' | 'unknown' {
  let depth = 0;
  for (let at = open; at < Math.min(bytes.length, MAX_HEAD); at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const end = endOfString(bytes, at);
      if (end === -1) return 'unknown';
      if (depth === 1 && end - at === 8 && bytes.toString('latin1', at + 1, end) === 'Records') {
        const array = afterColonAndBracket(bytes, end + 1);
        if (array !== 'none') return array;
      }
      at = end;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return 'none';
  }
  return 'unknown';
}

function endOfString(bytes: Buffer, open: number): number {
  for (let at = open + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return -1;
}

function afterColonAndBracket(bytes: Buffer, from: number): number | 'none' | 'unknown' {
  let at = from;
  for (const wanted of [0x3a, 0x5b]) {
    while (at < bytes.length && bytes[at]! <= 0x20) at++;
    if (at === bytes.length) return 'unknown';
    if (bytes[at] !== wanted) return 'none';
    at++;
  }
  return at;
}

function trim(bytes: Buffer, from: number, to: number): Buffer {
  let start = from;
  let end = to;
  while (start < end && bytes[start]! <= 0x20) start++;
  while (end > start && bytes[end - 1]! <= 0x20) end--;
  return bytes.subarray(start, end);
}
