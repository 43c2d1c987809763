import type { Readable } from 'node:stream';
import type { Service } from '../service.ts';
import type { OperationShape } from '../shape.ts';
import type { WireRequest } from '../wire-request.ts';
import type { S3Address } from './rest-xml/address.ts';

/** What a codec decodes: the request, its body in full or as a stream, and for S3 where it points. */
export interface DecodeRequest {
  readonly wire: WireRequest;
  /** The body in full; empty when it streams. */
  readonly body: Buffer;
  /** S3 only: the body of an operation with a streaming payload, and its length. */
  readonly stream?: { readonly body: Readable; readonly length: number | undefined };
  /** S3 only. */
  readonly address?: S3Address;
  /** Query protocol only: the form, or the query of a GET. */
  readonly form?: ReadonlyMap<string, string>;
}

/** An input, and the names of required members that it lacks, in the form in which AWS reports them. */
export interface Decoded {
  readonly input: unknown;
  readonly missing: readonly string[];
}

/** An answer ready to be written. */
export interface Answer {
  readonly status: number;
  /** Without Date, Content-Length (of a body in full) and the request id, which the writer adds. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Uint8Array | Readable | undefined;
}

/** An error on its way out. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** One wire protocol: pure functions between bytes and the SDK's types. Throws ServiceError only. */
export interface Codec {
  decode(operation: OperationShape, request: DecodeRequest): Decoded;
  encode(service: Service, operation: OperationShape, output: unknown, requestId: string): Answer;
  encodeError(service: Service | undefined, error: WireError, requestId: string): Answer;
}
