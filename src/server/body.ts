import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { HttpError } from './http-error.ts';

const decompress = promisify(gunzip);

/** Reads a body of at most `limit` bytes. @throws HttpError 413, 400 when the client went away */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = () => new HttpError(413, 'RequestTooLarge', `the body may have at most ${limit} bytes`);
  if (Number(req.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length);
}

/** Undoes `Content-Encoding: gzip`; the output is bounded too, since 10 MB of gzip may hold 10 GB. */
export async function decodeBody(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return body;
  if (encoding !== 'gzip') {
    throw new HttpError(
      415,
      'UnsupportedEncoding',
      `content-encoding ${encoding} is not known, gzip and identity are`,
    );
  }
  try {
    return await decompress(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new HttpError(
        413,
        'RequestTooLarge',
        `the body may have at most ${limit} bytes once it is unpacked`,
      );
    }
    throw new HttpError(400, 'InvalidGzip', 'the body is not valid gzip');
  }
}
