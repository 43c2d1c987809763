const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'the connection was closed before the answer came'],
  ['ENOTFOUND', 'the name is not known'],
  ['EAI_AGAIN', 'the name cannot be looked up now'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the network'],
  ['ETIMEDOUT', 'no answer'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate chain is self-signed'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'its certificate cannot be verified'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
]);

/** Why a connection failed, as one sentence that an operator understands; never with the user name of a proxy. */
export function wordsOf(error: unknown, url: URL, proxy: URL | undefined): string {
  const code = codeOf(error);
  const reason = WORDS.get(code) ?? (error instanceof Error ? firstLine(error.message) : String(error));
  const through = proxy === undefined ? '' : ` through the proxy ${proxy.host}`;
  return `cannot reach ${url.protocol}//${url.host}${through}: ${reason}`;
}

/** Node tries all addresses of a name and then reports them together. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** The first line of a text. */
export function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim();
}
