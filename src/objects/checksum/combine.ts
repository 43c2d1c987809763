/**
 * The CRC of `a` followed by `b`, from their two CRCs and the length of `b`: how the checksum of a whole multipart
 * object follows from its parts without reading them again.
 *
 * With reflected CRCs, appending n bytes multiplies by x^(8n) modulo the polynomial; the inversions at both ends
 * cancel out.
 */
export function combineCrc(
  first: bigint,
  second: bigint,
  secondLength: number,
  width: 32 | 64,
  poly: bigint,
): bigint {
  return multiply(first, powerOfX(8n * BigInt(secondLength), width, poly), width, poly) ^ second;
}

/** x^n modulo the polynomial; bit `width - 1` is x^0 in the reflected form. */
function powerOfX(n: bigint, width: number, poly: bigint): bigint {
  const one = 1n << BigInt(width - 1);
  let result = one;
  let square = one >> 1n;
  for (let left = n; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, width, poly);
    square = multiply(square, square, width, poly);
  }
  return result;
}

function multiply(a: bigint, b: bigint, width: number, poly: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << BigInt(width - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ poly : shifted >> 1n;
  }
  return product;
}
