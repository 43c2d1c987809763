/** A JSON object. */
export type Json = Record<string, unknown>;

/** The body of the create request as Logpoint's guide prints it, for tests. */
export function createBody(): { data: Json } {
  return {
    data: {
      name: 'CloudTrail',
      type: 'S3Fetcher',
      vendor_name: 'AWS',
      logo: '',
      description:
        'Fetches logs from AWS CloudTrail stored in Amazon S3 buckets or third-party services utilizing Amazon S3 storage.',
      config: {
        Source: { name: 'CloudTrail', interval: 60, charset: 'utf_8', timezone: 'UTC' },
        Connector: {
          endpoint_url: 'https://s3.amazonaws.com',
          access_key: 'ABICTDEEXFYGKHQITJ5K',
          secret_key: 'ahbaccdTeA9g5giYcr12+1mwD2VgWgwgbgwGDGhg',
          bucket_name: 'bucket',
          region_name: 'af-south-1',
          filter_date: '2024-08-06T08:44:13.220Z',
          parser: 'CloudTrailLogParser',
          enable_proxy: false,
          protocol: 'http',
        },
        RoutingPolicy: { routing_criterion: [], catch_all: '_logpoint' },
        NormalizationPolicy: {
          normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }],
        },
      },
      documentation_link: 'https://docs.logpoint.com/docs/cloud-trail/en/latest/',
      template_vid: 'LOGSOURCE_99',
      dc_metadata: { template: 'f62308c7-d9e6-4f44-bdc5-ed4371b6fe56', templateVersion: '1' },
    },
  };
}

/** The create body with some members changed: `{'config.Source.interval': '60'}`; undefined takes one away. */
export function bodyWith(changes: Readonly<Record<string, unknown>>): { data: Json } {
  const body = createBody();
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop()!;
    const place = names.reduce((at, name) => at[name] as Json, body.data);
    if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return body;
}

const CONNECTOR = 'config.Connector';
const without = (...paths: string[]) => bodyWith(Object.fromEntries(paths.map((path) => [path, undefined])));

