import { type Address, parseAddress, parseRange } from '../policy/index.ts';
import type { LabelledRange } from './enrichment-step.ts';

/** Ranges of one address family, as stretches without gaps: each begins where the one before it ends. */
interface Stretches {
  /** First addresses, `width` words each, ascending. */
  readonly starts: Uint32Array;
  /** Index of the range that holds each stretch, or -1. */
  readonly holders: Int32Array;
  readonly width: 1 | 4;
}

/**
 * Many ranges of addresses, asked for the longest one that holds an address. Ranges nest or lie apart, so they cut the
 * addresses into at most twice as many stretches: 12 or 36 bytes each, and an answer after some twenty comparisons.
 */
export class RangeTable {
  readonly #ranges: readonly LabelledRange[];
  readonly #four: Stretches;
  readonly #six: Stretches;

  /** Ranges that cannot be read are left out: check before. Of equal ranges the last one counts. */
  constructor(ranges: readonly LabelledRange[]) {
    this.#ranges = ranges;
    this.#four = cut(ranges, 1);
    this.#six = cut(ranges, 4);
  }

  get size(): number {
    return this.#ranges.length;
  }

  find(text: string): LabelledRange | undefined {
    const address = parseAddress(text);
    if (address === undefined) return undefined;
    const { starts, holders, width } = address.length === 1 ? this.#four : this.#six;
    let low = 0;
    let high = holders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAfter(starts, middle * width, address)) high = middle;
      else low = middle + 1;
    }
    const holder = low === 0 ? -1 : (holders[low - 1] ?? -1);
    return this.#ranges[holder];
  }
}

function isAfter(starts: Uint32Array, at: number, address: Address): boolean {
  for (const [word, value] of address.entries()) {
    const start = starts[at + word] ?? 0;
    if (start !== value) return start > value;
  }
  return false;
}

interface Block {
  readonly first: bigint;
  /** The address after the last one. */
  readonly end: bigint;
  readonly index: number;
}

/** Sweeps over the ranges in order; a stack holds those that are open. */
function cut(ranges: readonly LabelledRange[], width: 1 | 4): Stretches {
  const blocks = ranges
    .flatMap(({ range }, index) => blockOf(range, index, width))
    .sort((one, other) => compare(one, other));
  const starts: bigint[] = [];
  const holders: number[] = [];
  const open: Block[] = [];
  const begin = (first: bigint, holder: number) => {
    if (starts.at(-1) === first) holders[holders.length - 1] = holder;
    else {
      starts.push(first);
      holders.push(holder);
    }
  };
  const closeUntil = (first: bigint | undefined) => {
    for (let top = open.at(-1); top && (first === undefined || top.end <= first); top = open.at(-1)) {
      open.pop();
      begin(top.end, open.at(-1)?.index ?? -1);
    }
  };
  for (const block of blocks) {
    closeUntil(block.first);
    open.push(block);
    begin(block.first, block.index);
  }
  closeUntil(undefined);
  return pack(starts, holders, width);
}

function pack(starts: readonly bigint[], holders: readonly number[], width: 1 | 4): Stretches {
  // The last stretch may begin behind the last address there is.
  const size = starts.at(-1) === 1n << BigInt(width * 32) ? starts.length - 1 : starts.length;
  const words = new Uint32Array(size * width);
  for (let at = 0; at < size; at++) {
    for (let word = 0; word < width; word++) {
      const shift = BigInt((width - 1 - word) * 32);
      words[at * width + word] = Number(((starts[at] ?? 0n) >> shift) & 0xffffffffn);
    }
  }
  return { starts: words, holders: Int32Array.from(holders.slice(0, size)), width };
}

function blockOf(text: string, index: number, width: 1 | 4): Block[] {
  const range = parseRange(text);
  if (range === undefined || range.address.length !== width) return [];
  let first = 0n;
  for (const word of range.address) first = (first << 32n) | BigInt(word);
  return [{ first, end: first + (1n << BigInt(width * 32 - range.length)), index }];
}

/** By beginning; the wider one first, and of equal ones the later one last, on top. */
function compare(one: Block, other: Block): number {
  if (one.first !== other.first) return one.first < other.first ? -1 : 1;
  if (one.end !== other.end) return one.end > other.end ? -1 : 1;
  return one.index - other.index;
}
