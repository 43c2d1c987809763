import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Addresses that a subscriber may never have, whatever the settings: this network, link-local (the clouds' metadata
 * services), other metadata addresses, multicast, reserved. Whoever may call Subscribe chooses where we send requests.
 */
const NEVER = ranges([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['168.63.129.16', 32],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['ff00::', 8],
  // IPv4 in IPv6 clothes: NAT64, 6to4 and Teredo would lead around the ranges above.
  ['64:ff9b::', 32],
  ['2002::', 16],
  ['2001::', 32],
]);

/** Private networks: allowed only where the operator says so. */
const PRIVATE = ranges([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
  ['fc00::', 7],
]);

/** May a message go to this IP address? Loopback may always: subscribers on the same machine are the common case. */
export function isAllowedAddress(address: string, allowPrivate: boolean): boolean {
  const ip = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(ip) === 0) return false;
  const family = isIPv6(ip) ? 'ipv6' : 'ipv4';
  if (NEVER.check(ip, family)) return false;
  return allowPrivate || !PRIVATE.check(ip, family);
}

function ranges(list: readonly (readonly [string, number])[]): BlockList {
  const blocked = new BlockList();
  for (const [net, prefix] of list) blocked.addSubnet(net, prefix, isIPv6(net) ? 'ipv6' : 'ipv4');
  return blocked;
}
