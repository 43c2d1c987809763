/** An IP address: one 32-bit word for IPv4, four for IPv6. IPv4 written as IPv6 (`::ffff:10.0.0.1`) is IPv4. */
export type Address = readonly [number] | readonly [number, number, number, number];

/** The addresses whose first `length` bits are those of `address`; its other bits are 0. */
export interface AddressRange {
  readonly address: Address;
  readonly length: number;
}

/** The longest spelling of an address (RFC 4291, 2.2). */
const MAX_SPELLING = 45;

/**
 * Reads an address; undefined when it is none. Leading zeros are decimal: real records hold `010.001.002.003`, and mean
 * ten.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_SPELLING) return undefined;
  if (!text.includes(':')) {
    const word = parseIpv4(text);
    return word === undefined ? undefined : [word];
  }
  const words = parseIpv6(text);
  if (words === undefined) return undefined;
  const [first, second, third, fourth] = words;
  return first === 0 && second === 0 && third === 0xffff ? [fourth] : words;
}

/** Reads `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits behind the length are cleared. Undefined: it is none. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = address.length * 32;
  if (slash < 0) return { address, length: bits };
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits)) return undefined;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const isMapped = address.length === 1 && text.includes(':');
  const length = Number(digits) - (isMapped ? 96 : 0);
  if (length < 0 || length > bits) return undefined;
  return { address: mask(address, length), length };
}

/** True when the address lies in the range. */
export function isInRange(address: Address, range: AddressRange): boolean {
  if (address.length !== range.address.length) return false;
  const masked = mask(address, range.length);
  return masked.every((word, at) => word === range.address[at]);
}

function mask(address: Address, length: number): Address {
  const words = address.map((word, at) => {
    const kept = Math.min(32, Math.max(0, length - at * 32));
    return kept === 0 ? 0 : (word & (0xffffffff << (32 - kept))) >>> 0;
  });
  return words as unknown as Address;
}

function parseIpv4(text: string): number | undefined {
  let word = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      part = part * 10 + code - 48;
      if (part > 255 || ++digits > 3) return undefined;
    } else if (code === 46 && digits > 0 && dots < 3) {
      word = word * 256 + part;
      part = 0;
      digits = 0;
      dots++;
    } else return undefined;
  }
  return dots === 3 && digits > 0 ? word * 256 + part : undefined;
}

function parseIpv6(text: string): readonly [number, number, number, number] | undefined {
  const zone = text.indexOf('%');
  const halves = (zone < 0 ? text : text.slice(0, zone)).split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const word = (at: number) => (groups[at] ?? 0) * 65_536 + (groups[at + 1] ?? 0);
  return [word(0), word(2), word(4), word(6)];
}

/** Groups of 16 bits; dotted decimal may stand at the end (RFC 4291, 2.2, form 3). */
function parseGroups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const word = mayEndDotted && at === parts.length - 1 ? parseIpv4(part) : undefined;
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    }
  }
  return groups.length > 8 ? undefined : groups;
}
