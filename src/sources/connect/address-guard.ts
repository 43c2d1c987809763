import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/** A source's endpoint, or its proxy, leads to an address that this server does not connect to. */
export class AddressRefused extends Error {
  constructor(host: string) {
    super(
      `${host} leads to a private address: the operator may allow these with --allow-private-sources; link-local and metadata addresses never`,
    );
    this.name = 'AddressRefused';
  }
}

/**
 * Whoever may make a source chooses where this server connects to. Checked where the connection is made, so that a
 * name cannot point elsewhere between check and use.
 */
export interface AddressGuard {
  /** For literal addresses, which are never looked up. @throws AddressRefused */
  check(host: string): void;
  readonly lookup: LookupFunction;
}

/** `isAllowed` judges one IP address. */
export function createAddressGuard(isAllowed: (address: string) => boolean): AddressGuard {
  return {
    check(host) {
      const ip = host.replace(/^\[|\]$/g, '');
      if (isIP(ip) !== 0 && !isAllowed(ip)) throw new AddressRefused(ip);
    },
    lookup(host, options, callback) {
      resolveName(host, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '', 0);
        const allowed = addresses.filter(({ address }) => isAllowed(address));
        if (allowed.length === 0) return callback(new AddressRefused(host), '', 0);
        if (options.all) return callback(null, allowed);
        return callback(null, allowed[0]!.address, allowed[0]!.family);
      });
    },
  };
}