/** Wrong bodies, each with the place of every fault in it. */
export const WRONG_BODIES: readonly (readonly [what: string, body: unknown, faults: readonly string[]])[] = [
  ['no data', {}, ['data']],
  ['data that is a list', { data: [] }, ['data']],
  ['empty data', { data: {} }, ['name', 'type', 'config']],
  ['no name and no type', without('name', 'type'), ['name', 'type']],
  ['an empty name', bodyWith({ name: '' }), ['name']],
  ['a name that is a number', bodyWith({ name: 5 }), ['name']],
  ['a name with a line break', bodyWith({ name: 'a\nb' }), ['name']],
  ['a name of 129 characters', bodyWith({ name: 'x'.repeat(129) }), ['name']],
  ['another type', bodyWith({ type: 'SyslogCollector' }), ['type']],
  ['a misspelt member', bodyWith({ vendor: 'AWS' }), ['vendor']],
  ['a logo that is no Base64', bodyWith({ logo: '<svg/>' }), ['logo']],
  ['a link that runs', bodyWith({ documentation_link: 'javascript:alert(1)' }), ['documentation_link']],
  ['metadata that is a text', bodyWith({ dc_metadata: '{}' }), ['dc_metadata']],
  ['config that is a text', bodyWith({ config: '{}' }), ['config']],
  [
    'an empty config',
    bodyWith({ config: {} }),
    ['config.Source', CONNECTOR, 'config.RoutingPolicy', 'config.NormalizationPolicy'],
  ],
  [
    'an empty Source',
    bodyWith({ 'config.Source': {} }),
    ['config.Source.name', 'config.Source.interval', 'config.Source.charset', 'config.Source.timezone'],
  ],
  ['an interval in a text', bodyWith({ 'config.Source.interval': '60' }), ['config.Source.interval']],
  ['an interval of 0', bodyWith({ 'config.Source.interval': 0 }), ['config.Source.interval']],
  ['an interval of half a minute', bodyWith({ 'config.Source.interval': 0.5 }), ['config.Source.interval']],
  ['an unknown charset', bodyWith({ 'config.Source.charset': 'klingon' }), ['config.Source.charset']],
  [
    'an unknown time zone',
    bodyWith({ 'config.Source.timezone': 'Mars/Olympus' }),
    ['config.Source.timezone'],
  ],
  [
    'an empty Connector',
    bodyWith({ [CONNECTOR]: {} }),
    ['access_key', 'secret_key', 'bucket_name', 'region_name', 'filter_date'].map(
      (name) => `${CONNECTOR}.${name}`,
    ),
  ],
  [
    'an endpoint without a scheme',
    bodyWith({ [`${CONNECTOR}.endpoint_url`]: 's3.amazonaws.com' }),
    [`${CONNECTOR}.endpoint_url`],
  ],
  [
    'an endpoint that is a file',
    bodyWith({ [`${CONNECTOR}.endpoint_url`]: 'file:///etc/passwd' }),
    [`${CONNECTOR}.endpoint_url`],
  ],
  [
    'an endpoint with a password',
    bodyWith({ [`${CONNECTOR}.endpoint_url`]: 'https://me:secret@s3.example' }),
    [`${CONNECTOR}.endpoint_url`],
  ],
  [
    'the metadata service as endpoint',
    bodyWith({ [`${CONNECTOR}.endpoint_url`]: 'http://169.254.169.254' }),
    [`${CONNECTOR}.endpoint_url`],
  ],
  [
    'a bucket with a slash',
    bodyWith({ [`${CONNECTOR}.bucket_name`]: 'logs/AWSLogs' }),
    [`${CONNECTOR}.bucket_name`],
  ],
  [
    'a Region with a space',
    bodyWith({ [`${CONNECTOR}.region_name`]: 'US East' }),
    [`${CONNECTOR}.region_name`],
  ],
  [
    'the 31st of February',
    bodyWith({ [`${CONNECTOR}.filter_date`]: '2024-02-31' }),
    [`${CONNECTOR}.filter_date`],
  ],
  ['a date in seconds', bodyWith({ [`${CONNECTOR}.filter_date`]: 1722933853 }), [`${CONNECTOR}.filter_date`]],
  ['another parser', bodyWith({ [`${CONNECTOR}.parser`]: 'SyslogParser' }), [`${CONNECTOR}.parser`]],
  [
    'a proxy that is on and says nothing',
    bodyWith({ [`${CONNECTOR}.enable_proxy`]: true, [`${CONNECTOR}.protocol`]: undefined }),
    [`${CONNECTOR}.IP`, `${CONNECTOR}.port`, `${CONNECTOR}.protocol`],
  ],
  [
    'a proxy whose members are empty',
    bodyWith({
      [`${CONNECTOR}.enable_proxy`]: { status: true, IP: '', port: null, protocol: '' },
      [`${CONNECTOR}.protocol`]: undefined,
    }),
    ['IP', 'port', 'protocol'].map((name) => `${CONNECTOR}.enable_proxy.${name}`),
  ],
  [
    'a topic that is none, in a private network',
    bodyWith({
      [`${CONNECTOR}.topic_arn`]: 'arn:aws:sqs:eu-west-1:111122223333:queue',
      [`${CONNECTOR}.topic_endpoint_url`]: 'http://169.254.169.254',
    }),
    [`${CONNECTOR}.topic_arn`, `${CONNECTOR}.topic_endpoint_url`],
  ],
  [
    'the endpoint of no topic',
    bodyWith({ [`${CONNECTOR}.topic_endpoint_url`]: 'https://sns.example.com' }),
    [`${CONNECTOR}.topic_endpoint_url`],
  ],
  [
    'a proxy object that is wrong throughout',
    bodyWith({
      [`${CONNECTOR}.enable_proxy`]: { status: 'maybe', IP: 'a b', port: 70_000, protocol: 'socks' },
    }),
    ['status', 'IP', 'port', 'protocol'].map((name) => `${CONNECTOR}.enable_proxy.${name}`),
  ],
  [
    'enable_proxy with a typing error',
    bodyWith({ [`${CONNECTOR}.enable_proxi`]: true }),
    [`${CONNECTOR}.enable_proxi`],
  ],
  [
    'keys beside a profile',
    bodyWith({ [`${CONNECTOR}.credentials`]: { type: 'profile' } }),
    [`${CONNECTOR}.access_key`, `${CONNECTOR}.secret_key`, `${CONNECTOR}.credentials.profile`],
  ],
  [
    'a role without an ARN, with a bad external id',
    bodyWith({ [`${CONNECTOR}.credentials`]: { type: 'role', external_id: 'a b' } }),
    [`${CONNECTOR}.credentials.role_arn`, `${CONNECTOR}.credentials.external_id`],
  ],
  ['a certificate that is none', bodyWith({ [`${CONNECTOR}.tls`]: { ca: 'PEM' } }), [`${CONNECTOR}.tls.ca`]],
  [
    'routing without a catch-all, and a criterion without a key',
    bodyWith({ 'config.RoutingPolicy': { routing_criterion: [{ value: 'x', repository: 'nowhere' }] } }),
    [
      'config.RoutingPolicy.catch_all',
      'config.RoutingPolicy.routing_criterion[0].key',
      'config.RoutingPolicy.routing_criterion[0].repository',
    ],
  ],
  [
    'a catch-all that is not there',
    bodyWith({ 'config.RoutingPolicy.catch_all': 'nowhere' }),
    ['config.RoutingPolicy.catch_all'],
  ],
  [
    'a repo without path and with a retention of -1',
    bodyWith({ 'config.RoutingPolicy.repos': [{ repo_name: 'a b', retention: '-1' }] }),
    ['repo_name', 'path', 'retention'].map((name) => `config.RoutingPolicy.repos[0].${name}`),
  ],
  [
    'no normalizers',
    bodyWith({ 'config.NormalizationPolicy': {} }),
    ['config.NormalizationPolicy.normalizers'],
  ],
  [
    'an unknown normalizer, and one without a type',
    bodyWith({
      'config.NormalizationPolicy.normalizers': [
        { name: 'Other', type: 'compiled' },
        { name: 'CloudTrailCompiledNormalizer' },
      ],
    }),
    ['config.NormalizationPolicy.normalizers[0].name', 'config.NormalizationPolicy.normalizers[1].type'],
  ],
  [
    'an enrichment policy that is not there',
    bodyWith({ 'config.EnrichmentPolicy': 'geo' }),
    ['config.EnrichmentPolicy'],
  ],
  [
    'one fault in each part',
    bodyWith({
      type: 'x',
      'config.Source.charset': 'x',
      [`${CONNECTOR}.bucket_name`]: '!',
      'config.RoutingPolicy.catch_all': 7,
      'config.NormalizationPolicy.normalizers': 'all',
    }),
    [
      'type',
      'config.Source.charset',
      `${CONNECTOR}.bucket_name`,
      'config.RoutingPolicy.catch_all',
      'config.NormalizationPolicy.normalizers',
    ],
  ],
];
