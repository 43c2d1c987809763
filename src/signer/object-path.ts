/** A key as it stands in a path; undefined for one that a path cannot hold: with the steps `.` and `..`, or half a character. */
export function objectPath(key: string): string | undefined {
  // Many stores read such steps as ways, and answer with another object.
  if (/(^|\/)\.\.?(\/|$)/.test(key)) return undefined;
  if (/^[\w/.~-]*$/.test(key)) return key;
  if (/\p{Surrogate}/u.test(key)) return undefined;
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * A key of a listing that was asked for with `encoding-type=url` (form encoding: a blank is a `+`); as it stands where it
 * is not encoded after all.
 */
export function listedKey(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
