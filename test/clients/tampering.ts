import { gunzipSync, gzipSync } from 'node:zlib';
import type { FindingCode } from '../../src/digest/verify/index.ts';
import type { FakeAws } from './fake-aws.ts';
import { type DigestJson, HOUR, SignedChain, SigningKey, sha256, type Written } from './signed-chain.ts';

/** When the chains of these tests begin. */
export const START = Date.UTC(2026, 10, 1, 10);
/** One key for all chains, because making one takes time; and the attacker's. */
export const KEY = new SigningKey();
export const OTHER_KEY = new SigningKey();

/** A bucket with five good hours, as an attacker finds it. */
export interface Scene {
  readonly chain: SignedChain;
  readonly fake: FakeAws;
  /** The digest that ends `hour` hours after the start; 0 is the first. */
  readonly digest: (hour: number) => Written;
  /** A log file by its number; each hour has two. */
  readonly log: (number: number) => string;
}

/** A kind of tampering, what the AWS CLI says of it, and what opentrail finds beyond. */
export interface Tampering {
  readonly name: string;
  /** Exit code of the AWS CLI. */
  readonly cli: 0 | 1 | 255;
  readonly finds?: readonly FindingCode[];
  /** Ours is stricter here: the two outputs are not compared. */
  readonly differs?: true;
  /** Hours after the start that are asked for; default 5. */
  readonly hours?: number;
  readonly do: (scene: Scene) => void;
}

const MINUTE = 60_000;

function scene(): (fake: FakeAws) => Scene {
  return (fake) => {
    const chain = new SignedChain('trail-bucket', KEY).hours(START, 5);
    return sceneOf(chain, fake);
  };
}

/** The untouched scene in a fake of its own. */
export const makeScene = scene();

function sceneOf(chain: SignedChain, fake: FakeAws): Scene {
  fake.keys = [KEY.wire];
  fake.trails = [{ arn: chain.arn, bucket: chain.bucket }];
  publish(chain, fake);
  return {
    chain,
    fake,
    digest: (hour) => must(chain.digests[hour]),
    log: (number) => must(chain.logs[number]),
  };
}

function publish(chain: SignedChain, fake: FakeAws): void {
  for (const [bucket, objects] of chain.buckets) fake.buckets.set(bucket, objects);
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('not in the scene');
  return value;
}

/** Writes an object anew, with other bytes and the same metadata. */
function rewrite({ chain }: Scene, key: string, change: (bytes: Buffer) => Buffer): void {
  const { bytes, metadata } = chain.get(key);
  chain.put(key, change(Buffer.from(bytes)), metadata);
}

/** The same for what is compressed in it. */
function edit(scene: Scene, key: string, change: (text: string) => string | Buffer): void {
  rewrite(scene, key, (bytes) => gzipSync(change(gunzipSync(bytes).toString())));
}

const editLog = (change: (text: string) => string | Buffer) => (scene: Scene) =>
  edit(scene, scene.log(4), change);
const rewriteLog = (change: (bytes: Buffer) => Buffer) => (scene: Scene) =>
  rewrite(scene, scene.log(4), change);
const editDigest = (change: (text: string) => string | Buffer) => (scene: Scene) =>
  edit(scene, scene.digest(3).key, change);
const rewriteDigest = (change: (bytes: Buffer) => Buffer) => (scene: Scene) =>
  rewrite(scene, scene.digest(3).key, change);
const editJson = (change: (json: DigestJson) => void) =>
  editDigest((text) => {
    const json = JSON.parse(text) as DigestJson;
    change(json);
    return JSON.stringify(json);
  });
const metadata =
  (change: (metadata: Record<string, string>) => void) =>
  ({ chain, digest }: Scene) => {
    const { key } = digest(3);
    const object = chain.get(key);
    const changed = { ...object.metadata };
    change(changed);
    chain.put(key, object.bytes, changed);
  };
const signature = (change: (hex: string) => string) =>
  metadata((members) => {
    members.signature = change(members.signature ?? '');
  });

function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

function rename({ chain }: Scene, from: string, to: string): void {
  const { bytes, metadata: members } = chain.get(from);
  chain.delete(from);
  chain.put(to, bytes, members);
}

function swap({ chain }: Scene, one: string, other: string): void {
  const [first, second] = [chain.get(one), chain.get(other)];
  chain.put(one, second.bytes, second.metadata);
  chain.put(other, first.bytes, first.metadata);
}

/** Goes on from a scene's chain: more signed digests than the five hours. */
function build(make: (chain: SignedChain) => void): Tampering['do'] {
  return ({ fake }) => {
    fake.buckets.clear();
    const chain = new SignedChain('trail-bucket', KEY);
    make(chain);
    publish(chain, fake);
  };
}

