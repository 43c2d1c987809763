import { hash } from 'node:crypto';
import type { AccessKeySecret, Caller } from '../../identity/index.ts';
import type { WireRequest } from '../wire-request.ts';
import { canonicalRequest } from './canonical-request.ts';
import { type Claim, compactTime, mismatchText } from './claim.ts';
import { SignatureRefusal } from './refusal.ts';
import { sameSignature, sign, signingKeys } from './signing-key.ts';

/** Fifteen minutes, as on AWS, in milliseconds. */
const allowedSkew = 15 * 60 * 1000;

/** A signature that holds: who signed, and what the chunks of a streamed body continue from. */
export interface VerifiedSignature {
  readonly caller: Caller;
  readonly claim: Claim;
  readonly signingKey: Buffer;
}

export interface VerifyOptions {
  readonly findAccessKey: (accessKeyId: string) => Promise<AccessKeySecret | undefined>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Hexadecimal SHA-256 of the body, or the literal that the client signed in its place. */
  readonly payloadHash: string;
}

/**
 * Checks a claim against the secret of its access key: times, every signed header, path, query and payload hash.
 * Throws SignatureRefusal. That the payload has the signed hash is the caller's to check, where it streams.
 */
export async function verifySignature(
  request: WireRequest,
  claim: Claim,
  options: VerifyOptions,
): Promise<VerifiedSignature> {
  const key = await options.findAccessKey(claim.accessKeyId);
  if (!key) {
    const message = 'The security token included in the request is invalid.';
    throw new SignatureRefusal('unknownKey', message, { AWSAccessKeyId: claim.accessKeyId });
  }
  checkTimes(claim, options.now);
  refuseUnsignedHeaders(request, claim);
  const canonical = canonicalRequest(request, claim, options.payloadHash);
  const scope = scopeOf(claim);
  const stringToSign = `AWS4-HMAC-SHA256\n${claim.time}\n${scope}\n${hash('sha256', latin1(canonical), 'hex')}`;
  const signingKey = signingKeys.derive(key.secretAccessKey, claim.date, claim.region, claim.service);
  if (!sameSignature(sign(signingKey, stringToSign), claim.signature)) {
    // The canonical request helps an honest client to find its mistake, and tells an attacker nothing it did not send.
    throw new SignatureRefusal('mismatch', mismatchText, {
      AWSAccessKeyId: claim.accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: claim.signature,
      CanonicalRequest: canonical,
    });
  }
  checkToken(claim, key, options.now);
  return { caller: key.caller, claim, signingKey };
}

/** `20130524/us-east-1/s3/aws4_request`. */
export function scopeOf(claim: Claim): string {
  return `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
}

function checkTimes(claim: Claim, now: number): void {
  const signedAt = Date.parse(
    claim.time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const details = { RequestTime: claim.time, ServerTime: new Date(now).toISOString().replace(/\.\d+/, '') };
  if (!(signedAt - now <= allowedSkew)) {
    const message = `Signature not yet current: ${claim.time} is still later than ${compactTime(now + allowedSkew)} (${compactTime(now)} + 15 min.)`;
    throw new SignatureRefusal('skewed', message, {
      ...details,
      MaxAllowedSkewMilliseconds: String(allowedSkew),
    });
  }
  const goodFor = claim.expires === undefined ? allowedSkew : claim.expires * 1000;
  if (now - signedAt <= goodFor) return;
  if (claim.expires !== undefined) {
    const message = `Request has expired: it was signed at ${claim.time} for ${claim.expires} seconds, and it is ${compactTime(now)}.`;
    const Expires = new Date(signedAt + goodFor).toISOString().replace(/\.\d+/, '');
    const more = { 'X-Amz-Expires': String(claim.expires), Expires, ServerTime: details.ServerTime };
    throw new SignatureRefusal('expiredRequest', message, more);
  }
  const message = `Signature expired: ${claim.time} is now earlier than ${compactTime(now - allowedSkew)} (${compactTime(now)} - 15 min.)`;
  throw new SignatureRefusal('skewed', message, {
    ...details,
    MaxAllowedSkewMilliseconds: String(allowedSkew),
  });
}

/** An `x-amz-` header that nobody signed may have been put there on the way. */
function refuseUnsignedHeaders(request: WireRequest, claim: Claim): void {
  for (const name of request.headers.keys()) {
    if (!name.startsWith('x-amz-') || name === 'x-amz-user-agent' || claim.signedHeaders.includes(name))
      continue;
    const message = `There were headers present in the request which were not signed: ${name}`;
    throw new SignatureRefusal('unsignedHeaders', message, { HeadersNotSigned: name });
  }
}

function checkToken(claim: Claim, key: AccessKeySecret, now: number): void {
  const given = claim.sessionToken ?? '';
  const wanted = key.sessionToken ?? '';
  if (!sameSignature(hash('sha256', given, 'hex'), hash('sha256', wanted, 'hex'))) {
    throw new SignatureRefusal('badToken', 'The security token included in the request is invalid.');
  }
  if (key.expiresAt !== undefined && now >= key.expiresAt) {
    throw new SignatureRefusal('expiredToken', 'The security token included in the request is expired');
  }
}

/** Headers come from node as one byte in each character; the client signed these bytes. */
function latin1(text: string): string | Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'latin1');
}
