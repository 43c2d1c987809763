import { HOUR, SignedChain } from '../signed-chain.ts';
import { build, edit } from './changes.ts';
import { KEY, OTHER_KEY, publish, START, type Tampering } from './scene.ts';

/** What is no tampering, and must not look like it; and what is one in the same place. */
export const HARMLESS: readonly Tampering[] = [
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
