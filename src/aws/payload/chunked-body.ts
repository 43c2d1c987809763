import { createHash, type Hash, hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { ServiceError } from '../service.ts';
import { mismatchText } from '../sigv4/claim.ts';
import { sameSignature, sign } from '../sigv4/signing-key.ts';
import { scopeOf, type VerifiedSignature } from '../sigv4/verify.ts';

/** A chunk's head is its size and a signature; nothing honest is longer. */
const longestLine = 16_384;
const mostTrailers = 32;
const emptyHash = hash('sha256', '', 'hex');

/** How a body in `aws-chunked` coding is framed. */
export interface ChunkedOptions {
  /** Present: each chunk carries a signature that continues the request's. */
  readonly signature?: VerifiedSignature;
  /** True when `x-amz-content-sha256` ends in `-TRAILER`. */
  readonly trailer: boolean;
}

/**
 * Takes the `aws-chunked` framing off a body and checks each chunk's signature
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, and `…-trailers.html`). Bytes are passed on
 * before the signature that covers them has been seen: whoever keeps them must wait for the stream's end, and throw
 * away what it has when the stream fails. Memory is bounded by one line.
 */
export class ChunkedBody extends Transform {
  /** Lower-case names; complete and verified when the stream has ended. */
  readonly trailers = new Map<string, string>();
  readonly #options: ChunkedOptions;
  #state: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #line: Buffer = Buffer.alloc(0);
  #left = 0;
  #previous: string;
  #announced = '';
  #chunkHash: Hash | undefined;
  #trailerText = '';

  constructor(options: ChunkedOptions) {
    super();
    this.#options = options;
    this.#previous = options.signature?.claim.signature ?? '';
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let rest = bytes;
      while (rest.length > 0) rest = this.#state === 'data' ? this.#takeData(rest) : this.#takeLine(rest);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (this.#state !== 'trailer') throw incomplete('The chunked body ended before its last chunk.');
      if (this.#line.length > 0) this.#takeTrailer(this.#line.toString('latin1'));
      this.#checkTrailerSignature();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #takeData(bytes: Buffer): Buffer {
    const piece = bytes.subarray(0, this.#left);
    this.#left -= piece.length;
    this.#chunkHash?.update(piece);
    this.push(piece);
    if (this.#left === 0) {
      this.#endChunk();
      this.#state = 'data-end';
    }
    return bytes.subarray(piece.length);
  }

  #takeLine(bytes: Buffer): Buffer {
    const end = bytes.indexOf(10);
    const piece = end < 0 ? bytes : bytes.subarray(0, end);
    if (this.#line.length + piece.length > longestLine)
      throw malformed('A line of the chunked body is too long.');
    const line = this.#line.length === 0 ? piece : Buffer.concat([this.#line, piece]);
    if (end < 0) {
      this.#line = Buffer.from(line);
      return Buffer.alloc(0);
    }
    this.#line = Buffer.alloc(0);
    const text = line.toString('latin1').replace(/\r$/, '');
    if (this.#state === 'size') this.#startChunk(text);
    else if (this.#state === 'trailer') this.#takeTrailer(text);
    else if (text === '') this.#state = 'size';
    else throw malformed('A chunk is longer than its size says.');
    return bytes.subarray(end + 1);
  }

  #startChunk(text: string): void {
    const match = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(text);
    if (!match) throw malformed('A chunk does not begin with its size.');
    this.#left = Number.parseInt(match[1]!, 16);
    this.#announced = match[2] ?? '';
    if (this.#options.signature) this.#chunkHash = createHash('sha256');
    if (this.#left > 0) {
      this.#state = 'data';
      return;
    }
    this.#endChunk();
    this.#state = 'trailer';
  }

  #endChunk(): void {
    const { signature } = this.#options;
    if (!signature) return;
    const digest = this.#chunkHash?.digest('hex') ?? emptyHash;
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${signature.claim.time}\n${scopeOf(signature.claim)}\n${this.#previous}\n${emptyHash}\n${digest}`;
    this.#continue(sign(signature.signingKey, text), this.#announced);
  }

  #takeTrailer(text: string): void {
    if (text.trim() === '') return;
    const mark = text.indexOf(':');
    if (!this.#options.trailer || mark <= 0 || this.trailers.size >= mostTrailers) throw malformedTrailer();
    const name = text.slice(0, mark).trim().toLowerCase();
    const value = text.slice(mark + 1).trim();
    if (this.trailers.has(name)) throw malformedTrailer();
    this.trailers.set(name, value);
    if (name !== 'x-amz-trailer-signature') this.#trailerText += `${name}:${value}\n`;
  }

  #checkTrailerSignature(): void {
    const { signature, trailer } = this.#options;
    if (!signature || !trailer) return;
    const text = `AWS4-HMAC-SHA256-TRAILER\n${signature.claim.time}\n${scopeOf(signature.claim)}\n${this.#previous}\n${hash('sha256', this.#trailerText, 'hex')}`;
    this.#continue(sign(signature.signingKey, text), this.trailers.get('x-amz-trailer-signature') ?? '');
  }

  #continue(calculated: string, given: string): void {
    if (!sameSignature(calculated, given))
      throw new ServiceError('SignatureDoesNotMatch', mismatchText, { status: 403 });
    this.#previous = calculated;
  }
}

function malformed(message: string): ServiceError {
  return new ServiceError('InvalidChunkSizeError', message, { status: 400 });
}

function malformedTrailer(): ServiceError {
  const message =
    'The request contained trailing data that was not well-formed or did not conform to our published schema.';
  return new ServiceError('MalformedTrailerError', message, { status: 400 });
}

function incomplete(message: string): ServiceError {
  return new ServiceError('IncompleteBody', message, { status: 400 });
}
