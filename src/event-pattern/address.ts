import { isIPv4, isIPv6 } from 'node:net';
import { EventPatternError } from './pattern-error.ts';

/** The bytes of an IP address; undefined for any other text, and for one with a zone. */
export function addressBytes(text: string): Uint8Array | undefined {
  // Longer than any address: not looked at.
  if (text.length > 45 || text.includes('%')) return undefined;
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text)) return undefined;
  const tail = /(?:^|:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  const groups = tail ? text.slice(0, -tail.length).replace(/([^:]):$/, '$1') : text;
  const end = tail ? Array.from(tail.split('.'), Number) : [];
  const [left = '', right] = groups.split('::');
  const head = bytesOf(left);
  if (right === undefined) return Uint8Array.from([...head, ...end]);
  const rest = [...bytesOf(right), ...end];
  return Uint8Array.from([...head, ...Array<number>(16 - head.length - rest.length).fill(0), ...rest]);
}

function bytesOf(groups: string): number[] {
  return groups
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}

/** Whether a text is an address in the block `10.0.0.0/8`, `2001:db8::/32`. @throws EventPatternError */
export function matchCidr(block: string): (value: string) => boolean {
  const [address = '', mask = '', ...more] = block.split('/');
  if (more.length > 0 || !block.includes('/'))
    throw new EventPatternError("Malformed CIDR, one '/' required");
  if (!/^-?\d{1,9}$/.test(mask)) throw new EventPatternError('Malformed CIDR, mask bits must be an integer');
  const bits = Number(mask);
  if (bits < 0) throw new EventPatternError('Malformed CIDR, mask bits must not be negative');
  const net = addressBytes(address);
  if (!net) throw new EventPatternError(`Invalid IP address: ${address}`);
  // A single address is a block too: AWS's page and its code disagree on that one, and refusing helps nobody.
  if (bits > net.length * 8)
    throw new EventPatternError(
      net.length === 4 ? 'IPv4 mask bits must be < 32' : 'IPv6 mask bits must be < 128',
    );
  return (value) => {
    const bytes = addressBytes(value);
    return bytes !== undefined && bytes.length === net.length && haveSameBits(bytes, net, bits);
  };
}

function haveSameBits(one: Uint8Array, other: Uint8Array, bits: number): boolean {
  for (let at = 0; at * 8 < bits; at++) {
    const kept = Math.min(8, bits - at * 8);
    if ((one[at]! ^ other[at]!) >> (8 - kept) !== 0) return false;
  }
  return true;
}
