import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { State } from '../state/index.ts';
import { updateState } from '../state/index.ts';

const generateKeys = promisify(generateKeyPair);

/**
 * The key that signs messages to subscribers, with a certificate for it. Lives in `state`: who can read the data
 * directory can sign as us. It says nothing about log files; those have digests.
 */
export interface SigningKey {
  /** PEM, served to subscribers. */
  readonly certificate: string;
  /** Base64; version 1 is SHA-1, version 2 SHA-256, both RSA PKCS #1 v1.5, as SNS signs. */
  sign(text: string, version: '1' | '2'): string;
}

interface Stored {
  readonly privateKey: string;
  readonly certificate: string;
}

/** Reads the key, or makes one at the first call. */
export async function openSigningKey(state: State, now: () => number): Promise<SigningKey> {
  const fresh = (await state.get<Stored>('topic-signing-key')) ? undefined : await makeKey(now());
  const stored = (await updateState<Stored>(state, 'topic-signing-key', (current) => current ?? fresh))!;
  const key = createPrivateKey(stored.privateKey);
  return {
    certificate: stored.certificate,
    sign: (text, version) =>
      sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), key).toString('base64'),
  };
}

async function makeKey(now: number): Promise<Stored> {
  const { privateKey, publicKey } = await generateKeys('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: selfSigned(publicKey, privateKey, now),
  };
}

const YEARS_10 = 3_652 * 86_400_000;

/** A minimal X.509 certificate (RFC 5280, version 3 without extensions) in DER, as PEM. */
function selfSigned(publicKey: KeyObject, privateKey: KeyObject, now: number): string {
  const algorithm = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex')); // sha256WithRSAEncryption
  const commonName = der(
    0x30,
    Buffer.from('0603550403', 'hex'),
    der(0x0c, Buffer.from('opentrail notifications')),
  );
  const name = der(0x30, der(0x31, commonName));
  const serial = randomBytes(16);
  // Positive and without a leading zero.
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    der(0x30, derTime(now - 86_400_000), derTime(now + YEARS_10)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(4, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 + length.length]), length, content]);
}

/** GeneralizedTime is for 2050 and later, UTCTime before (RFC 5280 section 4.1.2.5). */
function derTime(time: number): Buffer {
  const text = `${new Date(time).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return text < '2050' ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}
