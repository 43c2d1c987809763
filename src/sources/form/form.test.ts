import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogSource } from '../index.ts';
import type { Read } from '../policy/index.ts';
import type { FormChecks } from './checks.ts';
import { isTimezone, readDate } from './read-date.ts';
import {
  readEnrichmentForm,
  readNormalizationForm,
  readNormalizerForm,
  readRepoForm,
  readRoutingForm,
} from './read-policies.ts';
import { readSource, type SourceForm } from './read-source.ts';
import { writePolicy, writeSource } from './write-source.ts';
import { bodyWith, createBody, WRONG_BODIES } from './wrong-bodies.fixture.ts';

const CHECKS: FormChecks = {
  repoExists: (name) => ['default', '_logpoint'].includes(name),
  policyExists: (kind, name) => name === `${kind}-1`,
  normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }],
  checkMapping: ({ fields }) => (fields === undefined ? [{ at: 'fields', message: 'is mandatory' }] : []),
  isAllowedAddress: (address) => !address.startsWith('169.254.'),
  checkEnrichment: (policy) =>
    Array.isArray(policy.steps) ? [] : [{ at: 'steps', message: 'is mandatory' }],
};

function read(body: { data: unknown }, over: Partial<FormChecks> = {}): SourceForm {
  const outcome = readSource(body.data, { ...CHECKS, ...over });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.faults));
  return outcome.policy;
}

const placesOf = (outcome: Read<unknown>) =>
  outcome.kind === 'refused' ? outcome.faults.map(({ at }) => at).sort() : [];

const SECRETS_OF_THE_FORM = ['secretAccessKey', 'sessionToken', 'proxyPassword'];

function sourceOf(form: SourceForm): LogSource {
  const { secrets, keep, repos, ...rest } = form;
  expect(SECRETS_OF_THE_FORM.filter((name) => JSON.stringify(rest).includes(name))).toEqual([]);
  return { ...rest, id: 'ID', origin: 'api', createdAt: 0, updatedAt: 0 };
}

