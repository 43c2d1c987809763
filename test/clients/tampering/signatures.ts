import { HOUR, SignedChain } from '../signed-chain.ts';
import { build, MISSING, metadata, signature } from './changes.ts';
import { KEY, OTHER_KEY, publish, START, type Tampering } from './scene.ts';

/** What can be done to a signature and to the keys. */
export const SIGNATURES: readonly Tampering[] = [
  // Signature and metadata.
  {
    name: 'signature: a digit is changed',
    cli: 1,
    finds: MISSING,
    do: signature((hex) => `${hex.slice(0, 100)}${hex[100] === '0' ? '1' : '0'}${hex.slice(101)}`),
  },
  { name: 'signature: no hex', cli: 1, finds: MISSING, do: signature((hex) => `xx${hex.slice(2)}`) },
  {
    name: 'signature: an odd number of digits',
    cli: 1,
    finds: MISSING,
    do: signature((hex) => hex.slice(1)),
  },
  { name: 'signature: two digits short', cli: 1, finds: MISSING, do: signature((hex) => hex.slice(2)) },
  { name: 'signature: two digits long', cli: 1, finds: MISSING, do: signature((hex) => `${hex}00`) },
  { name: 'signature: larger than the key', cli: 1, finds: MISSING, do: signature(() => 'ff'.repeat(256)) },
  { name: 'signature: zero', cli: 1, finds: MISSING, do: signature(() => '00'.repeat(256)) },
  { name: 'signature: in capitals', cli: 0, do: signature((hex) => hex.toUpperCase()) },
  {
    name: 'signature: missing',
    cli: 1,
    finds: MISSING,
    do: metadata((m) => Reflect.deleteProperty(m, 'signature')),
  },
  {
    name: 'signature: its algorithm is missing',
    cli: 1,
    finds: MISSING,
    do: metadata((m) => Reflect.deleteProperty(m, 'signature-algorithm')),
  },
  {
    name: 'signature: that of another digest',
    cli: 1,
    finds: MISSING,
    do: (s) => signature(() => s.digest(2).signature)(s),
  },
  {
    name: 'signature: over SHA-1',
    cli: 0,
    differs: true,
    finds: MISSING,
    do: build((chain) => {
      chain.hours(START, 3);
      chain.digest(START + 4 * HOUR, { hash: 'RSA-SHA1' });
      chain.digest(START + 5 * HOUR);
    }),
  },

  // Keys.
  {
    name: 'key: the fingerprint is unknown',
    cli: 1,
    finds: MISSING,
    do: ({ fake }) => fake.setKeys([OTHER_KEY.wire]),
  },
  { name: 'key: no keys at all', cli: 255, do: ({ fake }) => fake.setKeys([]) },
  {
    name: 'key: another one under its fingerprint',
    cli: 1,
    finds: [...MISSING, 'key-replaced'],
    do: ({ fake }) => fake.setKeys([{ ...KEY.wire, Value: OTHER_KEY.wire.Value }]),
  },
  {
    name: 'key: another one under its fingerprint, and everything signed anew with it',
    cli: 0,
    finds: ['key-replaced'],
    do: (s) => {
      const fingerprint = KEY.wire.Fingerprint;
      s.fake.keys = [{ ...OTHER_KEY.wire, Fingerprint: fingerprint }];
      s.fake.buckets.clear();
      const forged = new SignedChain('trail-bucket', OTHER_KEY);
      forged.hours(START, 5, 2, {
        change: (json) => Object.assign(json, { digestPublicKeyFingerprint: fingerprint }),
      });
      publish(forged, s.fake);
    },
  },
  {
    name: 'key: no PKCS #1',
    cli: 1,
    finds: [...MISSING, 'key-replaced'],
    do: ({ fake }) => fake.setKeys([{ ...KEY.wire, Value: Buffer.from('no key').toString('base64') }]),
  },
  {
    name: 'key: valid at another time',
    cli: 0,
    finds: ['key-not-valid-then'],
    do: ({ fake }) => fake.setKeys([{ ...KEY.wire, ValidityEndTime: START / 1000 - 30 * 86_400 }]),
  },
];
