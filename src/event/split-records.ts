const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/** The text is neither NDJSON nor a log file; `offset` is the byte at which that became clear. */
export class RecordsSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'RecordsSyntaxError';
    this.offset = offset;
  }
}

/**
 * Splits a body into the bytes of its records, without parsing them: one record a line (NDJSON), or the elements
 * of `{"Records":[…]}`. A record keeps its own bytes (that is the point); it need not be valid JSON, the
 * reader of each record finds that out.
 * @throws RecordsSyntaxError when the frame around the records is broken.
 */
export function splitRecords(body: Buffer): Buffer[] {
  const array = findRecordsArray(body);
  return array === undefined ? splitLines(body) : splitArray(body, array);
}

/** Offset just after the `[` of `{"Records":[`, or undefined when the body does not begin that way. */
function findRecordsArray(body: Buffer): number | undefined {
  // 64 bytes of white space in front of the array are more than any writer puts there.
  const start = /^\s*\{\s*"Records"\s*:\s*\[/.exec(body.subarray(0, 128).toString('latin1'));
  return start ? start[0].length : undefined;
}

function splitLines(body: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length; ) {
    let end = body.indexOf(NEWLINE, start);
    if (end === -1) end = body.length;
    const line = trim(body, start, end);
    if (line.length > 0) lines.push(line);
    start = end + 1;
  }
  return lines;
}

function splitArray(body: Buffer, start: number): Buffer[] {
  const records: Buffer[] = [];
  let elementStart = start;
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    switch (body[at]) {
      case QUOTE:
        at = endOfString(body, at);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        break;
      case CLOSE_BRACE:
        depth--;
        break;
      case COMMA:
        if (depth === 0) {
          records.push(trim(body, elementStart, at));
          elementStart = at + 1;
        }
        break;
      case CLOSE_BRACKET:
        if (depth-- === 0) {
          const last = trim(body, elementStart, at);
          if (last.length > 0 || records.length > 0) records.push(last);
          expectEnd(body, at + 1);
          return records;
        }
        break;
    }
  }
  throw new RecordsSyntaxError('the Records array does not end', body.length);
}

/** Offset of the quote that closes the string opened at `open`. */
function endOfString(body: Buffer, open: number): number {
  for (let close = body.indexOf(QUOTE, open + 1); close !== -1; close = body.indexOf(QUOTE, close + 1)) {
    let backslashes = 0;
    while (body[close - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return close;
  }
  throw new RecordsSyntaxError('a string does not end', open);
}

/** After the array only the closing brace may come: a member that we would lose is refused, not dropped. */
function expectEnd(body: Buffer, from: number): void {
  if (!/^\s*\}\s*$/.test(body.subarray(from).toString('latin1'))) {
    throw new RecordsSyntaxError('expected "}" and nothing else after the Records array', from);
  }
}

function trim(body: Buffer, start: number, end: number): Buffer {
  while (start < end && isSpace(body[start])) start++;
  while (end > start && isSpace(body[end - 1])) end--;
  return body.subarray(start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
