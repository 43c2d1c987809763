import type { ForwardProxy } from '../index.ts';
import { type Faults, inside, isMembers, type Members, own, shorten } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { checkAddress, readOptional, readWhole } from './read-values.ts';

/** What a form says about a proxy. */
export interface ProxyForm {
  readonly proxy?: ForwardProxy;
  readonly password?: string;
}

const AT = 'config.Connector';
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45})$/;
/** Members that a proxy has, wherever they stand. */
export const PROXY_MEMBERS = ['status', 'IP', 'ip', 'port', 'protocol', 'username', 'password'] as const;

/**
 * Reads both forms of `enable_proxy`: an object with `status`, `IP`, `port` and `protocol`, as the API's table has it, or
 * true or false with the other members beside it, as in its example. A proxy that is not enabled is not kept.
 */
export function readProxy(connector: Members, faults: Faults, checks: FormChecks): ProxyForm {
  const enable = own(connector, 'enable_proxy');
  const place = inside(AT, 'enable_proxy');
  if (isMembers(enable)) {
    for (const name of Object.keys(enable)) {
      if (!(PROXY_MEMBERS as readonly string[]).includes(name)) {
        faults.add(inside(place, shorten(name)), `is not known here; known are ${PROXY_MEMBERS.join(', ')}`);
      }
    }
    return readMembers(
      { ...outside(connector), ...enable },
      place,
      own(enable, 'status'),
      'status',
      faults,
      checks,
    );
  }
  return readMembers(connector, AT, enable, 'enable_proxy', faults, checks);
}

/** The example has `protocol` beside `enable_proxy`; an object in `enable_proxy` says it better. */
function outside(connector: Members): Members {
  const protocol = own(connector, 'protocol');
  return protocol === undefined ? {} : { protocol };
}

function readMembers(
  members: Members,
  at: string,
  status: unknown,
  statusName: string,
  faults: Faults,
  checks: FormChecks,
): ProxyForm {
  const isOn = readStatus(status, inside(at, statusName), faults);
  const hostName = own(members, 'IP') === undefined ? 'ip' : 'IP';
  const host = readOptional(members, hostName, at, faults, 253);
  if (host !== undefined && !HOST.test(host)) {
    faults.add(inside(at, hostName), `must be an IP address or a host name; got ${shorten(host)}`);
  } else if (host !== undefined) checkAddress(host, inside(at, hostName), faults, checks);
  const port = readWhole(members, 'port', at, faults, { least: 1, most: 65_535, asText: true });
  const protocol = readProtocol(members, at, faults);
  const user = readOptional(members, 'username', at, faults, 256);
  const password = readOptional(members, 'password', at, faults, 256);
  if (user?.includes(':')) faults.add(inside(at, 'username'), 'must hold no colon (RFC 7617)');
  if (password !== undefined && user === undefined)
    faults.add(inside(at, 'username'), 'is mandatory with a password');
  if (!isOn) return {};
  if (isAbsent(members, hostName)) faults.add(inside(at, 'IP'), 'is mandatory with a proxy');
  if ((own(members, 'port') ?? undefined) === undefined)
    faults.add(inside(at, 'port'), 'is mandatory with a proxy');
  if (isAbsent(members, 'protocol')) faults.add(inside(at, 'protocol'), 'is mandatory with a proxy');
  return {
    proxy: {
      host: host ?? '',
      port: port ?? 0,
      protocol: protocol ?? 'http',
      ...(user !== undefined && { user }),
    },
    ...(password !== undefined && { password }),
  };
}

/** An empty member says no more than none: a proxy without a host would be this machine. */
function isAbsent(members: Members, name: string): boolean {
  const value = own(members, name);
  return value === undefined || value === null || value === '';
}

function readStatus(status: unknown, place: string, faults: Faults): boolean {
  if (status === undefined || status === null || status === false || status === 'false') return false;
  if (status === true || status === 'true') return true;
  faults.add(place, 'must be true or false');
  return false;
}

function readProtocol(members: Members, at: string, faults: Faults): ForwardProxy['protocol'] | undefined {
  const text = readOptional(members, 'protocol', at, faults, 16)?.toLowerCase();
  if (text === undefined || text === 'http' || text === 'https') return text;
  return faults.add(inside(at, 'protocol'), 'must be HTTP or HTTPS');
}