describe('the form of a source', () => {
  it("is read as Logpoint's guide prints it", () => {
    const { secrets, keep, repos, ...source } = read(createBody());
    expect(source).toMatchObject({
      name: 'CloudTrail',
      vendorName: 'AWS',
      templateVid: 'LOGSOURCE_99',
      fetch: { name: 'CloudTrail', intervalMinutes: 60, charset: 'utf_8', timezone: 'UTC' },
      connector: {
        endpointUrl: 'https://s3.amazonaws.com',
        region: 'af-south-1',
        bucket: 'bucket',
        prefix: '',
        credentials: { kind: 'keys', accessKeyId: 'ABICTDEEXFYGKHQITJ5K' },
        startDate: Date.UTC(2024, 7, 6, 8, 44, 13, 220),
        parser: 'CloudTrailLogParser',
        tls: { insecure: false },
      },
      routing: { kind: 'inline', rules: { routing_criterion: [], catch_all: '_logpoint' } },
      paused: false,
    });
    expect(source.connector.proxy).toBeUndefined();
    expect(secrets).toEqual({ secretAccessKey: 'ahbaccdTeA9g5giYcr12+1mwD2VgWgwgbgwGDGhg' });
    expect([keep, repos]).toEqual([[], []]);
  });

  it.each(WRONG_BODIES)('names all that is wrong: %s', (_what, body, faults) => {
    const outcome = readSource((body as { data?: unknown }).data, CHECKS);
    expect(placesOf(outcome)).toEqual([...faults].sort());
    const said = JSON.stringify(outcome);
    expect(said).not.toContain('ahbaccdTeA9g5giYcr12');
    expect(said).not.toContain('me:secret');
  });

  it.each([
    [{ enable_proxy: { status: true, IP: '10.0.0.1', port: '3128', protocol: 'HTTP' } }, 'http'],
    [{ enable_proxy: true, IP: '10.0.0.1', port: 3128, protocol: 'https' }, 'https'],
    [{ enable_proxy: { status: 'true', ip: '10.0.0.1', port: 3128 }, protocol: 'HTTP' }, 'http'],
  ])('takes both forms of a proxy: %j', (members, protocol) => {
    const changes = Object.entries(members).map(([name, value]) => [`config.Connector.${name}`, value]);
    expect(read(bodyWith(Object.fromEntries(changes))).connector.proxy).toEqual({
      host: '10.0.0.1',
      port: 3128,
      protocol,
    });
  });

  it('keeps the password of a proxy apart', () => {
    const proxy = { status: true, IP: 'proxy', port: 1, protocol: 'http', username: 'me', password: 'pw' };
    const form = read(bodyWith({ 'config.Connector.enable_proxy': proxy }));
    expect(form.connector.proxy).toEqual({ host: 'proxy', port: 1, protocol: 'http', user: 'me' });
    expect(form.secrets.proxyPassword).toBe('pw');
  });

  const OTHERS: readonly (readonly [string, Record<string, unknown>])[] = [
    ['session', { session_token: 't' }],
    [
      'profile',
      { access_key: undefined, secret_key: undefined, credentials: { type: 'profile', profile: 'p' } },
    ],
    ['instance', { access_key: undefined, secret_key: undefined, credentials: { type: 'instance' } }],
    ['none', { access_key: undefined, secret_key: undefined, credentials: { type: 'none' } }],
    [
      'role',
      {
        credentials: {
          type: 'role',
          role_arn: 'arn:aws:iam::111111111111:role/x',
          external_id: 'e-1',
          session_name: 'me',
          sts_endpoint_url: 'https://sts.example',
        },
      },
    ],
    [
      'role',
      {
        access_key: undefined,
        secret_key: undefined,
        credentials: { type: 'role', role_arn: 'arn:aws:iam::111111111111:role/x', base: 'instance' },
      },
    ],
    [
      'role',
      {
        access_key: undefined,
        secret_key: undefined,
        credentials: {
          type: 'role',
          role_arn: 'arn:aws:iam::111111111111:role/x',
          base: 'profile',
          profile: 'p',
        },
      },
    ],
  ];
  it.each(OTHERS)('takes credentials of kind %s, and what GET answers can be sent back', (kind, members) => {
    const changes = Object.entries(members).map(([name, value]) => [`config.Connector.${name}`, value]);
    const source = sourceOf(read(bodyWith(Object.fromEntries(changes))));
    expect(source.connector.credentials.kind).toBe(kind);
    const answered = JSON.parse(JSON.stringify(writeSource(source)));
    expect(JSON.stringify(answered)).not.toContain('ahbaccdTeA9g5giYcr12');
    expect(sourceOf(read({ data: answered }, { current: source }))).toEqual(source);
  });

  it('answers everything that a form can hold', () => {
    const source = sourceOf(
      read(
        bodyWith({
          active: false,
          'config.Connector.prefix': 'org/',
          'config.Connector.path_style': false,
          'config.Connector.queue_url': 'https://sqs.eu-west-1.amazonaws.com/111111111111/news',
          'config.Connector.topic_arn': 'arn:aws:sns:eu-west-1:111111111111:news',
          'config.Connector.topic_endpoint_url': 'https://sns.example.com',
          'config.Connector.tls': { insecure: true },
          'config.Connector.enable_proxy': {
            status: true,
            IP: '::1',
            port: 1,
            protocol: 'HTTPS',
            username: 'u',
          },
          'config.RoutingPolicy': { policy: 'routing-1' },
          'config.NormalizationPolicy': { policy: 'normalization-1' },
          'config.EnrichmentPolicy': { EnrichmentPolicy: 'enrichment-1' },
        }),
      ),
    );
    expect(source).toMatchObject({
      paused: true,
      enrichmentPolicy: 'enrichment-1',
      connector: { prefix: 'org' },
    });
    expect(sourceOf(read({ data: writeSource(source) }, { current: source }))).toEqual(source);
  });

  it('takes repositories to make beside the source', () => {
    const repos = [{ repo_name: 'audit', path: '/opt/x', retention: '90', remote_logpoint: 'lp2' }];
    const form = read(
      bodyWith({ 'config.RoutingPolicy': { repos, catch_all: 'audit', routing_criterion: [] } }),
    );
    expect(form.repos).toEqual([
      { name: 'audit', paths: [{ path: '/opt/x', retentionDays: 90 }], remote: 'lp2' },
    ]);
    expect(form.routing).toEqual({ kind: 'inline', rules: { catch_all: 'audit', routing_criterion: [] } });
  });

  describe('on an edit', () => {
    const current = sourceOf(read(createBody()));
    const noSecret = (changes: Record<string, unknown> = {}) =>
      bodyWith({ 'config.Connector.secret_key': undefined, ...changes });

    it('keeps a secret that is left out', () => {
      expect(read(noSecret(), { current }).keep).toEqual(['secretAccessKey']);
      expect(read(createBody(), { current }).keep).toEqual([]);
    });

    it('asks for the secret of another access key', () => {
      const outcome = readSource(noSecret({ 'config.Connector.access_key': 'OTHER' }).data, {
        ...CHECKS,
        current,
      });
      expect(placesOf(outcome)).toEqual(['config.Connector.secret_key']);
    });

    it('never sends a stored session token or password to another place', () => {
      const proxy = { status: true, IP: 'proxy', port: 1, protocol: 'http', username: 'me', password: 'pw' };
      const before = sourceOf(
        read(bodyWith({ 'config.Connector.session_token': 't', 'config.Connector.enable_proxy': proxy })),
      );
      const { password: _password, ...known } = proxy;
      const form = (changes: Record<string, unknown>) =>
        readSource(
          noSecret({
            'config.Connector.credentials': { type: 'session' },
            'config.Connector.enable_proxy': known,
            ...changes,
          }).data,
          { ...CHECKS, current: before },
        );
      const same = form({});
      expect(same.kind === 'read' && same.policy.keep).toEqual([
        'secretAccessKey',
        'sessionToken',
        'proxyPassword',
      ]);
      const otherProxy = form({ 'config.Connector.enable_proxy': { ...known, IP: 'evil' } });
      expect(otherProxy.kind === 'read' && otherProxy.policy.keep).toEqual([
        'secretAccessKey',
        'sessionToken',
      ]);
      for (const member of ['endpoint_url', 'queue_url']) {
        expect(placesOf(form({ [`config.Connector.${member}`]: 'https://evil.example/q' }))).toEqual([
          'config.Connector.session_token',
        ]);
      }
    });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(createBody().data)), (value, member) => {
        readSource(value, CHECKS);
        readSource(bodyWith({ [member]: value }).data, CHECKS);
        for (const part of [
          'Source',
          'Connector',
          'RoutingPolicy',
          'NormalizationPolicy',
          'EnrichmentPolicy',
        ]) {
          readSource(bodyWith({ [`config.${part}`]: value }).data, CHECKS);
        }
        for (const form of [readRoutingForm, readNormalizationForm, readEnrichmentForm]) form(value, CHECKS);
        readRepoForm(value);
      }),
      { numRuns: 300 },
    );
  });
});