function deleteDigests(...hours: readonly number[]): Tampering['do'] {
  return ({ chain, digest }) => {
    for (const hour of hours) chain.delete(digest(hour).key);
  };
}

const MISSING = ['digests-missing'] as const;
const members = (text: string) => gzipSync(text);

/** The table of tests: all that can be done to a bucket, by the class of bytes that it touches. */
export const TAMPERINGS: readonly Tampering[] = [
  { name: 'nothing is changed', cli: 0, do: () => undefined },

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
    do: rewriteLog((bytes) => Buffer.concat([bytes, members('{"Records":[{"eventName":"Forged"}]}')])),
  },
  {
    name: 'log: the first gzip member is empty, the content follows',
    cli: 1,
    do: rewriteLog((bytes) => Buffer.concat([members(''), bytes])),
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

  // Digest content.
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
    do: rewriteDigest((bytes) => Buffer.concat([bytes, members('{}')])),
  },

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

  // Digest objects.
  { name: 'digest: one is removed', cli: 1, finds: MISSING, do: deleteDigests(3) },
  { name: 'digest: two in a row are removed', cli: 1, finds: MISSING, do: deleteDigests(2, 3) },
  {
    name: 'digest: two here and there are removed',
    cli: 1,
    finds: [...MISSING, ...MISSING],
    do: deleteDigests(1, 3),
  },
  { name: 'digest: the two oldest are removed', cli: 1, finds: MISSING, do: deleteDigests(0, 1) },
  {
    name: 'digest: the newest is removed, the service knows',
    cli: 0,
    finds: ['tail-cut'],
    do: (s) => {
      deleteDigests(5)(s);
      s.fake.modified.set(s.digest(4).key, START + 4.2 * HOUR);
      s.fake.trails = [
        {
          arn: s.chain.arn,
          bucket: s.chain.bucket,
          status: { IsLogging: true, LatestDigestDeliveryTime: (START + 5.2 * HOUR) / 1000 },
        },
      ];
    },
  },
  {
    name: 'digest: the three newest are removed, their log files are there',
    cli: 0,
    finds: ['tail-cut'],
    do: deleteDigests(3, 4, 5),
  },
  {
    name: 'digest: the three newest are removed with their log files, nobody can know',
    cli: 0,
    finds: ['tail-old'],
    do: (s) => {
      deleteDigests(3, 4, 5)(s);
      for (const number of [4, 5, 6, 7, 8, 9]) s.chain.delete(s.log(number));
    },
  },
  {
    name: 'digest: all are removed, nobody can know',
    cli: 0,
    finds: ['no-digests'],
    do: deleteDigests(0, 1, 2, 3, 4, 5),
  },
  {
    name: 'digest: all are removed, the service knows',
    cli: 0,
    finds: ['no-digests'],
    do: (s) => {
      deleteDigests(0, 1, 2, 3, 4, 5)(s);
      s.fake.trails = [
        {
          arn: s.chain.arn,
          bucket: s.chain.bucket,
          status: { LatestDigestDeliveryTime: (START + 5.2 * HOUR) / 1000 },
        },
      ];
    },
  },
  {
    name: 'digest: the end of the time asked for is cut out, later digests are there',
    cli: 0,
    hours: 4,
    finds: MISSING,
    do: build((chain) => {
      chain.hours(START, 12);
      for (const hour of [3, 4, 5, 6, 7, 8]) chain.delete(chain.digestKey(START + hour * HOUR));
    }),
  },
  {
    name: 'digest: renamed',
    cli: 1,
    finds: MISSING,
    do: (s) => rename(s, s.digest(5).key, s.chain.digestKey(START + 5 * HOUR - MINUTE)),
  },
  {
    name: 'digest: an old one is copied over the newest',
    cli: 1,
    finds: MISSING,
    do: ({ chain, digest }) =>
      chain.put(digest(5).key, chain.get(digest(2).key).bytes, chain.get(digest(2).key).metadata),
  },
  {
    name: 'digest: two are swapped',
    cli: 1,
    finds: [...MISSING, ...MISSING],
    do: (s) => swap(s, s.digest(2).key, s.digest(4).key),
  },
  {
    name: 'digest: a strange name hides the later ones from the AWS CLI',
    cli: 0,
    differs: true,
    finds: ['digest-outside-chain'],
    do: ({ chain, digest }) =>
      chain.put(digest(0).key.replace('T100000Z', 'T10_9999999999999999'), Buffer.alloc(1)),
  },

  // Chains, by someone who can sign.
  {
    name: 'chain: forked, the other end is newer',
    cli: 0,
    finds: ['chain-forked'],
    do: ({ chain, digest }) =>
      void chain.digest(START + 5 * HOUR + 1000, { previous: digest(4), start: START + 4 * HOUR, logs: [] }),
  },
  {
    name: 'chain: a digest is left out of the links',
    cli: 0,
    finds: ['windows-apart', 'chain-forked'],
    do: build((chain) => {
      chain.hours(START, 3);
      const kept = chain.last;
      chain.hours(START + 3 * HOUR, 1);
      chain.digest(START + 5 * HOUR, { ...(kept && { previous: kept }) });
    }),
  },
  {
    name: 'chain: a digest is signed anew with fewer log files',
    cli: 0,
    finds: ['digest-link-broken', 'log-unlisted'],
    do: ({ chain, digest }) => void chain.digest(START + 3 * HOUR, { previous: digest(2), logs: [] }),
  },
  {
    name: 'chain: a link names another hash',
    cli: 0,
    finds: ['digest-link-broken'],
    do: build((chain) => {
      chain.hours(START, 4);
      chain.digest(START + 5 * HOUR, {
        change: (json) => Object.assign(json, { previousDigestHashValue: '0'.repeat(64) }),
      });
    }),
  },

  // Records.
  {
    name: 'record: one event in two files',
    cli: 0,
    finds: ['record-twice'],
    do: build((chain) => {
      const id = chain.eventId();
      chain.hours(START, 4);
      const logs = [40, 50].map((minute) =>
        chain.log(START + 4 * HOUR + minute * MINUTE, { ids: [id, chain.eventId()] }),
      );
      chain.digest(START + 5 * HOUR, { logs });
    }),
  },
  {
    name: 'record: one event twice in a file',
    cli: 0,
    finds: ['record-twice'],
    do: build((chain) => {
      const id = chain.eventId();
      chain.hours(START, 4);
      chain.digest(START + 5 * HOUR, {
        logs: [chain.log(START + 4.5 * HOUR, { ids: [id, chain.eventId(), id] })],
      });
    }),
  },
  {
    name: 'record: a log file that two digests list',
    cli: 0,
    finds: ['log-listed-twice'],
    do: build((chain) => {
      chain.hours(START, 4);
      chain.digest(START + 5 * HOUR, { logs: [must(chain.logs[3])] });
    }),
  },

  // What is no tampering, and must not look like it.
  {
    name: 'no tampering: logging was off for two hours',
    cli: 0,
    do: build((chain) => {
      chain.hours(START, 2);
      chain.hours(START + 4 * HOUR, 1, 2, { isFirst: true });
    }),
  },
  {
    name: 'no tampering: the bucket was changed',
    cli: 0,
    do: build((chain) => {
      chain.hours(START, 2, 2, { bucket: 'older-bucket' });
      chain.hours(START + 2 * HOUR, 3);
    }),
  },
  {
    name: 'no tampering: the key was rotated',
    cli: 0,
    do: (s) => {
      s.fake.keys = [KEY.wire, OTHER_KEY.wire];
      build((chain) => {
        chain.hours(START, 2);
        chain.hours(START + 2 * HOUR, 3, 2, { key: OTHER_KEY });
      })(s);
    },
  },
  {
    name: 'no tampering: another trail delivers to the same place',
    cli: 0,
    do: ({ chain, fake }) => {
      const other = new SignedChain('trail-bucket', KEY, { trail: 'other' });
      other.hours(START, 5);
      for (const [key, object] of other.buckets.get('trail-bucket') ?? [])
        chain.put(key, object.bytes, object.metadata);
      publish(chain, fake);
    },
  },
  {
    name: 'no tampering: log files were delivered late and are in a backfill digest',
    cli: 0,
    do: ({ chain }) =>
      void chain.digest(START + 3 * HOUR, {
        backfill: true,
        isFirst: true,
        logs: [chain.log(START + 2.5 * HOUR)],
      }),
  },
  {
    name: 'backfill: a log file is changed',
    cli: 1,
    do: (s) => {
      const log = s.chain.log(START + 2.5 * HOUR);
      s.chain.digest(START + 3 * HOUR, { backfill: true, isFirst: true, logs: [log] });
      edit(s, log, (text) => text.replace('GetObject', 'PutObject'));
    },
  },
  {
    name: 'backfill: the time of its making is missing',
    cli: 1,
    finds: ['log-unlisted'],
    do: ({ chain }) => {
      const { key } = chain.digest(START + 3 * HOUR, {
        backfill: true,
        isFirst: true,
        logs: [chain.log(START + 2.5 * HOUR)],
      });
      const { bytes, metadata: m } = chain.get(key);
      chain.put(key, bytes, { signature: m.signature ?? '', 'signature-algorithm': 'SHA256withRSA' });
    },
  },
];
