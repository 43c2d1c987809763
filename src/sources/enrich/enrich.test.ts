import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEnrichment, type Enrichment, type FileStatus, readEnrichmentSteps } from './index.ts';
import { writeMmdb } from './mmdb.fixture.ts';

const CITY = writeMmdb('GeoLite2-City', [
  [
    '81.2.69.0/24',
    {
      continent: { code: 'EU' },
      country: { iso_code: 'GB', names: { de: 'Vereinigtes Königreich', en: 'United Kingdom' } },
      subdivisions: [{ iso_code: 'ENG', names: { en: 'England' } }],
      city: { names: { en: 'London' } },
      location: { latitude: 51.5142, longitude: -0.0931, time_zone: 'Europe/London' },
    },
  ],
  ['2001:db8::/32', { country: { iso_code: 'DE' } }],
]);
const ASN = writeMmdb('GeoLite2-ASN', [
  ['81.2.64.0/18', { autonomous_system_number: 20712, autonomous_system_organization: 'Andrews & Arnold' }],
]);
const RECORD = {
  sourceIPAddress: '81.2.69.160',
  userIdentity: { accountId: '111122223333' },
  recipientAccountId: '222233334444',
  resources: [{ accountId: '999999999999' }, { accountId: '111122223333' }],
};

let root: string;
let directory: string;
let enrichment: Enrichment;
let changes: FileStatus[];
let folders = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'opentrail-enrich-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  directory = join(root, String(folders++));
  await mkdir(directory);
  changes = [];
  enrichment = createEnrichment({
    directory,
    now: () => 1_000,
    onChange: (status) => changes.push(status),
    maxBytes: 100_000,
  });
});

const put = (file: string, content: string | Buffer) => writeFile(join(directory, file), content);

async function open(steps: unknown) {
  const read = readEnrichmentSteps(steps);
  if (read.kind === 'refused') throw new Error(JSON.stringify(read.faults));
  const { enrich } = await enrichment.open(read.policy);
  return (record: unknown = RECORD) => Object.fromEntries(enrich(record));
}

describe('a policy', () => {
  test('adds place and network of an address', async () => {
    await put('city.mmdb', CITY);
    await put('asn.mmdb', ASN);
    const enrich = await open([
      { type: 'geoip', file: 'city.mmdb' },
      { type: 'asn', file: 'asn.mmdb' },
    ]);
    expect(enrich()).toEqual({
      'enrich.geo.continent_code': 'EU',
      'enrich.geo.country_code': 'GB',
      'enrich.geo.country_name': 'United Kingdom',
      'enrich.geo.region_code': 'ENG',
      'enrich.geo.region_name': 'England',
      'enrich.geo.city_name': 'London',
      'enrich.geo.latitude': '51.5142',
      'enrich.geo.longitude': '-0.0931',
      'enrich.geo.timezone': 'Europe/London',
      'enrich.as.as_number': '20712',
      'enrich.as.as_organization': 'Andrews & Arnold',
    });
    expect(enrich({ sourceIPAddress: '2001:db8::7' })).toEqual({ 'enrich.geo.country_code': 'DE' });
    expect(enrich({ sourceIPAddress: '::ffff:81.2.69.1' })).toMatchObject({
      'enrich.geo.country_code': 'GB',
    });
    for (const none of ['10.0.0.1', 'AWS Internal', 'cloudtrail.amazonaws.com', '', null, 5, {}]) {
      expect(enrich({ sourceIPAddress: none })).toEqual({});
    }
    expect(enrichment.status().map(({ state, text }) => `${state}: ${text}`)).toEqual([
      'ready: GeoLite2-City, built 2026-10-01',
      'ready: GeoLite2-ASN, built 2026-10-01',
    ]);
  });

  test('adds only what is asked for, and a later step may look up what an earlier one added', async () => {
    await put('asn.mmdb', ASN);
    await put('providers.csv', 'number,kind\n20712,hosting\n');
    const enrich = await open([
      { type: 'asn', file: 'asn.mmdb', add: ['as_number'] },
      { type: 'table', name: 'provider', file: 'providers.csv', field: 'enrich.as.as_number' },
    ]);
    expect(enrich()).toEqual({ 'enrich.as.as_number': '20712', 'enrich.provider.kind': 'hosting' });
  });

  test('looks up tables by key, the first value that is in it', async () => {
    await put('owners.csv', 'team,account,cost\nblue,111122223333,7\n');
    const enrich = await open([
      {
        type: 'table',
        name: 'owner',
        file: 'owners.csv',
        key: 'account',
        field: 'resources.accountId',
        add: ['team'],
      },
      { type: 'table', rows: { '222233334444': { stage: 'prod' } }, field: 'recipientAccountId' },
    ]);
    expect(enrich()).toEqual({ 'enrich.owner.team': 'blue', 'enrich.table.stage': 'prod' });
  });

  test('knows ranges of addresses from a file and from the policy', async () => {
    await put('threats.txt', '81.2.69.0/24,scanner\n');
    const enrich = await open([
      { type: 'cidr', name: 'threat', file: 'threats.txt' },
      { type: 'cidr', name: 'own', ranges: ['10.0.0.0/8', { range: '81.0.0.0/8', label: 'branch' }] },
    ]);
    expect(enrich()).toEqual({
      'enrich.threat.range': '81.2.69.0/24',
      'enrich.threat.label': 'scanner',
      'enrich.own.range': '81.0.0.0/8',
      'enrich.own.label': 'branch',
    });
    expect(enrich({ sourceIPAddress: '10.1.1.1' })).toEqual({ 'enrich.own.range': '10.0.0.0/8' });
  });

  test.each([
    ['accounts.csv', 'account,name\n111122223333,prod\n222233334444,audit\n'],
    ['accounts.csv', 'id,email,name\n111122223333,a@b,prod\n222233334444,c@d,audit\n'],
    ['accounts.json', '{"111122223333":"prod","222233334444":{"name":"audit"}}'],
  ])('names accounts from %s: %s', async (file, text) => {
    await put(file, text);
    const enrich = await open([{ type: 'accounts', file }]);
    expect(enrich()).toEqual({ 'enrich.account.caller': 'prod', 'enrich.account.recipient': 'audit' });
  });

  test('never changes the record', async () => {
    const record = structuredClone(RECORD);
    const enrich = await open([{ type: 'accounts', accounts: { '111122223333': 'prod' } }]);
    expect(enrich(record)).toEqual({ 'enrich.account.caller': 'prod' });
    expect(record).toEqual(RECORD);
  });

  test.each([null, 5, 'x', [], { userIdentity: [] }, { sourceIPAddress: [['81.2.69.160']] }])(
    'adds nothing to %j',
    async (record) => {
      await put('city.mmdb', CITY);
      const steps = [
        { type: 'geoip', file: 'city.mmdb' },
        { type: 'accounts', accounts: { '111122223333': 'prod' } },
      ];
      expect((await open(steps))(record)).toEqual({});
    },
  );
});

