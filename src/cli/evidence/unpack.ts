import { gunzipSync } from 'node:zlib';

/** Beyond this it is no digest or log file of CloudTrail's. Bytes. */
const MAX_CONTENT_BYTES = 2 ** 29;

/** The content of a gzip file; undefined when it is damaged, cut or far too large. */
export function unpackWhole(bytes: Uint8Array): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_CONTENT_BYTES });
  } catch {
    return undefined;
  }
}
