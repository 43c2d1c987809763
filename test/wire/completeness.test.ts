import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  BucketReader,
  ChainName,
  FindingCode,
  PublicKeySource,
  TrailStatus,
} from '../../src/digest/verify/index.ts';
import {
  assessCompleteness,
  type CollectedFiles,
  type CompletenessReport,
  type KnownDigest,
  nameOf,
} from '../../src/sources/completeness/index.ts';
import { FakeAws } from '../clients/fake-aws.ts';
import { HOUR, SignedChain } from '../clients/signed-chain.ts';
import { KEY, makeScene, type Scene, START, TAMPERINGS } from '../clients/tampering/index.ts';

const BUCKET = 'trail-bucket';
/** The trail of the scenes, as its account names it. */
const T1: ChainName = {
  ...{ account: '123456789012', trailName: 't1', homeRegion: 'us-east-1', sourceRegion: 'us-east-1' },
};

/** Reads the objects of a fake; keys are pages of ten, so that listings have several. */
function readerOf(fake: FakeAws): BucketReader {
  return {
    keepsMetadata: true,
    async *list(bucket, prefix, after) {
      const keys = [...(fake.buckets.get(bucket)?.keys() ?? [])].sort();
      const found = keys.filter((key) => key.startsWith(prefix) && key > after);
      for (let at = 0; at < found.length; at += 10) {
        yield found
          .slice(at, at + 10)
          .map((key) => ({ key, lastModified: fake.modified.get(key) ?? START - 30 * 24 * HOUR }));
      }
    },
    async get(bucket, key) {
      const object = fake.buckets.get(bucket)?.get(key);
      return object && { bytes: object.bytes, metadata: new Map(Object.entries(object.metadata)) };
    },
  };
}

function keysOf(fake: FakeAws): PublicKeySource {
  return {
    keysBetween: async () =>
      fake.keys.map(({ Value, Fingerprint, ValidityStartTime, ValidityEndTime }) => ({
        ...{ value: Value, fingerprint: Fingerprint },
        ...{ validFrom: ValidityStartTime * 1000, validUntil: ValidityEndTime * 1000 },
      })),
  };
}

/** What the service says of a trail, as a client of it would hand it on. */
function statusOf(fake: FakeAws, trail: string): TrailStatus | undefined {
  const status = fake.trails.find(({ arn }) => arn.endsWith(`/${trail}`))?.status;
  const delivered = status?.LatestDigestDeliveryTime;
  return typeof delivered === 'number' ? { latestDigestDelivery: delivered * 1000 } : undefined;
}

/** A collector that has read all files that were there, but for some. */
function collectorOf(
  scene: Scene,
  but: readonly string[] = [],
): CollectedFiles & { quarantined: Set<string> } {
  const read = new Set([...scene.chain.logs].filter((key) => !but.includes(key)));
  const quarantined = new Set<string>();
  return {
    quarantined,
    outcome(bucket, key) {
      if (quarantined.has(key)) return 'quarantined';
      return bucket === BUCKET && read.has(key) ? 'done' : undefined;
    },
  };
}

class Memory {
  readonly known = new Map<string, { readonly chain: ChainName; readonly newest?: KnownDigest }>();
  chains = () => [...this.known.values()];
  async remember(chain: ChainName, newest: KnownDigest): Promise<void> {
    this.known.set(nameOf(chain), { chain, newest });
  }
}

