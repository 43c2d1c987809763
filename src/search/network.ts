/** A range of IP addresses, as its first and last address. */
export interface Network {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads `10.0.0.0/8`, `2001:db8::/32`; undefined for anything else. Bits behind the prefix are left aside. */
export function readNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const bits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bits)) return undefined;
  const address = readAddress(text.slice(0, slash));
  const size = address?.family === 4 ? 32 : 128;
  if (!address || Number(bits) > size) return undefined;
  const free = BigInt(size - Number(bits));
  const first = (address.value >> free) << free;
  return { family: address.family, first, last: first | ((1n << free) - 1n) };
}

/** Is this text an address within the network? Strict: no leading zeros in IPv4, no zone, no text around it. */
export function isWithin(network: Network, text: string): boolean {
  const address = readAddress(text);
  return (
    address !== undefined &&
    address.family === network.family &&
    address.value >= network.first &&
    address.value <= network.last
  );
}

/** Reads an IP address. */
export function readAddress(text: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  if (text.length > 45) return undefined;
  if (!text.includes(':')) {
    const value = readFour(text);
    return value === undefined ? undefined : { family: 4, value: BigInt(value) };
  }
  const value = readSix(text);
  return value === undefined ? undefined : { family: 6, value };
}

function readFour(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** RFC 4291, section 2.2, without IPv4 at its end: records never have that. */
function readSix(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = tail === undefined ? head : [...head, ...Array<string>(8 - given).fill('0'), ...tail];
  let value = 0n;
  for (const group of groups) {
    if (!/^[0-9A-Fa-f]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(Number.parseInt(group, 16));
  }
  return value;
}
