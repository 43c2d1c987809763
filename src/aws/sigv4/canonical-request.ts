import type { WireRequest } from '../wire-request.ts';
import type { Claim } from './claim.ts';
import { canonicalEncoding, encodeAgain, normalisePath } from './uri.ts';

/**
 * The text whose hash was signed. S3 signs the path as it is, encoded once; all others normalise it and encode it
 * again. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(request: WireRequest, claim: Claim, payloadHash: string): string {
  const path =
    claim.service === 's3'
      ? canonicalEncoding(request.path, { keepSlash: true, plusIsSpace: false })
      : encodeAgain(normalisePath(request.path), true);
  const headers = claim.signedHeaders.map(
    (name) => `${name}:${canonicalHeader(request.headers.get(name))}\n`,
  );
  const query = canonicalQuery(request.queryText, claim.kind === 'presigned');
  return `${request.method}\n${path}\n${query}\n${headers.join('')}\n${claim.signedHeaders.join(';')}\n${payloadHash}`;
}

/** Sorted by name, then value, after encoding; a presigned request does not sign its own signature. */
export function canonicalQuery(text: string, presigned: boolean): string {
  if (text === '') return '';
  const encode = { keepSlash: false, plusIsSpace: true };
  const pairs: [string, string][] = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = canonicalEncoding(mark < 0 ? part : part.slice(0, mark), encode);
    if (presigned && name === 'X-Amz-Signature') continue;
    pairs.push([name, mark < 0 ? '' : canonicalEncoding(part.slice(mark + 1), encode)]);
  }
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** Values trimmed, runs of spaces made one, repeated headers joined by a comma in the order they came. */
function canonicalHeader(values: readonly string[] | undefined): string {
  if (!values) return '';
  const tidy = (value: string): string => (value.includes('  ') ? value.replace(/ +/g, ' ') : value).trim();
  return values.length === 1 ? tidy(values[0]!) : values.map(tidy).join(',');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
