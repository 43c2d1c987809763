import { Transform, type TransformCallback } from 'node:stream';
import { ServiceError } from '../service.ts';
import { type BodyChecksum, runningHash } from './checksum.ts';

/** What a body has promised to be. Values come from headers; those of trailers are known only at the end. */
export interface Promises {
  /** Hexadecimal; absent when the payload is not signed as a whole. */
  readonly sha256?: string;
  /** Base64 of `Content-MD5`. */
  readonly md5?: string;
  /** Length after de-chunking, bytes. */
  readonly length?: number;
  readonly checksums: readonly (BodyChecksum & { readonly expected: () => string | undefined })[];
}

/** Passes a body on and fails at its end unless it is what its headers promised. */
export class CheckedBody extends Transform {
  /** The SDK's member to base64 value; filled when the stream has ended. */
  readonly verified = new Map<string, string>();
  readonly #promises: Promises;
  readonly #sha256;
  readonly #md5;
  #length = 0;

  constructor(promises: Promises) {
    super();
    this.#promises = promises;
    this.#sha256 = promises.sha256 === undefined ? undefined : runningHash('sha256');
    this.#md5 = promises.md5 === undefined ? undefined : runningHash('md5');
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#length += bytes.length;
    const { length } = this.#promises;
    if (length !== undefined && this.#length > length) {
      done(wrongLength());
      return;
    }
    this.#sha256?.update(bytes);
    this.#md5?.update(bytes);
    for (const checksum of this.#promises.checksums) checksum.running.update(bytes);
    done(null, bytes);
  }

  override _flush(done: TransformCallback): void {
    done(this.#complaint());
  }

  #complaint(): ServiceError | null {
    const { sha256, md5, length, checksums } = this.#promises;
    if (length !== undefined && this.#length !== length) return wrongLength();
    const computed = this.#sha256?.digest().toString('hex');
    if (computed !== sha256) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      const details = { ClientComputedContentSHA256: sha256 ?? '', S3ComputedContentSHA256: computed ?? '' };
      return new ServiceError('XAmzContentSHA256Mismatch', message, { status: 400, details });
    }
    const digest = this.#md5?.digest().toString('base64');
    if (digest !== md5) {
      const message = 'The Content-MD5 you specified did not match what we received.';
      const details = { ExpectedDigest: md5 ?? '', CalculatedDigest: digest ?? '' };
      return new ServiceError('BadDigest', message, { status: 400, details });
    }
    for (const { header, member, running, expected } of checksums) {
      const value = running.digest().toString('base64');
      const promised = expected();
      if (promised === undefined) {
        const message = `The trailer ${header} was announced in x-amz-trailer and did not come.`;
        return new ServiceError('MalformedTrailerError', message, { status: 400 });
      }
      if (promised !== value) {
        const name = header.replace('x-amz-checksum-', '').toUpperCase();
        const message = `The ${name} you specified did not match the calculated checksum.`;
        return new ServiceError('BadDigest', message, { status: 400 });
      }
      this.verified.set(member, value);
    }
    return null;
  }
}

function wrongLength(): ServiceError {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
  return new ServiceError('IncompleteBody', message, { status: 400 });
}
