import { gunzipSync, gzipSync } from 'node:zlib';
import { HOUR } from '../signed-chain.ts';
import { editLog, flip, rename, rewriteLog, swap } from './changes.ts';
import { START, type Tampering } from './scene.ts';

/** What can be done to a log file. */
export const LOG_FILES: readonly Tampering[] = [
  // Log content.
  {
    name: 'log: a letter of a record is changed',
    cli: 1,
    do: editLog((text) => text.replace('GetObject', 'PutObject')),
  },
  {
    name: 'log: a record is taken out',
    cli: 1,
    do: editLog((text) => text.replace(/\{"eventVersion".*?\}\},/, '')),
  },
  { name: 'log: a record is put in', cli: 1, do: editLog((text) => text.replace('[', '[{"eventID":"x"},')) },
  { name: 'log: a line feed is added', cli: 1, do: editLog((text) => `${text}\n`) },
  { name: 'log: emptied', cli: 1, do: editLog(() => '') },
  { name: 'log: no longer gzip', cli: 1, do: rewriteLog((bytes) => gunzipSync(bytes)) },
  {
    name: 'log: a compressed byte is flipped',
    cli: 1,
    do: rewriteLog((bytes) => flip(bytes, bytes.length >> 1)),
  },
  { name: 'log: the gzip magic is flipped', cli: 1, do: rewriteLog((bytes) => flip(bytes, 0)) },
  { name: 'log: the compression method is flipped', cli: 1, do: rewriteLog((bytes) => flip(bytes, 2)) },
  {
    name: 'log: a gzip name flag is set',
    cli: 1,
    do: rewriteLog((bytes) => flip(bytes, 3).fill(0xff, 10, 14)),
  },
  { name: 'log: the checksum is flipped', cli: 1, do: rewriteLog((bytes) => flip(bytes, bytes.length - 6)) },
  { name: 'log: the length is flipped', cli: 1, do: rewriteLog((bytes) => flip(bytes, bytes.length - 2)) },
  { name: 'log: cut to a half', cli: 1, do: rewriteLog((bytes) => bytes.subarray(0, bytes.length >> 1)) },
  { name: 'log: cut to its first byte', cli: 1, do: rewriteLog((bytes) => bytes.subarray(0, 1)) },
  { name: 'log: cut to nothing', cli: 1, do: rewriteLog(() => Buffer.alloc(0)) },
  {
    name: 'log: the checksum is cut off',
    cli: 0,
    finds: ['log-altered'],
    do: rewriteLog((bytes) => bytes.subarray(0, -8)),
  },
  {
    name: 'log: compressed anew, the same content',
    cli: 0,
    do: rewriteLog((bytes) => gzipSync(gunzipSync(bytes), { level: 1 })),
  },
  {
    name: 'log: a second gzip member with another record follows',
    cli: 0,
    finds: ['log-altered'],
    do: rewriteLog((bytes) => Buffer.concat([bytes, gzipSync('{"Records":[{"eventName":"Forged"}]}')])),
  },
  {
    name: 'log: the first gzip member is empty, the content follows',
    cli: 1,
    do: rewriteLog((bytes) => Buffer.concat([gzipSync(''), bytes])),
  },
  {
    name: 'log: other bytes follow',
    cli: 0,
    finds: ['log-altered'],
    do: rewriteLog((bytes) => Buffer.concat([bytes, Buffer.from('more')])),
  },

  // Log objects.
  { name: 'log: removed', cli: 1, do: ({ chain, log }) => chain.delete(log(4)) },
  {
    name: 'log: renamed',
    cli: 1,
    finds: ['log-unlisted'],
    do: (s) => rename(s, s.log(4), s.log(4).replace(/_[0-9a-f]{16}\./, '_AAAAAAAAAAAAAAAA.')),
  },
  { name: 'log: two are swapped', cli: 1, finds: ['log-swapped'], do: (s) => swap(s, s.log(2), s.log(6)) },
  {
    name: 'log: another one is copied over it',
    cli: 1,
    do: ({ chain, log }) => chain.put(log(4), chain.get(log(5)).bytes),
  },
  {
    name: 'log: one that CloudTrail never wrote is slipped in',
    cli: 0,
    finds: ['log-unlisted'],
    do: ({ chain }) => void chain.log(START + 2.5 * HOUR),
  },
  {
    name: 'log: one is copied under another name',
    cli: 0,
    finds: ['log-unlisted'],
    do: ({ chain, log }) =>
      chain.put(log(4).replace(/_[0-9a-f]{16}\./, '_AAAAAAAAAAAAAAAA.'), chain.get(log(4)).bytes),
  },
];
