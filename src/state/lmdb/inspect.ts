import { openEnvironment } from '../../lmdb/index.ts';

/** One key of the state, its value parsed; `value` is absent when its bytes are not what the store writes. */
export interface InspectedValue {
  readonly key: string;
  readonly value?: unknown;
}

/** All keys of a state store that no server uses, readable or not. Changes nothing. */
export async function inspectLmdbState(path: string): Promise<InspectedValue[]> {
  const db = openEnvironment<Buffer>(path, { encoding: 'binary' });
  try {
    return [...db.getRange({})].map(({ key, value }) => ({ key: String(key), ...parse(value) }));
  } finally {
    await db.close();
  }
}

function parse(bytes: Buffer): { readonly value?: unknown } {
  try {
    const { version, value } = JSON.parse(bytes.toString()) as { version?: unknown; value?: unknown };
    return typeof version === 'number' && value !== undefined ? { value } : {};
  } catch {
    return {};
  }
}
