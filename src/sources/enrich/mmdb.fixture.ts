import { parseRange } from '../policy/index.ts';

/** A value of a MaxMind database. */
export type MmdbValue =
  | string
  | number
  | boolean
  | readonly MmdbValue[]
  | { readonly [name: string]: MmdbValue };

/** Writes a small MaxMind DB 2.0 (https://maxmind.github.io/MaxMind-DB/): IPv6 tree, 32-bit records, IPv4 below ::/96. */
export function writeMmdb(
  type: string,
  entries: readonly (readonly [range: string, value: MmdbValue])[],
  builtAt = Date.UTC(2026, 9, 1),
): Buffer {
  const nodes: [Child, Child][] = [[undefined, undefined]];
  const data: Buffer[] = [];
  let length = 0;
  for (const [range, value] of entries) {
    const bytes = encode(value);
    insert(nodes, bitsOf(range), { data: length });
    data.push(bytes);
    length += bytes.length;
  }
  const tree = Buffer.alloc(nodes.length * 8);
  for (const [at, pair] of nodes.entries()) {
    for (const [side, child] of pair.entries()) {
      tree.writeUInt32BE(pointer(child, nodes.length), at * 8 + side * 4);
    }
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: builtAt / 1000,
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: 6,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 32,
  });
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}

type Child = number | { readonly data: number } | undefined;

function pointer(child: Child, nodeCount: number): number {
  if (child === undefined) return nodeCount;
  return typeof child === 'number' ? child : nodeCount + 16 + child.data;
}

function insert(nodes: [Child, Child][], bits: readonly number[], leaf: { readonly data: number }): void {
  let node = 0;
  for (const [depth, bit] of bits.entries()) {
    const pair = nodes[node] as [Child, Child];
    if (depth === bits.length - 1) pair[bit] = leaf;
    else {
      if (typeof pair[bit] !== 'number') pair[bit] = nodes.push([undefined, undefined]) - 1;
      node = pair[bit] as number;
    }
  }
}

function bitsOf(range: string): number[] {
  const parsed = parseRange(range);
  if (parsed === undefined) throw new Error(`no range: ${range}`);
  const bits = parsed.address.flatMap((word) =>
    Array.from({ length: 32 }, (_, at) => (word >>> (31 - at)) & 1),
  );
  return [
    ...(parsed.address.length === 1 ? new Array<number>(96).fill(0) : []),
    ...bits.slice(0, parsed.length),
  ];
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return Buffer.concat([control(6, 4), bytes]);
    }
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const members = Object.entries(value as Record<string, MmdbValue>);
  return Buffer.concat([
    control(7, members.length),
    ...members.flatMap(([name, one]) => [encode(name), encode(one)]),
  ]);
}

function control(type: number, size: number): Buffer {
  const [short, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return Buffer.from(type <= 7 ? [(type << 5) | short, ...more] : [short, type - 7, ...more]);
}
