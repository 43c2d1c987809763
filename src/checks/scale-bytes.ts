/** A unit of size or speed: `{ quantity: 'M', unit: 'B' }`; unit `auto` asks for the fitting quantity. */
export interface ByteUnit {
  readonly quantity: string;
  readonly unit: string;
}

const QUANTITIES = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** Converts between bytes (base 1024) and bits (base 1000), and between their multiples. */
export function scaleBytes(
  value: number,
  from: ByteUnit,
  to: ByteUnit,
): ByteUnit & { readonly value: number } {
  let scaled = value;
  if (/b/.test(to.unit) && /B/.test(from.unit)) scaled *= 8;
  if (/B/.test(to.unit) && /b/.test(from.unit)) scaled /= 8;
  const base = /b/.test(to.unit) ? 1000 : 1024;
  const step = Math.max(0, QUANTITIES.indexOf(from.quantity.toLowerCase()));
  if (to.unit !== 'auto') {
    const steps = Math.max(0, QUANTITIES.indexOf(to.quantity.toLowerCase())) - step;
    return { ...to, value: scaled / base ** steps };
  }
  let quantity = step;
  for (; quantity < QUANTITIES.length - 1 && scaled >= base; quantity++) scaled /= base;
  return { quantity: QUANTITIES[quantity]!, unit: from.unit, value: scaled };
}
