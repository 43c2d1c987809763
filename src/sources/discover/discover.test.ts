import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discover } from './discover.ts';

let server: Server;
let endpoint: string;
let asked: string[];
/** By operation, or by operation and Region. */
let answers: Map<string, (question: Record<string, unknown>) => { status?: number; body: unknown }>;

const refusal =
  (code: string, message = code) =>
  () => ({ status: 400, body: { __type: code, message } });
const answer = (body: unknown) => () => ({ body });

/** An account that answers as CloudTrail, S3 and Organizations do. */
beforeEach(async () => {
  asked = [];
  answers = new Map();
  server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += String(chunk);
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(req.headers.authorization ?? '')?.[1];
    const operation =
      String(req.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) || `GetBucketLocation ${req.url?.split(/[/?]/)[1]}`;
    asked.push(`${operation} ${region}`);
    const make =
      answers.get(`${operation} ${region}`) ??
      answers.get(operation) ??
      refusal('AccessDeniedException', 'no');
    const { status = 200, body } = make(text === '' ? {} : (JSON.parse(text) as Record<string, unknown>));
    res.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const trail = (name: string, over: object = {}) => ({
  Name: name,
  S3BucketName: 'logs',
  HomeRegion: 'us-east-1',
  TrailARN: `arn:aws:cloudtrail:us-east-1:111111111111:trail/${name}`,
  IsMultiRegionTrail: true,
  ...over,
});
const location = (text: string) =>
  answer(`<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`);

const ask = (regions = ['us-east-1']) =>
  discover({
    client: {
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x' },
      maxAttempts: 1,
    },
    regions,
    endpoint,
  });

describe('discovery', () => {
  it('groups trails by where they deliver, and finds the Region of each bucket', async () => {
    answers.set(
      'DescribeTrails',
      answer({
        trailList: [
          trail('a', { LogFileValidationEnabled: true, IsOrganizationTrail: true }),
          trail('b'),
          trail('c', { S3KeyPrefix: 'audit/', KmsKeyId: 'key' }),
          trail('d', { S3BucketName: 'old' }),
        ],
      }),
    );
    answers.set(
      'GetTrailStatus',
      answer({ IsLogging: true, LatestDeliveryTime: 1_700_000_000, LatestDeliveryError: 'AccessDenied' }),
    );
    answers.set('GetBucketLocation logs', location('eu-central-1'));
    answers.set('GetBucketLocation old', location('EU'));
    const { places, skipped } = await ask();
    expect(skipped).toEqual([]);
    expect(
      places.map(({ bucket, prefix, region, trails }) => [
        bucket,
        prefix,
        region,
        trails.map(({ name }) => name),
      ]),
    ).toEqual([
      ['logs', '', 'eu-central-1', ['a', 'b']],
      ['logs', 'audit', 'eu-central-1', ['c']],
      ['old', '', 'eu-west-1', ['d']],
    ]);
    expect(places[0]?.trails[0]).toMatchObject({
      hasDigests: true,
      isOrganization: true,
      lastDelivery: 1_700_000_000_000,
      deliveryError: 'AccessDenied',
    });
    expect(places[1]?.trails[0]).toMatchObject({ kmsKeyId: 'key', hasDigests: false });
    // Once a bucket.
    expect(asked.filter((one) => one.startsWith('GetBucketLocation logs'))).toHaveLength(1);
  });

  it('skips idle trails, and trails without a bucket', async () => {
    answers.set(
      'DescribeTrails',
      answer({ trailList: [trail('idle'), trail('none', { S3BucketName: undefined })] }),
    );
    answers.set('GetTrailStatus', answer({ IsLogging: false, StopLoggingTime: 1_700_000_000 }));
    const { places, skipped } = await ask();
    expect(places).toEqual([]);
    expect(skipped).toEqual([
      { name: 'idle', bucket: 'logs', reason: 'it is idle: logging is off since 2023-11-14T22:13:20.000Z' },
      { name: 'none', reason: 'it has no bucket' },
    ]);
  });

  it('sees a multi-Region trail once, asks its home for its status, and goes on where a Region refuses', async () => {
    answers.set(
      'DescribeTrails eu-west-1',
      answer({ trailList: [trail('all'), trail('west', { HomeRegion: 'eu-west-1', TrailARN: 'w' })] }),
    );
    answers.set('DescribeTrails us-east-1', answer({ trailList: [trail('all')] }));
    answers.set('GetTrailStatus', answer({ IsLogging: true }));
    answers.set('GetBucketLocation logs', location(''));
    const { places, notes } = await ask(['us-east-1', 'eu-west-1', 'ap-south-2']);
    expect(places[0]?.trails.map(({ name }) => name)).toEqual(['all', 'west']);
    expect(places[0]?.region).toBe('us-east-1');
    expect(asked).toContain('GetTrailStatus us-east-1');
    expect(asked).toContain('GetTrailStatus eu-west-1');
    expect(notes).toContain('trails of ap-south-2 cannot be listed: AccessDeniedException: no');
  });

  it('takes a trail as active, and its home as the Region, when these may not be asked for', async () => {
    answers.set('DescribeTrails', answer({ trailList: [trail('a')] }));
    const { places, notes } = await ask();
    expect(places).toMatchObject([{ bucket: 'logs', region: 'us-east-1' }]);
    expect(notes.join('\n')).toMatch(
      /status of trail a is not known.*\n.*Region of bucket logs is not known/,
    );
  });

  it('fails only when no Region answers', async () => {
    await expect(ask()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  describe('of an organization', () => {
    beforeEach(() => {
      answers.set('DescribeTrails', answer({ trailList: [] }));
      answers.set(
        'DescribeOrganization',
        answer({ Organization: { Id: 'o-abc', MasterAccountId: '111111111111' } }),
      );
    });

    it('lists its accounts, page by page', async () => {
      answers.set('ListAccounts', ({ NextToken }) =>
        NextToken === undefined
          ? { body: { Accounts: [{ Id: '1', Name: 'one', Status: 'ACTIVE' }], NextToken: 'more' } }
          : { body: { Accounts: [{ Id: '2', Name: 'two', Status: 'SUSPENDED' }] } },
      );
      const { organization, notes } = await ask();
      expect(organization).toEqual({
        id: 'o-abc',
        managementAccount: '111111111111',
        accounts: [
          { id: '1', name: 'one', status: 'ACTIVE' },
          { id: '2', name: 'two', status: 'SUSPENDED' },
        ],
      });
      expect(notes).toEqual([]);
    });

    it('says when only others may list them', async () => {
      const { organization, notes } = await ask();
      expect(organization).toEqual({ id: 'o-abc', managementAccount: '111111111111' });
      expect(notes).toEqual(["the organization's accounts cannot be listed: AccessDeniedException: no"]);
    });

    it('says when there is none', async () => {
      answers.set('DescribeOrganization', refusal('AWSOrganizationsNotInUseException'));
      const { organization, notes } = await ask();
      expect(organization).toBeUndefined();
      expect(notes).toEqual(['the account is in no organization']);
    });
  });
});
