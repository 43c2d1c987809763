import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CreateTrailCommand, StartLoggingCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliOutcome, runHere } from '../../src/cli/run.fixture.ts';
import { ACCOUNT, apiOf, bucketPolicy, cloudTrailOf, s3Of } from '../fault/house-keeping.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const BUCKET = 'proven-logs';
const EVENTS = 12;
/** Generous: the machine may be slow. */
const PATIENCE = 120_000;

let server: TestServer;
beforeAll(async () => {
  // Windows of two seconds: the shortest that stamps of whole seconds allow.
  server = await TestServer.start({ flags: ['--digest-interval', '2s', '--delivery-interval', '500ms'] });
});
afterAll(() => server?.dispose());

interface Report {
  readonly verdict: string;
  readonly chains: readonly Record<string, number>[];
}

/** `opentrail sources …` in this process. */
async function sources(...argv: string[]): Promise<CliOutcome> {
  return runHere(['sources', ...argv], {
    env: {
      OPENTRAIL_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: server.env.AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: server.env.AWS_SECRET_ACCESS_KEY,
      OPENTRAIL_SOURCE_SECRET_KEY: server.env.AWS_SECRET_ACCESS_KEY,
    },
  });
}

async function check(): Promise<Report & { readonly code: number }> {
  const { code, out, err } = await sources('completeness', 'own', '--json');
  if (!out.startsWith('{')) throw new Error(`no report: ${err} ${out}`);
  return { code, ...(JSON.parse(out) as Report) };
}

async function logKeys(): Promise<string[]> {
  const keys: string[] = [];
  const s3 = s3Of(server);
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKET })) {
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
  }
  s3.destroy();
  return keys.filter((key) => key.includes('/CloudTrail/') && key.endsWith('.gz'));
}

/** A repository, routing by criteria, and enrichment, over the API. */
async function makePolicies(): Promise<void> {
  const make = async (kind: string, data: object) => {
    const base = '/configapi/pool/logpoint';
    const { message } = await apiOf(server).request<{ message: string }>('POST', `${base}/${kind}`, { data });
    await until(`${kind} are made`, PATIENCE, async () => {
      const { status } = await apiOf(server).request<{ status: string }>('GET', `/${message}`);
      return status === 'Success';
    });
  };
  await make('Repos', { repo_name: 'proof', path: '/opt/proof', retention: '30' });
  const criteria = [
    { id: 'tens', key: 'event_name', value: 'Do1?', repo: 'proof', tags: ['#tens'], priority: 'high' },
    { key: 'enrich.threat.label', value: 'nobody', operation: 'discard' },
    { key: 'eventName', value: 'Do3', operation: 'Discard entire event' },
  ];
  await make('RoutingPolicies', { policy_name: 'by-name', catch_all: 'default', routing_criteria: criteria });
  const steps = [
    { type: 'accounts', accounts: { [ACCOUNT]: 'production' } },
    { type: 'cidr', name: 'threat', ranges: [{ range: '192.0.2.0/24', label: 'scanner' }] },
  ];
  await make('EnrichmentPolicies', { name: 'threats', steps });
}

