import type { Readable } from 'node:stream';
import { authorize } from './authorize.ts';
import { anonymous, contextOf, type Exchange } from './exchange.ts';
import type { Found, OperationFinder } from './find-operation.ts';
import { collect } from './payload/collect.ts';
import { unpacked } from './payload/content-encoding.ts';
import { defaultBodyTimeout, receive } from './payload/receive.ts';
import { openS3Body, payloadHashOf, readPayloadClaim, type S3Body } from './payload/s3-body.ts';
import type { Answer, Codec, Decoded, DecodeRequest } from './protocols/codec.ts';
import { s3Address } from './protocols/rest-xml/address.ts';
import { readQuery } from './query-text.ts';
import { refuse } from './refuse.ts';
import type { CallContext, FrontDoorDependencies, Protocol, ServiceError } from './service.ts';
import { membersOf, type OperationShape, operationShape } from './shape.ts';
import { SignatureRefusal } from './sigv4/refusal.ts';
import { type VerifiedSignature, verifySignature } from './sigv4/verify.ts';
import { validate } from './validate.ts';
import { wireErrorOf } from './wire-error.ts';

/** What the steps share. */
export interface Chain {
  readonly dependencies: FrontDoorDependencies;
  readonly finder: OperationFinder;
  readonly codecs: ReadonlyMap<Protocol, Codec>;
}

/** An XML body that is read whole: DeleteObjects and CompleteMultipartUpload name up to ten thousand things. */
const largeXml = new Set(['DeleteObjects', 'CompleteMultipartUpload']);
const xmlLimit = 1024 * 1024;
const largeXmlLimit = 4 * 1024 * 1024;

/**
 * The way of a request whose service is known, step by step. Nothing of the body is decoded before its signature
 * holds; nothing is answered before it is reported, served or refused alike. Throws what goes wrong before the
 * caller is known; after that errors are part of the answer.
 */
export async function serve(chain: Chain, exchange: Exchange): Promise<Answer> {
  const { service } = exchange;
  const codec = chain.codecs.get(service.protocol)!;

  const { signature, request, s3 } = await authenticate(chain, exchange);
  const found = chain.finder.find(service, exchange.wire, request);
  const shape = operationShape(found.operation.schema);
  const caller = signature?.caller ?? anonymous;
  const body = s3 && streams(shape) ? s3() : undefined;
  const call = contextOf(exchange, found, caller, chain.dependencies, body?.verified);

  let input: unknown;
  try {
    const decoded = await decode(chain, codec, shape, request, body, s3);
    input = decoded.input;
    validate(service, found.name, decoded.missing);
    admit(chain, exchange, call);
    await authorize(chain.dependencies.authorizer, service, found.operation, input, call);
    const output = await handle(chain, exchange, found, input, call);
    const answer = codec.encode(service, shape, output, exchange.requestId);
    await report(chain, exchange, found, call, { input, output });
    return answer;
  } catch (error) {
    body?.stream.destroy();
    return await refused(chain, codec, exchange, found, call, input, error);
  }
}

interface Opened {
  readonly signature: VerifiedSignature | undefined;
  readonly request: DecodeRequest;
  /** S3 only: opens the body, once. */
  readonly s3: (() => S3Body) | undefined;
}

/** Who calls. S3 signs a hash that the body must still prove; for all others the body is read and hashed first. */
async function authenticate(chain: Chain, exchange: Exchange): Promise<Opened> {
  const { wire, service, claim, now } = exchange;
  const { findAccessKey, baseHosts = [], bodyTimeout } = chain.dependencies;
  if (service.protocol === 'restXml') {
    const payloadHash = payloadHashOf(wire, claim);
    const payload = readPayloadClaim(payloadHash);
    const signature = claim && (await verifySignature(wire, claim, { findAccessKey, now, payloadHash }));
    const request = { wire, body: Buffer.alloc(0), address: s3Address(wire, baseHosts) };
    return { signature, request, s3: () => openS3Body(wire, payload, signature) };
  }
  // Nothing of the body is read for those who do not even claim to be somebody.
  if (!claim) throw missingToken(service.protocol);
  const { body, payloadHash } = await receive(wire, service.protocol, {
    limit: service.maxBody,
    timeout: bodyTimeout,
  });
  const signature = await verifySignature(wire, claim, { findAccessKey, now, payloadHash });
  const plain = await unpacked(wire, service.protocol, body, service.maxBody);
  const form = service.protocol === 'awsQuery' ? formOf(exchange, plain) : undefined;
  return { signature, request: { wire, body: plain, form }, s3: undefined };
}

