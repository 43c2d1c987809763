import { makeNameTable } from './name-table.ts';
import { RECORD_SCANNER } from './record-scanner.wasm.ts';

/** Members of a record that a scan gives, beside those of `userIdentity`. */
const RECORD = [
  'userIdentity',
  'eventVersion',
  'eventTime',
  'eventSource',
  'eventName',
  'awsRegion',
  'sourceIPAddress',
  'errorCode',
  'eventID',
  'eventId',
  'readOnly',
  'eventType',
  'managementEvent',
  'recipientAccountId',
  'accountId',
  'eventCategory',
  'insightDetails',
] as const;
/** Members of its `userIdentity`. */
const IDENTITY = ['type', 'principalId', 'arn', 'accountId', 'accessKeyId', 'userName', 'invokedBy'] as const;

/** Paths that a scan gives as a whole parse would; of all others it says nothing. */
export const SCANNED_PATHS: ReadonlySet<string> = new Set([
  ...RECORD.filter((name) => name !== 'userIdentity' && name !== 'insightDetails'),
  ...IDENTITY.map((name) => `userIdentity.${name}`),
]);

const NAMES = [...RECORD, ...IDENTITY];
const IDENTITY_SLOT = 0;

/** What a scan gives of a record. The object has always the same form: making it is much of the work. */
export type ScannedMembers = Readonly<Record<(typeof RECORD)[number], unknown>>;

/** Places in the memory that is shared with `wasm/record-scanner.ts`, and what a value is; said there. */
const STARTS = 0;
const ENDS = 0x80;
const VALUES = 0x100;
const RECORD_TABLE = 0x300;
const IDENTITY_TABLE = 0x400;
const NAMES_AT = 0x500;
const NAME_BYTES = 32;
const TEXTS = 4096;
const ABSENT = -1;
const PLAIN = -3;
const TRUE = -4;
const FALSE = -5;
const NULL = -6;

/** Where the bytes lie that are scanned, and how many at once; zeros stand behind them. */
const BYTES_AT = 0x90000;
const WINDOW = 2 << 20;
const ZEROS = 64;
const PAGE = 64 << 10;
/** A record that is longer may not be whole in the window; it is then left to a parse. */
const LONGEST = 512 << 10;

/** Of the JavaScript interface what is needed (https://www.w3.org/TR/wasm-js-api-2/); Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface ScannerModule {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  readonly recordFactor: { value: number };
  readonly identityFactor: { value: number };
  scan(start: number): number;
}

const compiled = new WebAssembly.Module(Buffer.from(RECORD_SCANNER, 'base64'));

/**
 * Goes over a record's bytes once: finds where it ends, proves that it is JSON (RFC 8259), and remembers where the
 * members stand that every record is asked for. It takes a tenth of the time of a parse. What is unusual it leaves to a
 * parse, which alone decides what such a record means: a member twice, escapes in names, objects where text belongs.
 */
export class MemberScanner {
  readonly #module = new WebAssembly.Instance(compiled).exports as ScannerModule;
  /** Records repeat most of what they say: texts by the number that the module gave them. */
  readonly #texts = new Array<string>(TEXTS).fill('');
  // Views of the module's memory, which are made again when it has grown.
  #memory!: Buffer;
  #starts!: Int32Array;
  #ends!: Int32Array;
  #values!: Int32Array;
  #bytes: Buffer = Buffer.alloc(0);
  /** Where in the memory the first of `#bytes` lies, or would lie: not all of them may be there. */
  #base = BYTES_AT;
  /** What of `#bytes` is there. */
  #from = 0;
  #to = 0;

  constructor() {
    this.#view();
    const records = makeNameTable(RECORD, 0);
    const identities = makeNameTable(IDENTITY, RECORD.length);
    this.#memory.set(records.slots, RECORD_TABLE);
    this.#memory.set(identities.slots, IDENTITY_TABLE);
    this.#module.recordFactor.value = records.factor;
    this.#module.identityFactor.value = identities.factor;
    for (const [slot, name] of NAMES.entries()) {
      const at = NAMES_AT + slot * NAME_BYTES;
      this.#memory[at] = this.#memory.write(name, at + 1, 'latin1');
    }
  }

