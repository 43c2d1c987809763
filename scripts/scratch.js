import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
const memory = '/dev/shm';

/** Bytes that a suite may want: a dozen data directories, and packages that are unpacked. */
const wanted = 4e9;

/**
 * A new folder for the temporary files of a suite. In memory the product's many syncs take no time; a container often
 * has too little there, and then it is the usual place.
 *
 * @param {{ inMemory: boolean }} options
 * @returns {string} its path; whoever asked takes it away
 */
export function makeScratch({ inMemory }) {
  return mkdtempSync(join(inMemory && hasRoom(memory) ? memory : tmpdir(), 'opentrail-'));
}

function hasRoom(folder) {
  try {
    const { type, bavail, bsize } = statfsSync(folder);
    const isTmpfs = type === 0x01021994;
    return isTmpfs && bavail * bsize >= wanted;
  } catch {
    return false; // no such folder: not Linux
  }
}