describe('a file', () => {
  const steps = [{ type: 'table', file: 't.csv', field: 'recipientAccountId' }];

  test('that is not there takes its step away, counted; when it comes it is read', async () => {
    const enrich = await open([...steps, { type: 'accounts', accounts: { '111122223333': 'prod' } }]);
    expect(enrich()).toEqual({ 'enrich.account.caller': 'prod' });
    expect(enrichment.counts).toEqual({ records: 1, degraded: 1, failedLookups: 0, failedFiles: 1 });
    expect(enrichment.status()).toEqual([{ file: 't.csv', state: 'unavailable', text: 'is not there' }]);
    await enrichment.refresh();
    expect(enrichment.counts.failedFiles).toBe(1);
    await put('t.csv', 'account,team\n222233334444,red\n');
    await enrichment.refresh();
    expect(enrich()).toMatchObject({ 'enrich.table.team': 'red' });
    expect(enrichment.counts).toMatchObject({ records: 2, degraded: 1 });
    expect(changes.map(({ state }) => state)).toEqual(['unavailable', 'ready']);
    expect(enrichment.status()).toEqual([
      { file: 't.csv', state: 'ready', text: '1 rows', loadedAt: 1_000, entries: 1 },
    ]);
  });

  test('that changes is read again without a restart', async () => {
    await put('t.csv', 'account,team\n222233334444,red\n');
    const enrich = await open(steps);
    await put('t.csv', 'account,team\n222233334444,blue!\n');
    await enrichment.refresh();
    expect(enrich()).toEqual({ 'enrich.table.team': 'blue!' });
  });

  test('that is broken later leaves what was read before', async () => {
    await put('t.csv', 'account,team\n222233334444,red\n');
    const enrich = await open(steps);
    await put('t.csv', 'account,team\n"222233334444,blue\n');
    await enrichment.refresh();
    expect(enrich()).toEqual({ 'enrich.table.team': 'red' });
    expect(enrichment.status()).toMatchObject([
      { state: 'stale', text: 'is no CSV: line 2: a quote is not closed' },
    ]);
    await rm(join(directory, 't.csv'));
    await enrichment.refresh();
    expect(enrichment.status()).toMatchObject([{ state: 'stale', text: 'is not there' }]);
    expect(enrich()).toEqual({ 'enrich.table.team': 'red' });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['noise', Buffer.alloc(2_000, 7)],
    ['the first half', CITY.subarray(0, CITY.length >> 1)],
  ])('that is no database but %s degrades', async (_what, bytes) => {
    await put('city.mmdb', bytes);
    const enrich = await open([{ type: 'geoip', file: 'city.mmdb' }]);
    expect(enrich()).toEqual({});
    expect(enrichment.counts).toMatchObject({ degraded: 1, failedFiles: 1 });
    expect(enrichment.status()).toMatchObject([
      { state: 'unavailable', text: expect.stringContaining('is no MaxMind database') },
    ]);
  });

  test('that is damaged inside is counted at the look-up', async () => {
    const bytes = Buffer.from(CITY);
    bytes.fill(0, bytes.indexOf('continent') - 1, bytes.indexOf('continent') + 4);
    await put('city.mmdb', bytes);
    const enrich = await open([{ type: 'geoip', file: 'city.mmdb' }]);
    expect(enrich()).toEqual({});
    expect(enrichment.counts).toMatchObject({ degraded: 1, failedLookups: 1 });
  });

  test('that is too large, or no file, is not read', async () => {
    await put('t.csv', `account,team\n${'x'.repeat(100_000)}\n`);
    await open(steps);
    expect(enrichment.status()[0]?.text).toBe('would bring all files to more than 100000 bytes');
    await mkdir(join(directory, 'd.csv'));
    await open([{ type: 'table', file: 'd.csv', field: 'x' }]);
    expect(enrichment.status()[1]?.text).toBe('is no regular file');
  });

  test('is in memory once, and leaves it with its last policy', async () => {
    await put('t.csv', 'account,team\n222233334444,red\n');
    const read = readEnrichmentSteps(steps);
    if (read.kind === 'refused') throw new Error('refused');
    const [one, other] = [await enrichment.open(read.policy), await enrichment.open(read.policy)];
    expect(enrichment.status()).toHaveLength(1);
    one.close();
    one.close();
    expect(enrichment.status()).toHaveLength(1);
    other.close();
    expect(enrichment.status()).toHaveLength(0);
  });
});