  /**
   * Memory for a text of so many bytes, in which they are looked at without being copied. It is the same each time:
   * nobody may need the text that was there before, nor a view of it.
   */
  roomFor(bytes: number): Buffer {
    const lacking = BYTES_AT + bytes + ZEROS - this.#memory.length;
    if (lacking > 0) {
      this.#module.memory.grow(Math.ceil(lacking / PAGE));
      this.#view();
    }
    this.#bytes = Buffer.alloc(0);
    return this.#memory.subarray(BYTES_AT, BYTES_AT + bytes);
  }

  /** The place after the object that begins at `start`, or -1: unusual, no JSON, or its end is not there. */
  scan(bytes: Buffer, start: number): number {
    if (bytes !== this.#bytes || start < this.#from || start > this.#to - LONGEST) this.#show(bytes, start);
    const end = this.#module.scan(this.#base + start);
    return end === -1 ? -1 : end - this.#base;
  }

  /** The members of the last record that was scanned, as a parse would give them; absent ones are undefined, others too. */
  members(): ScannedMembers {
    return {
      userIdentity: this.#hasIdentity() ? this.#identity() : this.#valueOf(IDENTITY_SLOT),
      eventVersion: this.#valueOf(1),
      eventTime: this.#valueOf(2),
      eventSource: this.#valueOf(3),
      eventName: this.#valueOf(4),
      awsRegion: this.#valueOf(5),
      sourceIPAddress: this.#valueOf(6),
      errorCode: this.#valueOf(7),
      eventID: this.#valueOf(8),
      eventId: this.#valueOf(9),
      readOnly: this.#valueOf(10),
      eventType: this.#valueOf(11),
      managementEvent: this.#valueOf(12),
      recipientAccountId: this.#valueOf(13),
      accountId: this.#valueOf(14),
      eventCategory: this.#valueOf(15),
      insightDetails: this.#valueOf(16),
    };
  }

  #identity(): Readonly<Record<(typeof IDENTITY)[number], unknown>> {
    return {
      type: this.#valueOf(17),
      principalId: this.#valueOf(18),
      arn: this.#valueOf(19),
      accountId: this.#valueOf(20),
      accessKeyId: this.#valueOf(21),
      userName: this.#valueOf(22),
      invokedBy: this.#valueOf(23),
    };
  }

  #hasIdentity(): boolean {
    return this.#values[IDENTITY_SLOT] !== ABSENT && this.#ends[IDENTITY_SLOT] === -1;
  }

  #valueOf(slot: number): unknown {
    const value = this.#values[slot]!;
    if (value === ABSENT) return undefined;
    if (value >= 0) return value < TEXTS ? this.#texts[value] : this.#textOf(slot, value - TEXTS);
    switch (value) {
      case PLAIN:
        return this.#plain(slot);
      case TRUE:
        return true;
      case FALSE:
        return false;
      case NULL:
        return null;
      default:
        return JSON.parse(
          this.#bytes.toString('utf8', this.#placeOf(this.#starts[slot]!), this.#placeOf(this.#ends[slot]!)),
        );
    }
  }

  #textOf(slot: number, number: number): string {
    const text = this.#plain(slot);
    this.#texts[number] = text;
    return text;
  }

  /** ASCII without escapes. */
  #plain(slot: number): string {
    return this.#bytes.toString(
      'latin1',
      this.#placeOf(this.#starts[slot]!) + 1,
      this.#placeOf(this.#ends[slot]!) - 1,
    );
  }

  #placeOf(address: number): number {
    return address - this.#base;
  }

  /** Puts the bytes from there on into the window, unless they end there as well, or lie in the memory anyway. */
  #show(bytes: Buffer, start: number): void {
    if (bytes === this.#bytes && start >= this.#from && this.#to === bytes.length) return;
    this.#bytes = bytes;
    if (bytes.buffer === this.#memory.buffer) {
      this.#from = 0;
      this.#to = bytes.length;
      this.#base = bytes.byteOffset;
    } else {
      this.#from = start;
      this.#to = Math.min(bytes.length, start + WINDOW);
      this.#base = BYTES_AT - start;
      bytes.copy(this.#memory, BYTES_AT, start, this.#to);
    }
    const end = this.#base + this.#to;
    this.#memory.fill(0, end, end + ZEROS);
  }

  #view(): void {
    const { buffer } = this.#module.memory;
    this.#memory = Buffer.from(buffer);
    this.#starts = new Int32Array(buffer, STARTS, NAMES.length);
    this.#ends = new Int32Array(buffer, ENDS, NAMES.length);
    this.#values = new Int32Array(buffer, VALUES, NAMES.length);
  }
}

/** The place of the next byte that is not white space (RFC 8259 section 2). */
export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at]!;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}
