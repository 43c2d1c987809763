import type { Readable } from 'node:stream';
import type { Authorizer, Caller } from '../identity/index.ts';

/** The wire protocols that AWS's clients speak to the services we serve. */
export type Protocol = 'awsJson1_0' | 'awsJson1_1' | 'awsQuery' | 'restXml' | 'restJson1' | 'rpcV2Cbor';

/** What a handler knows of the call it serves. */
export interface CallContext {
  readonly requestId: string;
  /** Signing name of the service: `cloudtrail`, `s3`, … */
  readonly service: string;
  readonly operation: string;
  /** From the credential scope. */
  readonly region: string;
  readonly caller: Caller;
  /** The caller's account. */
  readonly account: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Milliseconds since the epoch, when the request arrived. */
  readonly now: number;
  readonly method: string;
  /** Path with query, as it stood in the request line. */
  readonly url: string;
  readonly host: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Cipher suite and version when the call came over TLS. */
  readonly tls?: { readonly version: string; readonly cipher: string };
  /** How the call was signed. */
  readonly authentication: 'header' | 'presigned' | 'anonymous';
  /**
   * S3 only: checksums that came with a streaming `Body`, in headers or trailers, and held: the SDK's member
   * (`ChecksumCRC32`) to its base64 value. Filled when the body has been read to its end.
   */
  readonly verifiedChecksums?: ReadonlyMap<string, string>;
  /**
   * For calls that wait: calls `run` when the client has hung up meanwhile; answers a function that forgets about it.
   */
  readonly onGone?: (run: () => void) => () => void;
}

/**
 * An error that goes to the client in its protocol's form. `code` stands in the service's error table, or is one of
 * the common errors.
 */
