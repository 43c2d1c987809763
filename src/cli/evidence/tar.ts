/** POSIX.1-1988 tar ("ustar"), as far as an archive of short, known names needs it: regular files only. */

const BLOCK = 512;
const MAX_NAME_BYTES = 100;

/** The header of one file; its bytes and `padding(size)` follow. `mtime` in milliseconds. */
export function tarHeader(name: string, size: number, mtime: number, mode = 0o644): Buffer {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw new Error(`${name} is too long a name for a tar archive`);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(Math.floor(mtime / 1000), 11), 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(`${octal(checksum(header), 6)}\0 `, 148);
  return header;
}

/** Zeros up to the next block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** What stands after the last file. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);

/** A file out of an archive. */
export interface TarFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Reads an archive from a stranger, file by file; one file at a time is in memory.
 * @throws Error naming what is wrong: links, devices, wrong sums, files beyond `maxBytes`, a cut or continued archive.
 */
export async function* readTar(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<TarFile> {
  const source = new Blocks(chunks);
  for (let header = await source.take(BLOCK); ; header = await source.take(BLOCK)) {
    if (header.length < BLOCK) throw new Error('the archive is cut');
    if (header.every((byte) => byte === 0)) break;
    const { name, size } = readHeader(header);
    if (size > maxBytes) throw new Error(`${name} is larger than ${maxBytes} bytes`);
    const padded = size + padding(size).length;
    const bytes = await source.take(padded);
    if (bytes.length < padded) throw new Error(`the archive is cut within ${name}`);
    yield { name, bytes: bytes.subarray(0, size) };
  }
  // A reader that goes on after the end would see more than what is verified here.
  for (let rest = await source.take(BLOCK); rest.length > 0; rest = await source.take(BLOCK)) {
    if (rest.some((byte) => byte !== 0)) throw new Error('the archive goes on after its end');
  }
}

function readHeader(header: Buffer): { readonly name: string; readonly size: number } {
  const stated = Number.parseInt(header.toString('latin1', 148, 156), 8);
  const blank = Buffer.from(header);
  blank.fill(' ', 148, 156);
  if (stated !== checksum(blank)) throw new Error('a header of the archive is damaged');
  const name = header.toString('utf8', 0, MAX_NAME_BYTES).replace(/\0.*$/s, '');
  const type = header.toString('latin1', 156, 157);
  if (type !== '0' || header.toString('latin1', 257, 262) !== 'ustar' || header[345] !== 0) {
    throw new Error(`${JSON.stringify(name)} is no plain file of a ustar archive`);
  }
  const size = header.toString('latin1', 124, 135);
  if (!/^[0-7]{11}$/.test(size)) throw new Error(`${JSON.stringify(name)} has no readable size`);
  return { name, size: Number.parseInt(size, 8) };
}

function checksum(header: Buffer): number {
  return header.reduce((sum, byte) => sum + byte, 0);
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, '0');
  if (text.length > digits) throw new Error(`${value} does not fit into a tar header`);
  return text;
}

/** Cuts a stream of chunks into pieces of the size that is asked for. */
class Blocks {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer[] = [];
  #size = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Fewer bytes only at the end. */
  async take(count: number): Promise<Buffer> {
    while (this.#size < count) {
      const next = await this.#chunks.next();
      if (next.done) break;
      this.#held.push(next.value);
      this.#size += next.value.length;
    }
    const all = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const taken = all.subarray(0, count);
    const rest = all.subarray(taken.length);
    this.#held = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return taken;
  }
}
