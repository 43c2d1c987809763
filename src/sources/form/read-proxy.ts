import type { ForwardProxy } from '../index.ts';
import { Body, isMembers, shorten } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { checkAddress, readOptional, readWhole } from './read-values.ts';

/** What a form says about a proxy. */
export interface ProxyForm {
  readonly proxy?: ForwardProxy;
  readonly password?: string;
}

const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]{2,45})$/;
/** Members that a proxy has, wherever they stand. */
export const PROXY_MEMBERS = ['status', 'IP', 'ip', 'port', 'protocol', 'username', 'password'] as const;

/**
 * Reads both forms of `enable_proxy`: an object with `status`, `IP`, `port` and `protocol`, as the API's table has it, or
 * true or false with the other members beside it, as in its example. A proxy that is not enabled is not kept.
 */
export function readProxy(connector: Body, checks: FormChecks): ProxyForm {
  const enable = connector.own('enable_proxy');
  if (!isMembers(enable)) return readMembers(connector, 'enable_proxy', checks);
  const inner = new Body(enable, connector.place('enable_proxy'), connector.faults);
  inner.refuseUnknown(PROXY_MEMBERS);
  // The example has `protocol` beside `enable_proxy`; an object in `enable_proxy` says it better.
  const protocol = connector.own('protocol');
  const members = { ...(protocol !== undefined && { protocol }), ...enable };
  return readMembers(new Body(members, inner.at, inner.faults), 'status', checks);
}

function readMembers(body: Body, statusName: string, checks: FormChecks): ProxyForm {
  const isOn = readStatus(body, statusName);
  const hostName = body.own('IP') === undefined ? 'ip' : 'IP';
  const host = readOptional(body, hostName, 253);
  if (host !== undefined && !HOST.test(host)) {
    body.fault(hostName, `must be an IP address or a host name; got ${shorten(host)}`);
  } else if (host !== undefined) checkAddress(body, hostName, host, checks);
  const port = readWhole(body, 'port', { least: 1, most: 65_535, asText: true });
  const protocol = readProtocol(body);
  const user = readOptional(body, 'username', 256);
  const password = readOptional(body, 'password', 256);
  if (user?.includes(':')) body.fault('username', 'must hold no colon (RFC 7617)');
  if (password !== undefined && user === undefined) body.fault('username', 'is mandatory with a password');
  if (!isOn) return {};
  if (isAbsent(body, hostName)) body.fault('IP', 'is mandatory with a proxy');
  if ((body.own('port') ?? undefined) === undefined) body.fault('port', 'is mandatory with a proxy');
  if (isAbsent(body, 'protocol')) body.fault('protocol', 'is mandatory with a proxy');
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
function isAbsent(body: Body, name: string): boolean {
  const value = body.own(name);
  return value === undefined || value === null || value === '';
}

function readStatus(body: Body, name: string): boolean {
  const status = body.own(name);
  if (status === undefined || status === null || status === false || status === 'false') return false;
  if (status === true || status === 'true') return true;
  body.fault(name, 'must be true or false');
  return false;
}

function readProtocol(body: Body): ForwardProxy['protocol'] | undefined {
  const text = readOptional(body, 'protocol', 16)?.toLowerCase();
  if (text === undefined || text === 'http' || text === 'https') return text;
  return body.fault('protocol', 'must be HTTP or HTTPS');
}
