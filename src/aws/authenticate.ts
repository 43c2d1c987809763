import type { IncomingMessage } from 'node:http';
import type { AccessKeySecret, Caller } from '../identity/index.ts';
import { type ReceiveOptions, receive } from './payload/receive.ts';
import { readClaim } from './sigv4/claim.ts';
import { SignatureRefusal, signatureError } from './sigv4/refusal.ts';
import { verifySignature } from './sigv4/verify.ts';
import { openRequest } from './wire-request.ts';

export interface AuthenticateOptions extends ReceiveOptions {
  readonly req: IncomingMessage;
  readonly findAccessKey: (accessKeyId: string) => Promise<AccessKeySecret | undefined>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Service names of the credential scope that are taken here (`opentrail`). */
  readonly allowedServices: readonly string[];
}

/** Who called, and the body that the signature covers. */
export interface Authenticated {
  readonly caller: Caller;
  readonly region: string;
  readonly service: string;
  readonly body: Buffer;
  readonly authentication: 'header' | 'presigned';
}

/**
 * Authenticates a signed request for a path of our own (`POST /v1/events`) with the same code as AWS's services.
 * The body is read whole, up to `limit`. Throws ServiceError with the codes and statuses of a JSON service.
 */
export async function authenticate(options: AuthenticateOptions): Promise<Authenticated> {
  const { req, findAccessKey, now, allowedServices } = options;
  const wire = openRequest(req);
  try {
    const claim = readClaim(wire);
    if (!claim) throw new SignatureRefusal('missing', 'Missing Authentication Token');
    if (!allowedServices.includes(claim.service)) {
      const message = `Credential should be scoped to correct service: '${allowedServices.join("' or '")}'.`;
      throw new SignatureRefusal('scope', message);
    }
    const { body, payloadHash } = await receive(wire, 'awsJson1_1', options);
    const { caller } = await verifySignature(wire, claim, { findAccessKey, now, payloadHash });
    return { caller, region: claim.region, service: claim.service, body, authentication: claim.kind };
  } catch (error) {
    throw error instanceof SignatureRefusal ? signatureError('awsJson1_1', error) : error;
  }
}
