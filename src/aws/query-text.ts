/** Most parameters in one query or form; botocore's largest legitimate forms have a few hundred. */
const mostParameters = 10_000;

/**
 * Reads `a=1&b=2` into a Map; of a repeated name the first value counts. `+` is a space. Returns `undefined` when the
 * text is not percent-encoded UTF-8 or has too many parameters.
 */
export function readQuery(text: string): Map<string, string> | undefined {
  const read = new Map<string, string>();
  if (text === '') return read;
  const parts = text.split('&', mostParameters + 1);
  if (parts.length > mostParameters) return undefined;
  for (const part of parts) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = decodeFormText(mark < 0 ? part : part.slice(0, mark));
    const value = mark < 0 ? '' : decodeFormText(part.slice(mark + 1));
    if (name === undefined || value === undefined) return undefined;
    if (!read.has(name)) read.set(name, value);
  }
  return read;
}

function decodeFormText(text: string): string | undefined {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

/** Percent-decodes UTF-8 text; `undefined` when it is malformed. */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
