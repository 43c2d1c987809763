import type { LogSource } from './source.ts';

/** A source for tests, with what differs. */
export function logSource(over: Partial<LogSource> = {}): LogSource {
  return {
    id: '1247a17f-4d16-4c3f-9002-448752ca8029',
    name: 'CloudTrail',
    type: 'S3Fetcher',
    fetch: { name: 'CloudTrail', intervalMinutes: 60, charset: 'utf_8', timezone: 'UTC' },
    connector: {
      endpointUrl: 'https://s3.amazonaws.com',
      region: 'af-south-1',
      bucket: 'bucket',
      prefix: '',
      credentials: { kind: 'keys', accessKeyId: 'AKIDEXAMPLE' },
      startDate: Date.parse('2024-08-06T08:44:13.220Z'),
      parser: 'CloudTrailLogParser',
      tls: { insecure: false },
    },
    routing: { kind: 'inline', rules: { routing_criterion: [], catch_all: '_logpoint' } },
    normalizers: [{ name: 'CloudTrailCompiledNormalizer', type: 'compiled' }],
    paused: false,
    origin: 'api',
    createdAt: 1_000,
    updatedAt: 1_000,
    ...over,
  };
}
