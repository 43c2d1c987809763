import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { UpdateTrailCommand } from '@aws-sdk/client-cloudtrail';
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT, cloudTrailOf, makeTrail, s3Of } from '../fault/house-keeping.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

const ARN = `arn:aws:cloudtrail:us-east-1:${ACCOUNT}:trail/anchored`;

describe('anchors', () => {
  let other: TestServer;
  let server: TestServer;
  let hook: Server;
  const posted: string[] = [];
  let refusals = 2;
  const file = () => join(other.folder, 'anchors.ndjson');
  const repository = () => join(other.folder, 'repository');

  beforeAll(async () => {
    // The second bucket is in a house of its own.
    other = await TestServer.start();
    await other.aws.text('s3', 'mb', 's3://anchors');
    mkdirSync(repository());
    execFileSync('git', ['init', '--quiet', repository()]);
    hook = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        if (refusals-- > 0) return response.writeHead(503).end();
        posted.push(body);
        return response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const places = [
      `file:${file()}`,
      `git:${repository()}`,
      `http://127.0.0.1:${(hook.address() as AddressInfo).port}/anchors`,
      `s3://anchors/kept?endpoint=${encodeURIComponent(other.url)}&region=us-east-1`,
    ];
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = other.env;
    server = await TestServer.start({
      flags: ['--delivery-interval', '200ms', '--digest-interval', '2s', '--anchors', places.join(',')],
      env: { AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID!, AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY! },
    });
    await makeTrail(server, 'anchored');
    const validation = { Name: 'anchored', EnableLogFileValidation: true };
    await cloudTrailOf(server).send(new UpdateTrailCommand(validation));
  });

  afterAll(async () => {
    hook?.close();
    await server?.dispose();
    await other?.dispose();
  });

  const lines = () => {
    try {
      return readFileSync(file(), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  const validate = (anchor: string) => {
    const range = ['--trail-arn', ARN, '--start-time', '-1h', '--region', 'us-east-1', '--jobs', '1'];
    return server.runOpentrail('validate-logs', ...range, '--anchor', anchor);
  };

  test('the heads of the chain arrive at a file, a repository, a webhook that failed first, and a bucket', async () => {
    await until('anchors at all places', 120_000, async () => {
      const { Contents = [] } = await s3Of(other).send(new ListObjectsV2Command({ Bucket: 'anchors' }));
      return lines().length >= 4 && posted.length >= 1 && Contents.length >= 2;
    });
    const [first] = lines().map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      trail: ARN,
      account: ACCOUNT,
      region: 'us-east-1',
      digestBucket: 'anchored',
    });
    expect(JSON.parse(posted[0]!)).toMatchObject({ trail: ARN });
    const log = execFileSync('git', ['-C', repository(), 'log', '--oneline'], { encoding: 'utf8' });
    expect(log.split('\n').length).toBeGreaterThan(2);
    const listed = await other.aws.text('s3', 'ls', '--recursive', 's3://anchors/kept/');
    expect(listed).toMatch(/kept\/us-east-1_anchored_\d+_us-east-1\/\d{8}T\d{6}Z\.json/);
  });

  test('validate-logs holds the chain to them, and finds a cut end and a forged anchor', async () => {
    await server.restart({ flags: ['--digest-interval', '1h'] });
    const whole = await validate(file());
    expect(whole, whole.stdout + whole.stderr).toMatchObject({ status: 0 });

    const [last = ''] = lines().slice(-1);
    writeFileSync(join(other.folder, 'forged'), last.replace(/"digestHash":"../, '"digestHash":"00'));
    const forged = await validate(join(other.folder, 'forged'));
    expect(forged).toMatchObject({ status: 255, stderr: expect.stringContaining('is not signed by a key') });

    const { digestKey } = JSON.parse(last);
    await s3Of(server).send(new DeleteObjectCommand({ Bucket: 'anchored', Key: digestKey }));
    const cut = await validate(file());
    expect(cut.stdout).toContain('anchor-missing');
    expect(cut.status).toBe(1);
  });
});
