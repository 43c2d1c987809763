import { HOUR } from '../signed-chain.ts';
import { build, deleteDigests, MISSING, rename, swap } from './changes.ts';
import { START, type Tampering } from './scene.ts';

const MINUTE = 60_000;

/** What can be done to the objects that digests are, and to their chain by someone who can sign. */
export const DIGEST_OBJECTS: readonly Tampering[] = [
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
];
