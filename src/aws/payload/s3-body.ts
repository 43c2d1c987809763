import type { Readable } from 'node:stream';
import { ServiceError } from '../service.ts';
import type { Claim } from '../sigv4/claim.ts';
import { SignatureRefusal } from '../sigv4/refusal.ts';
import type { VerifiedSignature } from '../sigv4/verify.ts';
import { header, type WireRequest } from '../wire-request.ts';
import { CheckedBody, type Promises } from './checked-body.ts';
import { announcesChecksum, startChecksum } from './checksum.ts';
import { ChunkedBody } from './chunked-body.ts';

/** How the body is bound to the signature: `x-amz-content-sha256`, or `UNSIGNED-PAYLOAD`. */
export type PayloadClaim =
  | { readonly kind: 'whole'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean };

/** A body that fails at its end unless it is what the request promised. */
export interface S3Body {
  readonly stream: Readable;
  /** Bytes after de-chunking, where the client says them. */
  readonly length: number | undefined;
  /** The SDK's checksum members that came and held; filled when the stream has ended. */
  readonly verified: ReadonlyMap<string, string>;
}

/** The literal that stands in the canonical request in place of the body's hash. */
export function payloadHashOf(request: WireRequest, claim: Claim | undefined): string {
  const given = header(request, 'x-amz-content-sha256') ?? claim?.payload;
  if (given !== undefined) return given;
  if (claim?.kind !== 'header') return 'UNSIGNED-PAYLOAD';
  const message = 'Missing required header for this request: x-amz-content-sha256';
  throw new SignatureRefusal('payloadHashMissing', message);
}

/** Reads `x-amz-content-sha256`; throws ServiceError on a value that is none of AWS's. */
export function readPayloadClaim(hash: string): PayloadClaim {
  if (/^[0-9a-f]{64}$/.test(hash)) return { kind: 'whole', sha256: hash };
  switch (hash) {
    case 'UNSIGNED-PAYLOAD':
      return { kind: 'unsigned' };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'chunked', signed: true, trailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: true, trailer: true };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: false, trailer: true };
    default: {
      const message =
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.';
      const details = { ArgumentName: 'x-amz-content-sha256', ArgumentValue: hash.slice(0, 200) };
      throw new ServiceError('InvalidArgument', message, { status: 400, details });
    }
  }
}

/** Opens the body of an S3 request with every check that its headers ask for. The request's socket stays open. */
export function openS3Body(
  request: WireRequest,
  payload: PayloadClaim,
  signature?: VerifiedSignature,
): S3Body {
  const length = declaredLength(request, payload);
  const chunked = payload.kind === 'chunked' ? chunkedBody(payload, signature) : undefined;
  const promises: Promises = {
    sha256: payload.kind === 'whole' ? payload.sha256 : undefined,
    md5: contentMd5(request),
    length,
    checksums: checksumsOf(request, chunked),
  };
  const checked = new CheckedBody(promises);
  const { req } = request;
  // pipe, not pipeline: a failed check must not take the socket with it, the answer still has to go out.
  if (chunked) {
    chunked.on('error', (error) => checked.destroy(error));
    chunked.pipe(checked);
  }
  const first = chunked ?? checked;
  req.on('error', () => checked.destroy(brokenOff()));
  req.once('close', () => {
    if (!req.readableEnded && !checked.writableEnded) checked.destroy(brokenOff());
  });
  checked.once('close', () => {
    req.unpipe(first);
    req.resume();
  });
  // Whoever reads the body sees its error; if nobody reads it, nobody has to.
  checked.on('error', () => {});
  req.pipe(first);
  return { stream: checked, length, verified: checked.verified };
}

function chunkedBody(
  payload: PayloadClaim & { kind: 'chunked' },
  signature?: VerifiedSignature,
): ChunkedBody {
  if (payload.signed && !signature) {
    throw new ServiceError('AccessDenied', 'Access Denied', { status: 403 });
  }
  return new ChunkedBody({ signature: payload.signed ? signature : undefined, trailer: payload.trailer });
}

function declaredLength(request: WireRequest, payload: PayloadClaim): number | undefined {
  const name = payload.kind === 'chunked' ? 'x-amz-decoded-content-length' : 'content-length';
  const text = header(request, name);
  if (text === undefined) {
    if (payload.kind !== 'chunked') return undefined;
    const message = 'You must provide the Content-Length HTTP header.';
    throw new ServiceError('MissingContentLength', message, { status: 411 });
  }
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ServiceError('InvalidArgument', `${name} is not a length in bytes`, { status: 400 });
}

function contentMd5(request: WireRequest): string | undefined {
  const md5 = header(request, 'content-md5');
  if (md5 === undefined || /^[A-Za-z0-9+/]{22}==$/.test(md5)) return md5;
  throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', { status: 400 });
}

function checksumsOf(request: WireRequest, chunked: ChunkedBody | undefined): Promises['checksums'] {
  const checksums: Promises['checksums'][number][] = [];
  const add = (name: string, expected: () => string | undefined): void => {
    const checksum = startChecksum(name);
    if (!checksum) {
      const message = `The checksum ${name} is not built in this version; use CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.`;
      throw new ServiceError('NotImplemented', message, { status: 501 });
    }
    checksums.push({ ...checksum, expected });
  };
  // CompleteMultipartUpload sends the whole object's checksum beside a body of XML: it is not that body's.
  const ofObject = request.method === 'POST' && /(^|&)uploadId=/.test(request.queryText);
  if (!ofObject) {
    for (const name of request.headers.keys()) {
      if (announcesChecksum(name)) add(name, () => header(request, name));
    }
  }
  if (!chunked) return checksums;
  for (const name of (header(request, 'x-amz-trailer') ?? '').toLowerCase().split(',')) {
    const trailer = name.trim();
    if (announcesChecksum(trailer)) add(trailer, () => chunked.trailers.get(trailer));
  }
  return checksums;
}

function brokenOff(): ServiceError {
  const message = 'You did not provide the number of bytes specified by the Content-Length HTTP header';
  return new ServiceError('IncompleteBody', message, { status: 400 });
}
