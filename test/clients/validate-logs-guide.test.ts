import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTrailBucket } from './bucket.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import { describeWith, type Outcome, works } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describeWith(
  'the AWS CLI',
  works('aws', '--version'),
  'the guide of validate-logs, typed as it stands there',
  () => {
    let server: TestServer;
    let session: Outcome;

    beforeAll(async () => {
      server = await TestServer.start({ flags: ['--digest-interval', '3s', '--delivery-interval', '1s'] });
      const { aws } = server;
      await makeTrailBucket(aws, 'audit-logs');
      const create = ['create-trail', '--name', 'main', '--s3-bucket-name', 'audit-logs'];
      await aws.text('cloudtrail', ...create, '--enable-log-file-validation');
      await aws.text('cloudtrail', 'start-logging', '--name', 'main');
      await until('three digests are there', 120_000, async () => {
        const list = await aws.text('s3', 'ls', '--recursive', 's3://audit-logs');
        return list.split('\n').filter((line) => line.includes('_CloudTrail-Digest_')).length >= 3;
      });
      const commands = commandsOf('docs/guides/validate-logs.md', 'run');
      session = await typeCommands(`eval "$(npx opentrail env)"\n${commands}`, server);
    }, 240_000);

    afterAll(async () => {
      await server?.dispose();
    });

    test('every command succeeds', () => {
      expect(session.status, transcript(session, server)).toBe(0);
    });

    test('log files and digests are valid each time: online, with pinned keys, and offline', () => {
      const digests = [...session.stdout.matchAll(/^(\d+)\/\1 digest files valid$/gm)];
      const logs = [...session.stdout.matchAll(/^(\d+)\/\1 log files valid$/gm)];
      expect([digests.length, logs.length], session.stdout).toEqual([3, 3]);
      expect(Number(digests[2]?.[1])).toBeGreaterThanOrEqual(3);
      expect(session.stdout).not.toMatch(/^(FOUND|Note):/m);
    });
  },
);
