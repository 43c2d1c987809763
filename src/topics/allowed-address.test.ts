import { expect, it } from 'vitest';
import { isAllowedAddress } from './allowed-address.ts';

it.each([
  ['127.0.0.1', true, true],
  ['::1', true, true],
  ['[::1]', true, true],
  ['93.184.216.34', true, true],
  ['2606:2800::1', true, true],
  ['10.1.2.3', false, true],
  ['172.31.0.1', false, true],
  ['192.168.1.1', false, true],
  ['100.100.100.200', false, true],
  ['::ffff:10.0.0.1', false, true],
  ['fd12::1', false, true],
  ['169.254.169.254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['[::ffff:a9fe:a9fe]', false, false],
  ['64:ff9b::a9fe:a9fe', false, false],
  ['2002:a9fe:a9fe::1', false, false],
  ['fe80::1%eth0', false, false],
  ['fd00:ec2::254', false, false],
  ['168.63.129.16', false, false],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['224.0.0.1', false, false],
  ['255.255.255.255', false, false],
  ['example.com', false, false],
])('%s: %s, with private networks %s', (address, plain, withPrivate) => {
  expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([plain, withPrivate]);
});
