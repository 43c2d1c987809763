import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from '../signed-chain.ts';
import { edit, editDigest, editJson, MISSING, rewriteDigest } from './changes.ts';
import { OTHER_KEY, type Tampering } from './scene.ts';

/** What can be done to the bytes of a digest. */
export const DIGEST_CONTENT: readonly Tampering[] = [
  {
    name: 'digest: a log file is struck off its list',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => json.logFiles.pop()),
  },
  {
    name: 'digest: log file and hash are forged together',
    cli: 1,
    finds: MISSING,
    do: (s) => {
      const forged = '{"Records":[]}';
      edit(s, s.log(4), () => forged);
      editJson((json) => Object.assign(json.logFiles[0] ?? {}, { hashValue: sha256(forged) }))(s);
    },
  },
  { name: 'digest: a space is added', cli: 1, finds: MISSING, do: editDigest((text) => ` ${text}`) },
  {
    name: 'digest: the end of its window is moved',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => Object.assign(json, { digestEndTime: '2026-11-01T13:00:01Z' })),
  },
  {
    name: 'digest: the end of its window is no text',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => Object.assign(json, { digestEndTime: 5 })),
  },
  {
    name: 'digest: a required member is missing',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => Reflect.deleteProperty(json, 'digestStartTime')),
  },
  {
    name: 'digest: its fingerprint is changed',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => Object.assign(json, { digestPublicKeyFingerprint: OTHER_KEY.wire.Fingerprint })),
  },
  {
    name: 'digest: its fingerprint is null',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => Object.assign(json, { digestPublicKeyFingerprint: null })),
  },
  {
    name: 'digest: its fingerprint is a list',
    cli: 1,
    finds: MISSING,
    do: editJson((json) => Object.assign(json, { digestPublicKeyFingerprint: [] })),
  },
  {
    name: 'digest: its link is cut',
    cli: 1,
    finds: MISSING,
    do: editJson((json) =>
      Object.assign(json, { previousDigestS3Object: null, previousDigestSignature: null }),
    ),
  },
  { name: 'digest: a list', cli: 1, finds: MISSING, do: editDigest(() => '[]') },
  { name: 'digest: a text', cli: 1, finds: MISSING, do: editDigest(() => '"x"') },
  { name: 'digest: a number', cli: 1, finds: MISSING, do: editDigest(() => '5') },
  { name: 'digest: a fraction', cli: 1, finds: MISSING, do: editDigest(() => '5.5') },
  { name: 'digest: true', cli: 1, finds: MISSING, do: editDigest(() => 'true') },
  { name: 'digest: null', cli: 1, finds: MISSING, do: editDigest(() => 'null') },
  { name: 'digest: an empty object', cli: 1, finds: MISSING, do: editDigest(() => '{}') },
  { name: 'digest: no JSON', cli: 1, finds: MISSING, do: editDigest(() => '{') },
  { name: 'digest: no UTF-8', cli: 1, finds: MISSING, do: editDigest(() => Buffer.from([0x22, 0xff, 0x22])) },
  { name: 'digest: no longer gzip', cli: 1, finds: MISSING, do: rewriteDigest((bytes) => gunzipSync(bytes)) },
  {
    name: 'digest: cut to a half',
    cli: 1,
    finds: MISSING,
    do: rewriteDigest((bytes) => bytes.subarray(0, bytes.length >> 1)),
  },
  {
    name: 'digest: the checksum is cut off',
    cli: 1,
    finds: MISSING,
    do: rewriteDigest((bytes) => bytes.subarray(0, -4)),
  },
  { name: 'digest: cut to nothing', cli: 1, finds: MISSING, do: rewriteDigest(() => Buffer.alloc(0)) },
  {
    name: 'digest: compressed anew, the same content',
    cli: 0,
    do: rewriteDigest((bytes) => gzipSync(gunzipSync(bytes), { level: 1 })),
  },
  {
    name: 'digest: a second gzip member follows',
    cli: 0,
    finds: ['digest-altered'],
    do: rewriteDigest((bytes) => Buffer.concat([bytes, gzipSync('{}')])),
  },
];
