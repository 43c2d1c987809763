import { type Member, membersOf, type Shape } from '../../shape.ts';

/** Writes an output as CBOR along its shape; what is absent, or unknown to the shape, is left out. */
export function writeCbor(member: Member, value: unknown): Buffer {
  const pieces: Buffer[] = [];
  writeValue(member.shape, value ?? {}, pieces);
  return Buffer.concat(pieces);
}

/** An object of texts, as errors are. */
export function writeTexts(members: Readonly<Record<string, string>>): Buffer {
  const pieces: Buffer[] = [head(5, Object.keys(members).length)];
  for (const [name, text] of Object.entries(members)) pieces.push(textOf(name), textOf(text));
  return Buffer.concat(pieces);
}

function writeValue(shape: Shape, value: unknown, pieces: Buffer[]): void {
  switch (shape.kind) {
    case 'structure':
    case 'union': {
      const given = value as Readonly<Record<string, unknown>>;
      const present = [...membersOf(shape).values()].filter(({ name }) => isThere(given[name]));
      pieces.push(head(5, present.length));
      for (const member of present) {
        pieces.push(textOf(member.name));
        writeValue(member.shape, given[member.name], pieces);
      }
      return;
    }
    case 'list': {
      const items = Array.from(value as Iterable<unknown>);
      pieces.push(head(4, items.length));
      for (const item of items) {
        if (isThere(item)) writeValue(shape.item.shape, item, pieces);
        else pieces.push(NULL);
      }
      return;
    }
    case 'map': {
      const entries = Object.entries(value as object).filter(([, item]) => isThere(item));
      pieces.push(head(5, entries.length));
      for (const [key, item] of entries) {
        pieces.push(textOf(key));
        writeValue(shape.value.shape, item, pieces);
      }
      return;
    }
    case 'timestamp':
      pieces.push(EPOCH_TAG, doubleOf((value as Date).getTime() / 1_000));
      return;
    case 'blob': {
      const bytes = Buffer.from(value as Uint8Array);
      pieces.push(head(2, bytes.length), bytes);
      return;
    }
    case 'boolean':
      pieces.push(value ? TRUE : FALSE);
      return;
    case 'number':
    case 'big':
      pieces.push(numberOf(Number(value)));
      return;
    case 'unit':
      pieces.push(head(5, 0));
      return;
    default:
      pieces.push(textOf(typeof value === 'string' ? value : JSON.stringify(value)));
  }
}

const FALSE = Buffer.from([0xf4]);
const TRUE = Buffer.from([0xf5]);
const NULL = Buffer.from([0xf6]);
const EPOCH_TAG = Buffer.from([0xc1]);

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Major type and argument. */
function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 2 ** 8) return Buffer.from([(major << 5) | 24, argument]);
  const isShort = argument < 2 ** 16;
  const isLong = argument >= 2 ** 32;
  const bytes = Buffer.alloc(isShort ? 3 : isLong ? 9 : 5);
  bytes[0] = (major << 5) | (isShort ? 25 : isLong ? 27 : 26);
  if (isShort) bytes.writeUInt16BE(argument, 1);
  else if (isLong) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUInt32BE(argument, 1);
  return bytes;
}

function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(3, bytes.length), bytes]);
}

function numberOf(value: number): Buffer {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return doubleOf(value);
  return value < 0 ? head(1, -1 - value) : head(0, value);
}

function doubleOf(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