describe('completeness of a source', () => {
  let fake: FakeAws;
  beforeAll(async () => {
    fake = await FakeAws.start();
  });
  afterAll(() => fake.stop());

  function fresh(): Scene {
    fake.buckets.clear();
    fake.modified.clear();
    return makeScene(fake);
  }

  function assess(
    collected: CollectedFiles,
    options: {
      readonly hours?: number;
      readonly memory?: Memory;
      readonly expected?: readonly ChainName[];
    } = {},
  ): Promise<CompletenessReport> {
    const { hours = 5, memory = new Memory(), expected } = options;
    return assessCompleteness({
      ...{ source: 'test', bucket: BUCKET, prefix: '', from: START, to: START + hours * HOUR },
      ...{ now: START + 9 * HOUR, reader: readerOf(fake), keysOf: () => keysOf(fake), collected, memory },
      statusOf: async ({ trailName }) => statusOf(fake, trailName),
      ...(expected && { expected }),
    });
  }

  test('whose files are all in is complete, hour by hour', async () => {
    const report = await assess(collectorOf(fresh()));
    expect(report.verdict).toBe('complete');
    expect(report.chains).toHaveLength(1);
    const [chain] = report.chains;
    expect(chain).toMatchObject({ promised: 10, counts: { in: 10, late: 0, missing: 0 }, unlisted: 0 });
    expect(chain?.windows.map(({ from, promised }) => [(from - START) / HOUR, promised])).toEqual([
      [-1, 0],
      [0, 2],
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 2],
    ]);
  });

  test('whose collector is behind is behind, and says with what', async () => {
    const scene = fresh();
    const report = await assess(collectorOf(scene, [scene.log(8), scene.log(9)]));
    expect(report.verdict).toBe('behind');
    expect(report.chains[0]?.counts).toMatchObject({ in: 8, late: 2, missing: 0 });
    expect(report.chains[0]?.windows.at(-1)).toMatchObject({ promised: 2, late: 2 });
    expect(report.chains[0]?.examples.map(({ fate, key }) => [fate, key])).toEqual([
      ['late', scene.log(8)],
      ['late', scene.log(9)],
    ]);
  });

  /** Kinds of removal and tampering; what the report must say of each. */
  const KINDS: readonly (readonly [
    name: string,
    change: (scene: Scene, collected: ReturnType<typeof collectorOf>) => void,
    said: Readonly<Record<string, number>>,
    codes: readonly string[],
  ])[] = [
    ['log: removed before it was collected', ({ chain, log }) => chain.delete(log(4)), { missing: 1 }, []],
    [
      'log: a letter of a record is changed',
      tamper('log: a letter of a record is changed'),
      { changed: 1 },
      [],
    ],
    ['log: a record is taken out', tamper('log: a record is taken out'), { changed: 1 }, []],
    ['log: a record is put in', tamper('log: a record is put in'), { changed: 1 }, []],
    ['log: cut to nothing', tamper('log: cut to nothing'), { changed: 1 }, []],
    ['log: no longer gzip', tamper('log: no longer gzip'), { changed: 1 }, []],
    ['log: another one is copied over it', tamper('log: another one is copied over it'), { changed: 1 }, []],
    ['log: two are swapped', tamper('log: two are swapped'), { changed: 2 }, ['log-swapped']],
    ['log: renamed', tamper('log: renamed'), { missing: 1, unlisted: 1 }, ['log-unlisted']],
    [
      'log: one that was never delivered is slipped in',
      tamper('log: one that CloudTrail never wrote is slipped in'),
      { unlisted: 1 },
      ['log-unlisted'],
    ],
    [
      'log: more bytes follow the signed ones',
      tamper('log: a second gzip member with another record follows'),
      {},
      ['log-altered'],
    ],
    [
      'digest: a file is struck off its list',
      tamper('digest: a log file is struck off its list'),
      { brokenWindows: 1 },
      ['digests-missing'],
    ],
    [
      'digest: log file and hash are forged together',
      tamper('digest: log file and hash are forged together'),
      { brokenWindows: 1 },
      ['digests-missing'],
    ],
    [
      'digest: its signature is another one',
      tamper('signature: that of another digest'),
      { brokenWindows: 1 },
      ['digests-missing'],
    ],
    ['digest: removed', tamper('digest: one is removed'), {}, ['digests-missing']],
    ['digest: two in a row are removed', tamper('digest: two in a row are removed'), {}, ['digests-missing']],
    [
      'digest: the three newest are removed',
      tamper('digest: the three newest are removed, their log files are there'),
      {},
      ['tail-cut'],
    ],
    [
      'key: another one under its fingerprint',
      tamper('key: another one under its fingerprint'),
      {},
      ['key-replaced'],
    ],
    ['chain: forked', tamper('chain: forked, the other end is newer'), {}, ['chain-forked']],
    [
      'chain: a digest is signed anew with fewer files',
      tamper('chain: a digest is signed anew with fewer log files'),
      {},
      ['digest-link-broken'],
    ],
    [
      'collector: a file lies in quarantine',
      ({ log }, collected) => void collected.quarantined.add(log(4)),
      { quarantined: 1 },
      [],
    ],
  ];

  function tamper(name: string): (scene: Scene) => void {
    const found = TAMPERINGS.find((one) => one.name === name);
    if (!found) throw new Error(`no tampering: ${name}`);
    return found.do;
  }

  test.each(KINDS)('%s: is named', async (_name, change, said, codes) => {
    const scene = fresh();
    // Nothing was collected yet where the bucket alone must show it.
    const collected = collectorOf(scene, scene.chain.logs);
    change(scene, collected);
    const report = await assess(collected);
    expect(report.verdict).toBe('incomplete');
    const [chain] = report.chains;
    expect({ ...chain, ...chain?.counts }).toMatchObject(said);
    expect(chain?.findings.map(({ code }) => code)).toEqual(expect.arrayContaining([...codes]));
  });

  test('a file that was collected and is gone since is named as removed', async () => {
    const scene = fresh();
    const collected = collectorOf(scene);
    scene.chain.delete(scene.log(4));
    const report = await assess(collected);
    expect(report.verdict).toBe('incomplete');
    expect(report.chains[0]?.counts).toMatchObject({ in: 9, removed: 1, missing: 0 });
  });

  test('every kind of tampering that the validator knows makes the report incomplete, and what is none does not', async () => {
    const blind = [
      'digest: all are removed, nobody can know',
      'digest: the three newest are removed with their log files, nobody can know',
    ];
    // There may be harmless reasons: said, but no verdict. The collector takes each event once anyway.
    const warned = new Set<FindingCode | undefined>([
      'key-not-valid-then',
      'record-twice',
      'log-listed-twice',
    ]);
    const wrong: string[] = [];
    for (const { name, do: change, cli, finds = [], hours } of TAMPERINGS) {
      const scene = fresh();
      change(scene);
      const collected = collectorOf(scene);
      let verdict: string;
      try {
        ({ verdict } = await assess(collected, { expected: [T1], ...(hours !== undefined && { hours }) }));
      } catch (error) {
        verdict = (error as Error).name;
      }
      const isTampering = cli !== 0 || finds.length > 0;
      if (blind.includes(name) || warned.has(finds[0])) continue;
      if (isTampering ? !['incomplete', 'NoPublicKeys'].includes(verdict) : verdict === 'incomplete') {
        wrong.push(`${name}: ${verdict}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('what was there once is missed: a chain that is gone, an end that is cut off, with everything that shows it', async () => {
    for (const cut of [
      [0, 1, 2, 3, 4, 5],
      [3, 4, 5],
    ]) {
      const memory = new Memory();
      const scene = fresh();
      expect((await assess(collectorOf(scene), { memory })).verdict).toBe('complete');
      for (const hour of cut) scene.chain.delete(scene.digest(hour).key);
      for (const key of scene.chain.logs) scene.chain.delete(key);
      const report = await assess(collectorOf(scene), { memory });
      expect(report.verdict).toBe('incomplete');
      expect(report.chains[0]?.findings.map(({ code }) => code)).toContain('anchor-missing');
    }
  });

  test('two trails, and an organization, in one bucket are chains of their own', async () => {
    const scene = fresh();
    const other = new SignedChain(BUCKET, KEY, { trail: 'other_trail', region: 'eu-west-1' });
    other.hours(START, 5);
    for (const [key, object] of other.buckets.get(BUCKET) ?? [])
      scene.chain.put(key, object.bytes, object.metadata);
    const report = await assess(collectorOf(scene));
    expect(report.chains.map(({ chain }) => [chain.trailName, chain.sourceRegion])).toEqual([
      ['other_trail', 'eu-west-1'],
      ['t1', 'us-east-1'],
    ]);
    expect(report.verdict).toBe('behind');
  });

  test('without digests nothing is proven; an hour of silence in a busy Region is a suspicion', async () => {
    fake.buckets.clear();
    const chain = new SignedChain(BUCKET, KEY);
    for (let hour = 0; hour < 48; hour++) {
      if (hour === 30 || hour === 31) continue;
      for (const minute of [5, 20, 35, 50]) chain.log(START + hour * HOUR + minute * 60_000);
    }
    fake.buckets.set(BUCKET, chain.buckets.get(BUCKET) ?? new Map());
    const report = await assess({ outcome: () => 'done' }, { hours: 48 });
    expect(report).toMatchObject({ verdict: 'unproven', chains: [], unproven: [{ region: 'us-east-1' }] });
    expect(report.suspicions).toEqual([
      {
        ...{ account: chain.account, region: 'us-east-1', usual: 4 },
        ...{ from: START + 30 * HOUR, to: START + 32 * HOUR },
      },
    ]);
  });

  test('an empty bucket proves nothing', async () => {
    fake.buckets.clear();
    fake.buckets.set(BUCKET, new Map());
    expect(await assess({ outcome: () => undefined })).toMatchObject({ verdict: 'unproven', chains: [] });
  });
});
