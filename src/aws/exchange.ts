import { randomBytes, randomUUID } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Caller } from '../identity/index.ts';
import type { Found } from './find-operation.ts';
import type { CallContext, FrontDoorDependencies, Service } from './service.ts';
import type { Claim } from './sigv4/claim.ts';
import { header, type WireRequest } from './wire-request.ts';

/** An arrived request whose service is known: the answer's form is settled from here on. */
export interface Exchange {
  readonly wire: WireRequest;
  readonly service: Service;
  readonly claim: Claim | undefined;
  readonly requestId: string;
  /** Milliseconds since the epoch, when the request arrived. */
  readonly now: number;
}

/** Whoever calls S3 without a signature. Owns nothing, may do what a bucket policy grants to everyone. */
export const anonymous: Caller = { kind: 'user', account: '', arn: 'anonymous', principalId: 'anonymous' };

/** S3's ids are sixteen capital hexadecimal digits, the others' UUIDs. */
export function newRequestId(service: Service | undefined): string {
  return service?.protocol === 'restXml' ? randomBytes(8).toString('hex').toUpperCase() : randomUUID();
}

/** What the handler, the policies and the record get to know of a call. */
export function contextOf(
  exchange: Exchange,
  found: Found,
  caller: Caller,
  { defaultRegion }: Pick<FrontDoorDependencies, 'defaultRegion'>,
  verifiedChecksums: ReadonlyMap<string, string> | undefined,
): CallContext {
  const { wire, claim, service, requestId, now } = exchange;
  return {
    requestId,
    now,
    caller,
    verifiedChecksums,
    service: claim?.service ?? service.signingNames[0] ?? '',
    operation: found.name,
    region: claim?.region ?? defaultRegion,
    account: caller.account,
    sourceIp: (wire.req.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    userAgent: header(wire, 'user-agent') ?? '',
    method: wire.method,
    url: wire.url,
    host: header(wire, 'host') ?? '',
    headers: headerRecord(wire),
    tls: tlsOf(wire),
    authentication: claim?.kind ?? 'anonymous',
    onGone(run) {
      wire.req.socket.once('close', run);
      return () => wire.req.socket.off('close', run);
    },
  };
}

function headerRecord(wire: WireRequest): Readonly<Record<string, string | undefined>> {
  // Without a prototype: the client chooses these names.
  const record: Record<string, string | undefined> = Object.create(null);
  for (const name of wire.headers.keys()) record[name] = header(wire, name);
  return record;
}

function tlsOf({ req }: WireRequest): CallContext['tls'] {
  if (!(req.socket instanceof TLSSocket)) return undefined;
  return { version: req.socket.getProtocol() ?? '', cipher: req.socket.getCipher().name };
}