export class ServiceError extends Error {
  readonly code: string;
  /** HTTP status; absent: the service's table decides, else 400. */
  readonly status?: number;
  /** More members of the error's body (S3: `BucketName`, `Key`, …). */
  readonly details: Readonly<Record<string, string>>;
  /** More response headers. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: string,
    message: string,
    options: {
      status?: number;
      details?: Readonly<Record<string, string>>;
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ServiceError';
    this.code = code;
    this.status = options.status;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}

/**
 * A handler: the operation's decoded input (the SDK's own input type; blobs are Uint8Array, timestamps Date, S3's
 * streaming `Body` is a Readable that fails at its end if the payload does not match its signature or checksum) in,
 * the SDK's output type without `$metadata` out. A streaming `Body` in the output may be a Readable or a Buffer.
 */
export type Handler<Input, Output> = (input: Input, call: CallContext) => Promise<Output>;

/** What one question to the policies is about; several for one call must all be allowed. */
export interface Permission {
  readonly action: string;
  /** Default `*`. */
  readonly resource?: string;
  readonly resourceAccount?: string;
  readonly resourcePolicy?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** How an operation's call is written into CloudTrail. All members have defaults. */
export interface RecordShape {
  /** Default: true for Get*, List*, Describe*, Lookup*, Head*, Search*. */
  readonly readOnly?: boolean;
  /** `false`: the call is not recorded at all. Default `Management`. */
  readonly category?: 'Management' | 'Data' | false;
  /** Default: the operation's name. */
  readonly eventName?: string;
  /** Default: the input with members in lowerCamelCase, streams and secrets left out; null when empty. */
  readonly requestParameters?: (input: never, call: CallContext) => unknown;
  /** Default: null for reads, else the output in lowerCamelCase; null when empty. */
  readonly responseElements?: (output: never, input: never, call: CallContext) => unknown;
  readonly resources?: (
    input: never,
    call: CallContext,
  ) => readonly { readonly ARN: string; readonly type: string; readonly accountId?: string }[];
  readonly additionalEventData?: (input: never, output: never, call: CallContext) => unknown;
}

/** One operation: its schema from the SDK client package, and what the service says of it. */
export interface Operation {
  /** The client package's runtime schema: `[9, namespace, name, traits, () => input, () => output]`. */
  readonly schema: unknown;
  /** Absent: declared, but answers a counted not-implemented error. */
  readonly handler?: Handler<never, unknown>;
  /** Which permissions the call needs; default: `<iam prefix>:<operation>` on `*`. */
  readonly permissions?: (
    input: never,
    call: CallContext,
  ) => readonly Permission[] | Promise<readonly Permission[]>;
  readonly record?: RecordShape;
  /** True for operations that need no signature checked against a policy (sts:GetCallerIdentity). */
  readonly open?: boolean;
}

/** A served service: what routing, codecs, policies and the record need to know of it. */
export interface Service {
  /** Signing names that lead here: `cloudtrail`; `sns`; … */
  readonly signingNames: readonly string[];
  readonly protocol: Protocol;
  /** Spoken by clients of other ages; the request tells. Only such as are built and no REST. */
  readonly otherProtocols?: readonly Extract<Protocol, 'awsQuery' | 'rpcV2Cbor'>[];
  /** Of `X-Amz-Target`: what stands before the last dot must end in one of these (`CloudTrail_20131101`). */
  readonly targetPrefixes?: readonly string[];
  /** `xmlns` of XML answers and errors, and the API version (`2011-06-15`). */
  readonly xmlNamespace?: string;
  readonly apiVersion?: string;
  /** Prefix of its IAM actions: `cloudtrail`. */
  readonly iamPrefix: string;
  /** `eventSource` of its records: `cloudtrail.amazonaws.com`. */
  readonly eventSource: string;
  /** Bytes of a body that is read whole; default 1 MiB, which is what most services take. */
  readonly maxBody?: number;
  /** Keyed by operation name; every operation of the client package stands here. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** Code to HTTP status, for the modelled errors. */
  readonly errors: ReadonlyMap<string, number>;
  /**
   * Of a JSON service that once spoke the query protocol: the codes that errors had there, which clients read from
   * `x-amzn-query-error`. A code that is not here was the same, without `Exception`.
   */
  readonly queryErrorCodes?: ReadonlyMap<string, string>;
  /**
   * The service's own error for required members that are missing (`trailName`, in AWS's lower camel case); absent
   * or `undefined`: a ValidationException (query: ValidationError, S3: InvalidRequest).
   */
  readonly missingMembers?: (operation: string, missing: readonly string[]) => ServiceError | undefined;
}

/** A served call, reported after the handler and before the answer; `server` makes an event of it. */
export interface CallReport {
  readonly service: Service;
  readonly operation: Operation;
  readonly call: CallContext;
  /** Undefined when the input could not be decoded. */
  readonly input?: unknown;
  readonly output?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What the front door needs from the rest of the house. */
export interface FrontDoorDependencies {
  readonly services: readonly Service[];
  readonly findAccessKey: (
    accessKeyId: string,
  ) => Promise<import('../identity/index.ts').AccessKeySecret | undefined>;
  readonly authorizer: Authorizer;
  /**
   * Called for every authenticated call, served or refused; the answer waits for it. A rejection turns the answer
   * into `ServiceUnavailable`: a call that cannot be recorded is not acknowledged.
   */
  readonly report: (report: CallReport) => Promise<void>;
  /** True if the call may go on; false answers ThrottlingException. */
  readonly admit?: (service: Service, operation: string, call: CallContext) => boolean;
  readonly now: () => number;
  readonly countNotImplemented?: (service: string, operation: string) => void;
  /** Region when no credential scope tells one (anonymous requests). */
  readonly defaultRegion: string;
  /** Host names under which S3 buckets are subdomains, beside `localhost` and AWS's own. */
  readonly baseHosts?: readonly string[];
  /** Told of failures that are ours: a handler's unexpected error, an output that cannot be written. */
  readonly onError?: (error: unknown, call: CallContext | undefined) => void;
  /** Milliseconds until a body that is read whole must have come. Default 30,000. */
  readonly bodyTimeout?: number;
}

/** A body that has been read whole, or still streams (S3). */
export type RequestBody = Buffer | Readable;
