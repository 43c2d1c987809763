import type { Protocol, Service } from './service.ts';
import { header, mediaType, type WireRequest } from './wire-request.ts';

const twins = new WeakMap<Service, Map<Protocol, Service>>();

/**
 * The service in the protocol that the request speaks. Some services are spoken to in several, by the client's age: their
 * operations, rules and codes are the same in all.
 */
export function inSpokenProtocol(service: Service, wire: WireRequest): Service {
  const spoken = protocolOf(wire);
  const others: readonly Protocol[] = service.otherProtocols ?? [];
  if (spoken === undefined || !others.includes(spoken)) return service;
  let known = twins.get(service);
  if (!known) {
    known = new Map();
    twins.set(service, known);
  }
  let twin = known.get(spoken);
  if (!twin) {
    twin = { ...service, protocol: spoken };
    known.set(spoken, twin);
  }
  return twin;
}

/** Undefined when the request says nothing that only one protocol says. */
function protocolOf(wire: WireRequest): Protocol | undefined {
  if (header(wire, 'smithy-protocol') === 'rpc-v2-cbor') return 'rpcV2Cbor';
  if (header(wire, 'x-amz-target') !== undefined) return undefined;
  const isForm = mediaType(wire) === 'application/x-www-form-urlencoded';
  return isForm || /(^|&)Action=/.test(wire.queryText) ? 'awsQuery' : undefined;
}
