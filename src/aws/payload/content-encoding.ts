import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { refuse } from '../refuse.ts';
import type { Protocol } from '../service.ts';
import { header, type WireRequest } from '../wire-request.ts';
import { bodyLimit } from './receive.ts';

const inflate = promisify(gunzip);

/**
 * The body without its gzip, which AWS's clients put around large ones (PutMetricData); the signature covers the body as
 * it was sent. What unpacks to more than the limit is refused while it unpacks.
 */
export async function unpacked(
  wire: WireRequest,
  protocol: Protocol,
  body: Buffer,
  limit = bodyLimit,
): Promise<Buffer> {
  if (header(wire, 'content-encoding')?.toLowerCase() !== 'gzip') return body;
  try {
    return await inflate(body, { maxOutputLength: limit });
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw isLarge
      ? refuse(protocol, 'tooLarge', `The request body unpacks to more than ${limit} bytes`)
      : refuse(protocol, 'malformed', 'The request body is not gzip, which its Content-Encoding says');
  }
}
