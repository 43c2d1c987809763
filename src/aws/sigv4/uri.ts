/**
 * Percent-encoding as Signature Version 4 wants it (RFC 3986, everything but unreserved characters, upper-case hex):
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * Text from the request line holds one byte in each character.
 */
const hex = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`);
const unreserved = /^[A-Za-z0-9\-._~]$/;
const plain = Array.from({ length: 256 }, (_, byte) => unreserved.test(String.fromCharCode(byte)));

/** Encodes each byte once more, `%` too: what services other than S3 sign of a path that is already encoded. */
export function encodeAgain(text: string, keepSlash: boolean): string {
  if (/^[A-Za-z0-9\-._~]*$/.test(text)) return text;
  let encoded = '';
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    encoded +=
      plain[code] || (keepSlash && code === 47)
        ? text[index]
        : (hex[code] ?? encodeURIComponent(text[index]!));
  }
  return encoded;
}

/**
 * Brings encoded text to the one canonical encoding: escapes of unreserved characters are undone, others written in
 * upper case, characters that need an escape get one. A lone `%` counts as itself. `plusIsSpace` for queries.
 */
export function canonicalEncoding(
  text: string,
  options: { keepSlash: boolean; plusIsSpace: boolean },
): string {
  if (/^[A-Za-z0-9\-._~]*$/.test(text)) return text;
  let encoded = '';
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (code === 37) {
      const escaped = /^[0-9A-Fa-f]{2}$/.test(text.slice(index + 1, index + 3));
      if (escaped) {
        code = Number.parseInt(text.slice(index + 1, index + 3), 16);
        index += 2;
        encoded += plain[code] ? String.fromCharCode(code) : hex[code];
        continue;
      }
    }
    if (code === 43 && options.plusIsSpace) encoded += '%20';
    else if (plain[code] || (code === 47 && options.keepSlash)) encoded += String.fromCharCode(code);
    else encoded += hex[code] ?? encodeURIComponent(String.fromCharCode(code));
  }
  return encoded;
}

/** Removes empty, `.` and `..` segments, as all services but S3 do before they sign a path (RFC 3986, 5.2.4). */
export function normalisePath(path: string): string {
  if (!path.includes('//') && !path.includes('/.')) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}
