import type { Shape } from '../shape.ts';
import { readTimestamp } from '../timestamp.ts';

/**
 * Reads a value that travels as text (form fields, XML, headers, query members) by its shape. `undefined` when the
 * text is not of that shape. Structures and collections are the protocol's own.
 */
export function readText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case 'number':
    case 'big':
      return /^[+-]?(\d{1,30}(\.\d{1,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?$/.test(text.trim())
        ? Number(text)
        : undefined;
    case 'boolean': {
      const lower = text.trim().toLowerCase();
      if (lower === 'true' || lower === '1') return true;
      return lower === 'false' || lower === '0' ? false : undefined;
    }
    case 'timestamp':
      return readTimestamp(text);
    case 'blob':
      return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)
        ? new Uint8Array(Buffer.from(text, 'base64'))
        : undefined;
    case 'string':
    case 'document':
      return text;
    default:
      return undefined;
  }
}
