/** CRC-64/NVME, reflected (NVM Express NVM Command Set 1.0, 5.2.1.3.4): S3's default checksum. */
const POLYNOMIAL = 0x9a6c9329ac4bc9b5n;

/** A 64-bit checksum in two unsigned halves: BigInt arithmetic per byte would be fifty times slower. */
export interface Crc64 {
  readonly high: number;
  readonly low: number;
}

export const CRC64_START: Crc64 = { high: 0, low: 0 };

const { high: HIGH, low: LOW } = makeTables();

/** Continues a CRC-64/NVME over `data`. */
export function crc64nvme(data: Uint8Array, previous: Crc64 = CRC64_START): Crc64 {
  let high = ~previous.high;
  let low = ~previous.low;
  let at = 0;
  for (const end = data.length - 7; at < end; at += 8) {
    low ^= data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    high ^= data[at + 4]! | (data[at + 5]! << 8) | (data[at + 6]! << 16) | (data[at + 7]! << 24);
    const a = 1792 + (low & 255);
    const b = 1536 + ((low >>> 8) & 255);
    const c = 1280 + ((low >>> 16) & 255);
    const d = 1024 + (low >>> 24);
    const e = 768 + (high & 255);
    const f = 512 + ((high >>> 8) & 255);
    const g = 256 + ((high >>> 16) & 255);
    const h = high >>> 24;
    low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!;
    high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!;
  }
  for (; at < data.length; at++) {
    const index = (low ^ data[at]!) & 255;
    low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
    high = (high >>> 8) ^ HIGH[index]!;
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}

/** Eight tables of 256 in one array per half: entry `256 * slice + byte`. */
function makeTables(): { high: Uint32Array; low: Uint32Array } {
  const values: bigint[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
    values.push(crc);
  }
  for (let at = 256; at < 2048; at++) {
    const before = values[at - 256]!;
    values.push((before >> 8n) ^ values[Number(before & 255n)]!);
  }
  return {
    high: Uint32Array.from(values, (value) => Number(value >> 32n)),
    low: Uint32Array.from(values, (value) => Number(value & 0xffffffffn)),
  };
}
