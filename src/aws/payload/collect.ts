import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { ServiceError } from '../service.ts';

/** What to throw when a body is too large, too slow, or breaks off. */
export interface CollectLimits {
  /** Bytes. */
  readonly limit: number;
  /** Milliseconds until the whole body must have come. */
  readonly timeout: number;
  readonly tooLarge: () => ServiceError;
  readonly tooSlow: () => ServiceError;
  readonly brokenOff: () => ServiceError;
}

/** Reads a body whole, up to a limit and a time. Leaves the connection alone: the answer still has to go out on it. */
export function collect(source: Readable, limits: CollectLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => stop(limits.tooSlow()), limits.timeout);
    const take = (piece: Buffer): void => {
      size += piece.length;
      if (size > limits.limit) stop(limits.tooLarge());
      else pieces.push(piece);
    };
    const finish = (): void => {
      clearTimeout(timer);
      resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size));
    };
    const stop = (error: unknown): void => {
      clearTimeout(timer);
      source.off('data', take);
      source.off('end', finish);
      // What still comes is dropped, so that the client gets to read the answer.
      source.resume();
      reject(error);
    };
    source.on('data', take);
    source.once('end', finish);
    // Kept on after an end, so that a late error of the socket does not count as unhandled.
    source.on('error', (error) =>
      stop('readableAborted' in error || isReset(error) ? limits.brokenOff() : error),
    );
    source.once('close', () => {
      if (!source.readableEnded) stop(limits.brokenOff());
    });
  });
}

/** A declared length above the limit is refused before a byte of it is read. */
export function declaredTooLarge(req: IncomingMessage, limit: number): boolean {
  return Number(req.headers['content-length'] ?? 0) > limit;
}

function isReset(error: Error & { code?: string }): boolean {
  return error.code === 'ECONNRESET';
}
