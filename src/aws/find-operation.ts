import { splitOperationPath } from './protocols/cbor/rpc-v2-cbor.ts';
import type { S3Address } from './protocols/rest-xml/address.ts';
import { createRoutes, type FindRoute } from './protocols/rest-xml/routes.ts';
import { refuse } from './refuse.ts';
import type { Operation, Service } from './service.ts';
import { servesTarget, splitTarget } from './service-router.ts';
import { header, type WireRequest } from './wire-request.ts';

/** An operation that a request names. */
export interface Found {
  readonly name: string;
  readonly operation: Operation;
}

/** Finds operations of all services; routes of REST services are built once. */
export class OperationFinder {
  readonly #routes = new Map<Service, FindRoute>();

  constructor(services: readonly Service[]) {
    for (const service of services) {
      if (service.protocol === 'restXml') this.#routes.set(service, createRoutes(service.operations));
    }
  }

  /** Throws the protocol's error for an operation that the service does not have. */
  find(
    service: Service,
    request: WireRequest,
    parts: { address?: S3Address; form?: ReadonlyMap<string, string> },
  ): Found {
    const name = this.#nameOf(service, request, parts);
    const operation = name === undefined ? undefined : service.operations.get(name);
    if (name !== undefined && operation) return { name, operation };
    throw unknown(service, name, request.method);
  }

  #nameOf(
    service: Service,
    request: WireRequest,
    { address, form }: { address?: S3Address; form?: ReadonlyMap<string, string> },
  ): string | undefined {
    if (service.protocol === 'restXml') {
      if (!address) return undefined;
      return this.#routes.get(service)?.(request.method, address, (header) => request.headers.has(header));
    }
    if (service.protocol === 'awsQuery') {
      const version = form?.get('Version');
      // A version of another day is another API; none at all is let pass, as hand-written clients leave it out.
      if (version !== undefined && service.apiVersion !== undefined && version !== service.apiVersion) {
        throw refuse(
          'awsQuery',
          'unknownOperation',
          `Could not find operation ${form?.get('Action')} for version ${version}`,
        );
      }
      return form?.get('Action');
    }
    if (service.protocol === 'rpcV2Cbor') {
      const named = request.method === 'POST' ? splitOperationPath(request.path) : undefined;
      return named && servesTarget(service, named.service) ? named.operation : undefined;
    }
    const target = splitTarget(header(request, 'x-amz-target'));
    if (!target || request.method !== 'POST' || !servesTarget(service, target.prefix)) return undefined;
    return target.operation;
  }
}

function unknown(service: Service, name: string | undefined, method: string): Error {
  const { protocol } = service;
  if (protocol === 'restXml') {
    const message = 'The specified method is not allowed against this resource.';
    return refuse(protocol, 'unknownOperation', message, { Method: method.slice(0, 20) });
  }
  if (name === undefined) return refuse(protocol, 'unknownOperation', 'The request names no operation');
  return refuse(
    protocol,
    'unknownOperation',
    `Could not find operation ${name.slice(0, 100)} for version ${service.apiVersion ?? 'NO_VERSION_SPECIFIED'}`,
  );
}