describe('steps', () => {
  const faultsOf = (json: unknown) => {
    const read = readEnrichmentSteps(json);
    return read.kind === 'refused' ? read.faults.map(({ at, message }) => `${at} ${message}`.trim()) : [];
  };
  const table = { type: 'table', file: 'a.csv', field: 'x' };

  test.each([
    [{}, 'must be a list'],
    [[5], '[0] must be an object'],
    [[{}], '[0].type must be one of geoip, asn, table, cidr, accounts'],
    [[{ type: 'script' }], '[0].type must be one of'],
    [[{ type: 'geoip' }], '[0].file is mandatory'],
    [[{ type: 'geoip', file: '../x.mmdb' }], '[0].file must be a path below'],
    [[{ type: 'geoip', file: '/etc/x.mmdb' }], '[0].file must be a path below'],
    [[{ type: 'geoip', file: 'a/./x.mmdb' }], '[0].file must be a path below'],
    [[{ type: 'geoip', file: 'a\u0000.mmdb' }], '[0].file must be a path below'],
    [[{ type: 'geoip', file: 'shadow' }], '[0].file must end in .mmdb'],
    [[{ type: 'geoip', file: 'x.mmdb', add: ['nonsense'] }], '[0].add[0] must be one of continent_code'],
    [[{ type: 'geoip', file: 'x.mmdb', ad: [] }], '[0].ad is not known here'],
    [[{ ...table, field: undefined }], '[0].field is mandatory'],
    [[{ ...table, field: 'a..b' }], '[0].field must be names'],
    [[{ ...table, rows: {} }], '[0].file or rows must be given, and not both'],
    [[{ type: 'table', field: 'x' }], '[0].file or rows must be given'],
    [[{ type: 'table', field: 'x', rows: { a: 5 } }], '[0].rows.a must be an object'],
    [[{ type: 'table', field: 'x', rows: { a: { b: 5 } } }], '[0].rows.a must have texts'],
    [[{ ...table, name: 'Big' }], '[0].name must be a small letter'],
    [[table, table], '[1].name is the name of an earlier step: table'],
    [[{ type: 'cidr', ranges: ['10.0.0.0/33'] }], '[0].ranges[0].range must be a range'],
    [[{ type: 'cidr', ranges: [5] }], '[0].ranges[0] must be a range'],
    [[{ type: 'accounts', accounts: { '1': 'x' } }], '[0].accounts.1 must be an account id'],
    [[{ type: 'accounts', accounts: { '111122223333': '' } }], '[0].accounts.111122223333 must be a name'],
  ])('%j are refused', (json, fault) => {
    const faults = faultsOf(json);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(fault)).toBe(true);
  });

  test('with many faults are refused with all of them', () => {
    expect(faultsOf([{ type: 'geoip', name: 'X', add: 5 }, 5, { type: 'cidr' }])).toHaveLength(5);
  });
});
