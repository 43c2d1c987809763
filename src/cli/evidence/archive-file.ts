import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { padding, readTar, TAR_END, type TarFile, tarHeader } from './tar.ts';

/** Largest file in an archive: a log file, as large as it may be in a bucket. Bytes. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

/** `manifest.json`. */
export interface Manifest {
  readonly format: 1;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly trailArn: string;
  readonly question: string;
  readonly records: number;
  readonly logFiles: number;
  readonly digests: number;
  /** All but manifest.json and SHA256SUMS themselves. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** An archive being written, file by file. */
export interface ArchiveWriter {
  add(path: string, bytes: Buffer | string): Promise<void>;
  /** Writes manifest.json and SHA256SUMS; the file is complete when this resolves. */
  end(about: Omit<Manifest, 'files' | 'format' | 'madeAt'>): Promise<void>;
  /** Gives up. */
  destroy(): void;
}

/** Writes a `.tar.gz` at `path`. `now` in milliseconds. */
export function writeArchive(path: string, now: number): ArchiveWriter {
  const gzip = createGzip();
  const target = createWriteStream(path, { mode: 0o600 });
  const done = finished(gzip.pipe(target));
  // Reported by whoever waits next.
  done.catch(() => undefined);
  target.on('error', (error) => gzip.destroy(error));
  const files: Manifest['files'][number][] = [];

  async function put(name: string, bytes: Buffer): Promise<void> {
    for (const piece of [tarHeader(name, bytes.length, now), bytes, padding(bytes.length)]) {
      if (piece.length > 0 && !gzip.write(piece)) await Promise.race([once(gzip, 'drain'), done]);
    }
  }

  return {
    async add(name, content) {
      const bytes = Buffer.from(content as Buffer);
      files.push({ path: name, bytes: bytes.length, sha256: sha256(bytes) });
      await put(name, bytes);
    },
    async end(about) {
      const sums = files.map(({ path: name, sha256: sum }) => `${sum}  ${name}\n`).join('');
      await put('SHA256SUMS', Buffer.from(sums));
      const manifest: Manifest = { format: 1, madeAt: new Date(now).toISOString(), ...about, files };
      await put('manifest.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
      gzip.end(TAR_END);
      await done;
    },
    destroy() {
      gzip.destroy();
      target.destroy();
    },
  };
}

/** The files of an archive, in their order. @throws Error when it is no archive, or a cut one. */
export function readArchive(path: string): AsyncGenerator<TarFile> {
  const source = createReadStream(path);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  return readTar(source.pipe(gunzip) as AsyncIterable<Buffer>, MAX_FILE_BYTES);
}

/** Lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