function missingToken(protocol: Protocol): SignatureRefusal {
  const text =
    protocol === 'awsQuery' ? 'Request is missing Authentication Token' : 'Missing Authentication Token';
  return new SignatureRefusal('missing', text);
}

function formOf({ wire }: Exchange, body: Buffer): ReadonlyMap<string, string> {
  const form = readQuery(body.length === 0 ? wire.queryText : body.toString('utf8'));
  if (!form) throw refuse('awsQuery', 'malformed', 'The request is not a percent-encoded form');
  return form;
}

async function decode(
  chain: Chain,
  codec: Codec,
  shape: OperationShape,
  request: DecodeRequest,
  stream: S3Body | undefined,
  s3: Opened['s3'],
): Promise<Decoded> {
  if (stream) {
    return codec.decode(shape, { ...request, stream: { body: stream.stream, length: stream.length } });
  }
  if (!s3 || !hasPayload(shape)) return codec.decode(shape, request);
  const limit = largeXml.has(shape.name) ? largeXmlLimit : xmlLimit;
  const body = await readXmlBody(s3().stream, limit, chain.dependencies.bodyTimeout ?? defaultBodyTimeout);
  return codec.decode(shape, { ...request, body });
}

function readXmlBody(source: Readable, limit: number, timeout: number): Promise<Buffer> {
  return collect(source, {
    limit,
    timeout,
    tooLarge: () =>
      refuse('restXml', 'tooLarge', 'Your request was too big.', { MaxMessageLengthBytes: String(limit) }),
    tooSlow: () => {
      const message =
        'Your socket connection to the server was not read from or written to within the timeout period.';
      return refuse('restXml', 'bodyTimeout', message);
    },
    brokenOff: () => refuse('restXml', 'bodyIncomplete', 'The request body terminated unexpectedly'),
  });
}

/** True when the input's payload is a stream: it is handed on as it comes. */
function streams(shape: OperationShape): boolean {
  for (const member of membersOf(shape.input.shape).values()) {
    if (member.traits.httpPayload !== undefined && member.traits.streaming !== undefined) return true;
  }
  return false;
}

function hasPayload(shape: OperationShape): boolean {
  for (const member of membersOf(shape.input.shape).values())
    if (member.traits.httpPayload !== undefined) return true;
  return false;
}

function admit({ dependencies }: Chain, { service }: Exchange, call: CallContext): void {
  if (dependencies.admit?.(service, call.operation, call) ?? true) return;
  throw refuse(service.protocol, 'throttled', 'Rate exceeded');
}

async function handle(
  { dependencies }: Chain,
  { service }: Exchange,
  { name, operation }: Found,
  input: unknown,
  call: CallContext,
): Promise<unknown> {
  if (operation.handler) return operation.handler(input as never, call);
  dependencies.countNotImplemented?.(call.service, name);
  const message = `The operation ${name} of ${call.service} is not built in this version of opentrail`;
  throw refuse(service.protocol, 'notImplemented', message);
}

/** A call that cannot be recorded is not acknowledged. */
async function report(
  { dependencies }: Chain,
  { service }: Exchange,
  { operation }: Found,
  call: CallContext,
  outcome: { input: unknown; output?: unknown; error?: { code: string; message: string } },
): Promise<void> {
  try {
    await dependencies.report({ service, operation, call, ...outcome });
  } catch (cause) {
    dependencies.onError?.(cause, call);
    throw new Unreported(
      refuse(service.protocol, 'unavailable', 'The call could not be recorded. Please try again.'),
    );
  }
}

/** Wraps the refusal of a call whose report failed, so that it is not reported a second time. */
class Unreported extends Error {
  readonly refusal: ServiceError;
  constructor(refusal: ServiceError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

async function refused(
  chain: Chain,
  codec: Codec,
  exchange: Exchange,
  found: Found,
  call: CallContext,
  input: unknown,
  thrown: unknown,
): Promise<Answer> {
  const { service, requestId } = exchange;
  if (thrown instanceof Unreported) {
    return codec.encodeError(service, wireErrorOf(service, thrown.refusal), requestId);
  }
  const error = wireErrorOf(service, thrown);
  if (error.ours) chain.dependencies.onError?.(thrown, call);
  try {
    const { code, message } = error;
    await report(chain, exchange, found, call, { input, error: { code, message } });
    return codec.encodeError(service, error, requestId);
  } catch (unreported) {
    if (!(unreported instanceof Unreported)) throw unreported;
    return codec.encodeError(service, wireErrorOf(service, unreported.refusal), requestId);
  }
}