describe('dates', () => {
  it.each([
    ['2024-08-06', 'UTC', '2024-08-06T00:00:00.000Z'],
    ['2024-08-06', 'Europe/Berlin', '2024-08-05T22:00:00.000Z'],
    ['2024-01-06 08:00', 'America/New_York', '2024-01-06T13:00:00.000Z'],
    ['2024-03-31T12:00:00', 'Europe/Berlin', '2024-03-31T10:00:00.000Z'],
    ['2024-08-06T08:44:13.220Z', 'Asia/Tokyo', '2024-08-06T08:44:13.220Z'],
    ['2024-08-06T08:44:13+05:30', 'UTC', '2024-08-06T03:14:13.000Z'],
    ['2024-08-06T08:44:13-0800', 'UTC', '2024-08-06T16:44:13.000Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(new Date(readDate(text, zone)!).toISOString()).toBe(expected);
  });

  it.each(['', 'yesterday', '2024-13-01', '2024-02-30', '2024-01-01T25:00', '20240101', '2024-08-06Z'])(
    '%j is none',
    (text) => expect(readDate(text, 'UTC')).toBeUndefined(),
  );

  it.each([
    ['Europe/Paris', true],
    ['UTC', true],
    ['Nowhere/Land', false],
    ['', false],
  ])('the time zone %j: %s', (name, expected) => expect(isTimezone(name)).toBe(expected));
});

describe('the forms of policies', () => {
  const keep = { id: 'ID', builtIn: false, createdAt: 0, updatedAt: 0 };
  const must = <T>(outcome: Read<T>): T => {
    if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.faults));
    return outcome.policy;
  };

  it('read repositories in both spellings, and answer what can be sent back', () => {
    const expected = { name: 'r', paths: [{ path: '/p', retentionDays: 30 }], remote: 'lp2' };
    const plain = { repo_name: 'r', path: '/p', retention: 30, remote_logpoint: 'lp2' };
    const own = {
      name: 'r',
      hiddenrepopath: [{ path: '/p', retention: '30' }],
      repoha: [{ ha_li: 'lp2', ha_day: 7 }],
    };
    expect(must(readRepoForm(plain))).toEqual(expected);
    expect(must(readRepoForm(own))).toEqual(expected);
    expect(must(readRepoForm(writePolicy('repo', { ...keep, ...expected })))).toEqual(expected);
    expect(placesOf(readRepoForm({ name: '-x', hiddenrepopath: [] }))).toEqual(['hiddenrepopath', 'name']);
  });

  it("read routing policies as Logpoint's page prints them", () => {
    const data = {
      catch_all: 'default',
      routing_criteria: [
        { repo: '_logpoint', drop: 'store', type: 'KeyPresent', key: 'aa', value: '' },
        { repo: '', drop: 'store', type: 'KeyPresentValueMatches', key: 'hh', value: 'oo' },
      ],
      policy_name: 'testPolicy',
    };
    const policy = must(readRoutingForm(data, CHECKS));
    expect(policy.name).toBe('testPolicy');
    expect(must(readRoutingForm(writePolicy('routing', { ...keep, ...policy }), CHECKS))).toEqual(policy);
    expect(placesOf(readRoutingForm({ routing_criteria: [{}], catch_all: 'x' }, CHECKS))).toEqual([
      'catch_all',
      'policy_name',
      'routing_criteria[0].key',
    ]);
  });

  it('read normalization policies', () => {
    const normalizers = CHECKS.normalizers;
    const compiled = { name: 'np', compiled_normalizer: 'CloudTrailCompiledNormalizer' };
    expect(must(readNormalizationForm(compiled, CHECKS))).toEqual({ name: 'np', normalizers });
    const policy = must(readNormalizationForm({ name: 'np', description: 'd', normalizers }, CHECKS));
    expect(must(readNormalizationForm(writePolicy('normalization', { ...keep, ...policy }), CHECKS))).toEqual(
      policy,
    );
    expect(
      placesOf(readNormalizationForm({ compiled_normalizer: 'A', norm_packages: ['x'] }, CHECKS)),
    ).toEqual(['name', 'norm_packages', 'normalizers[0].name']);
  });

  it('read normalizers, whose mapping others judge', () => {
    const policy = must(readNormalizerForm({ name: 'team', description: 'd', fields: [] }, CHECKS));
    expect(policy).toEqual({ name: 'team', description: 'd', mapping: { fields: [] } });
    expect(must(readNormalizerForm(writePolicy('normalizer', { ...keep, ...policy }), CHECKS))).toEqual(
      policy,
    );
    for (const name of ['CloudTrailCompiledNormalizer', 'ecs', 'policy']) {
      expect(placesOf(readNormalizerForm({ name, type: 'compiled' }, CHECKS))).toEqual([
        ...['fields', 'name', 'type'],
      ]);
    }
  });

  it('read enrichment policies, whose steps others judge', () => {
    const policy = must(readEnrichmentForm({ name: 'geo', steps: [{ kind: 'x' }] }, CHECKS));
    expect(policy).toEqual({ name: 'geo', policy: { steps: [{ kind: 'x' }] } });
    expect(must(readEnrichmentForm(writePolicy('enrichment', { ...keep, ...policy }), CHECKS))).toEqual(
      policy,
    );
    expect(placesOf(readEnrichmentForm({ specifications: [] }, CHECKS))).toEqual([
      'name',
      'specifications',
      'steps',
    ]);
  });
});