describe("a bucket that opentrail's own trail writes, with validation, collected", () => {
  beforeAll(async () => {
    const [s3, trails] = [s3Of(server), cloudTrailOf(server)];
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: bucketPolicy(BUCKET) }));
    await trails.send(
      new CreateTrailCommand({ Name: 'proven', S3BucketName: BUCKET, EnableLogFileValidation: true }),
    );
    await trails.send(new StartLoggingCommand({ Name: 'proven' }));
    for (let at = 0; at < EVENTS; at++) {
      await apiOf(server).post('/v1/events', JSON.stringify(event(at)));
      if (at % 4 === 3) await apiOf(server).call('/v1/flush', {});
    }
    // Calls of this test would make new files for ever.
    await trails.send(new StopLoggingCommand({ Name: 'proven' }));
    await makePolicies();
    const place = ['--bucket', BUCKET, '--region', 'us-east-1', '--s3-endpoint', server.url];
    const added = await sources(
      'add',
      'own',
      ...place,
      '--access-key',
      server.env.AWS_ACCESS_KEY_ID ?? '',
      '--from',
      '-1d',
      ...['--routing-policy', 'by-name', '--enrichment-policy', 'threats'],
    );
    expect(added, server.output).toMatchObject({ code: 0 });
    s3.destroy();
    trails.destroy();
  }, PATIENCE);

  test(
    'is complete, by the digests',
    async () => {
      let report: Awaited<ReturnType<typeof check>> | undefined;
      let files: readonly string[] = [];
      await until('the source is complete', PATIENCE, async () => {
        await sources('run', 'own');
        report = await check();
        files = await logKeys();
        // The last file comes at its time, and the digest that promises it after that.
        return (
          report.verdict === 'complete' && files.length >= 3 && report.chains[0]?.promised === files.length
        );
      });
      expect(report).toMatchObject({
        code: 0,
        chains: [{ promised: files.length, in: files.length, missing: 0, changed: 0, unlisted: 0 }],
      });
      const shown = await sources('completeness', 'own');
      expect(shown.out).toContain('complete: everything that was promised is in');
      expect(shown.out).toContain(`${ACCOUNT} us-east-1, trail proven`);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toContain('opentrail_source_complete{source="own"} 1');
    },
    PATIENCE,
  );

  test(
    'is not complete when a file is gone and another is forged, and an event says so',
    async () => {
      const s3 = s3Of(server);
      const [gone = '', forged = ''] = await logKeys();
      await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: gone }));
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: forged, Body: gzipSync('{"Records":[]}') }));
      s3.destroy();
      const report = await check();
      expect(report).toMatchObject({ code: 1, verdict: 'incomplete', chains: [{ removed: 1, changed: 1 }] });
      const shown = await sources('completeness', 'own');
      expect(shown.out).toContain(`removed: ${gone}`);
      expect(shown.out).toContain(`changed: ${forged}`);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toContain('opentrail_source_complete{source="own"} 0');
      expect(metrics).toContain('opentrail_source_promised_files{source="own",fate="removed"} 1');
      await until('the event is found', PATIENCE, async () => {
        const found = await server.opentrail(
          'lookup',
          '--event-name',
          'SourceIncomplete',
          '--output',
          'json',
        );
        return found.includes('"source":"own"') && found.includes('"changed":1');
      });
    },
    PATIENCE,
  );

  test(
    'lies where the rules say, enriched, and says by which rule',
    async () => {
      const search = async (query: string) => {
        const out = await server.opentrail('search', query, '--from', '-1d', '--output', 'ndjson');
        return out.split('\n').filter((line) => line !== '');
      };
      const all = 'source:proof.example.com -repo:history';
      await until('all but the dropped one are in their repositories', PATIENCE, async () => {
        return (await search(all)).length === EVENTS - 1;
      });
      expect(await search(`${all} name:Do3`)).toEqual([]);
      expect(await search(`${all} repo:proof`)).toHaveLength(2);
      expect(await search(`${all} repo:proof #tens priority:high rule:tens*`)).toHaveLength(2);
      expect(await search(`${all} repo:default tag:cloudtrail priority:low`)).toHaveLength(EVENTS - 3);
      expect(await search(`${all} enrich.threat.label:scanner`)).toHaveLength(EVENTS - 1);
      expect(await search(`${all} enrich.account.recipient:production`)).toHaveLength(EVENTS - 1);
    },
    PATIENCE,
  );

  test('wrong questions have all their faults named', async () => {
    const { code, err } = await sources('completeness', 'own', '--from', '2026-13-01', '--to', 'soon');
    expect(code).not.toBe(0);
    expect(err).toContain('from');
    expect(err).toContain('to');
    const long = await sources('completeness', 'own', '--from', '-200d');
    expect(long.err).toContain('92 days');
  });
});

function event(at: number): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', accountId: ACCOUNT, userName: 'alice' },
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    ...{ eventSource: 'proof.example.com', eventName: `Do${at}`, awsRegion: 'us-east-1' },
    ...{ sourceIPAddress: '192.0.2.1', eventID: randomUUID(), readOnly: false, eventType: 'AwsApiCall' },
    ...{ managementEvent: true, recipientAccountId: ACCOUNT, eventCategory: 'Management' },
  };
}
