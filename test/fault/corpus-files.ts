import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TAR = join(import.meta.dirname, '..', '..', '..', 'shared', 'corpus', 'logfiles.tar');
const BLOCK = 512;

/** Real log files with their keys, where they are there; they are not part of the project. */
export const hasCorpusFiles = existsSync(TAR);

/** By key; the names end in AWS's own. */
export function readCorpusFiles(): Map<string, Buffer> {
  const tar = readFileSync(TAR);
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const text = (from: number, length: number) =>
      tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const name = text(0, 100);
    if (name === '') break;
    const size = Number.parseInt(text(124, 12), 8);
    const isFile = ['0', ''].includes(text(156, 1));
    const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
    const body = tar.subarray(at + BLOCK, at + BLOCK + size);
    // A name of more than 100 characters stands in a header of its own (POSIX pax).
    if (text(156, 1) === 'x') longName = /\d+ path=(.*)\n/.exec(body.toString())?.[1];
    if (isFile) {
      files.set(longName ?? (prefix === '' ? name : `${prefix}/${name}`), body);
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
