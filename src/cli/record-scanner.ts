const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** How the records stood in the file, and so how a request must carry them. */
export type Framing = 'lines' | 'array';

/** No sender's record is near this; a longer one means that the file is something else. In bytes. */
const MAX_RECORD = 16 * 1024 * 1024;
/** White space before the Records array that is still looked at, in bytes. */
const MAX_HEAD = 1024;

/**
 * Cuts a file that arrives in chunks into its records' own bytes, without parsing them: NDJSON, or the elements of
 * `{"Records":[…]}`. Memory is bounded by the longest record.
 */
export class RecordScanner {
  /** Undefined until enough of the file was seen. */
  framing: Framing | undefined;
  #rest: Buffer = Buffer.alloc(0);
  /** In `#rest`: what was looked at already. */
  #seen = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;

  /** Answers the records that this chunk completes. @throws Error when a record does not end. */
  push(chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.framing === undefined && !this.#recognise(false)) return [];
    const records = this.framing === 'lines' ? this.#cutLines() : this.#cutElements();
    if (this.#rest.length > MAX_RECORD)
      throw new Error(`a record of more than ${MAX_RECORD} bytes: not a file of events`);
    return records;
  }

  /** Answers what the end of the file completes. @throws Error when the file breaks off. */
  end(): Buffer[] {
    if (this.framing === undefined) this.#recognise(true);
    const records = this.framing === 'array' ? this.#cutElements() : this.#cutLines();
    if (this.framing === 'array') {
      if (!this.#closed) throw new Error('the file breaks off inside its Records array');
      return records;
    }
    const last = trim(this.#rest);
    return last.length > 0 ? [...records, last] : records;
  }

  #recognise(isWhole: boolean): boolean {
    const head = this.#rest.subarray(0, MAX_HEAD).toString('latin1');
    const found = /^(?:\xef\xbb\xbf)?\s*\{\s*"Records"\s*:\s*\[/.exec(head);
    if (found) {
      this.framing = 'array';
      this.#rest = this.#rest.subarray(found[0].length);
      return true;
    }
    // A line has begun and is not the beginning of a Records array, or cannot become one any more.
    const mayStillBe =
      /^(?:\xef(?:\xbb(?:\xbf)?)?)?\s*(?:\{\s*(?:"(?:R(?:e(?:c(?:o(?:r(?:d(?:s(?:"\s*(?::\s*)?)?)?)?)?)?)?)?)?)?)?$/.test(
        head,
      );
    if (mayStillBe && !isWhole && head.length < MAX_HEAD) return false;
    this.framing = 'lines';
    return true;
  }

  #cutLines(): Buffer[] {
    const records: Buffer[] = [];
    let start = 0;
    for (
      let end = this.#rest.indexOf(NEWLINE, this.#seen);
      end !== -1;
      end = this.#rest.indexOf(NEWLINE, start)
    ) {
      const line = trim(this.#rest.subarray(start, end));
      if (line.length > 0) records.push(line);
      start = end + 1;
    }
    this.#rest = this.#rest.subarray(start);
    this.#seen = this.#rest.length;
    return records;
  }

  #cutElements(): Buffer[] {
    const records: Buffer[] = [];
    const bytes = this.#rest;
    let start = 0;
    for (let at = this.#seen; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#closed) {
        if (byte > 0x20 && byte !== 0x7d)
          throw new Error('something stands after the Records array that would be lost');
      } else if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (byte === QUOTE) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth++;
      else if (byte === 0x7d || (byte === 0x5d && this.#depth > 0)) this.#depth--;
      else if (byte === 0x5d || (byte === 0x2c && this.#depth === 0)) {
        const record = trim(bytes.subarray(start, at));
        if (record.length > 0) records.push(record);
        start = at + 1;
        this.#closed = byte === 0x5d;
      }
    }
    this.#rest = this.#closed ? Buffer.alloc(0) : bytes.subarray(start);
    this.#seen = this.#rest.length;
    return records;
  }
}

function trim(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && bytes[start]! <= 0x20) start++;
  while (end > start && bytes[end - 1]! <= 0x20) end--;
  return bytes.subarray(start, end);
}
