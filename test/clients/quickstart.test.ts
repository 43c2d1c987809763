import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from './aws.ts';
import { commandsOf, transcript, typeCommands } from './pages.ts';
import type { Outcome } from './programs.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

describe('the quickstart of the README, typed as it stands there', () => {
  let server: TestServer;
  let session: Outcome;

  beforeAll(async () => {
    server = await TestServer.start();
    session = await typeCommands(commandsOf('README.md', 'quickstart'), server);
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('every command succeeds', () => {
    expect(session.status, transcript(session, server)).toBe(0);
  });

  test('log files stand at keys of CloudTrail', () => {
    const listed = [...session.stdout.matchAll(/AWSLogs\/\S+\.json\.gz/g)].map(([key]) => key);
    expect(listed.length).toBeGreaterThan(0);
    for (const key of listed) {
      expect(key).toMatch(
        /^AWSLogs\/123456789012\/CloudTrail\/us-east-1\/\d{4}\/\d\d\/\d\d\/123456789012_CloudTrail_us-east-1_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/,
      );
    }
  });

  test('the log files hold the calls that were made after start-logging', () => {
    const records = deliveredRecords(join(server.folder, 'logs'));
    expect(records.map((record) => record.eventName)).toEqual(
      expect.arrayContaining(['CreateUser', 'CreateTopic']),
    );
    expect(records.find((record) => record.eventName === 'CreateUser')).toMatchObject({
      eventSource: 'iam.amazonaws.com',
      awsRegion: 'us-east-1',
      recipientAccountId: '123456789012',
      readOnly: false,
      managementEvent: true,
      eventCategory: 'Management',
      eventType: 'AwsApiCall',
      userIdentity: { type: 'Root', accountId: '123456789012', accessKeyId: server.env.AWS_ACCESS_KEY_ID },
      requestParameters: { userName: 'alice' },
    });
  });

  test('no event stands in two log files', () => {
    const ids = deliveredRecords(join(server.folder, 'logs')).map((record) => record.eventID);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('lookup-events finds the call by each of the eight attributes', async () => {
    const created = deliveredRecords(join(server.folder, 'logs')).find(
      (record) => record.eventName === 'CreateUser',
    );
    const attributes = {
      EventId: String(created?.eventID),
      EventName: 'CreateUser',
      ReadOnly: 'false',
      Username: 'root',
      ResourceType: 'AWS::IAM::User',
      ResourceName: 'alice',
      EventSource: 'iam.amazonaws.com',
      AccessKeyId: server.env.AWS_ACCESS_KEY_ID ?? '',
    };
    for (const [key, value] of Object.entries(attributes)) {
      const found = await until(`lookup by ${key} finds the event`, 120_000, async () => {
        const attribute = `AttributeKey=${key},AttributeValue=${value}`;
        const { Events } = await server.aws.json(
          'cloudtrail',
          'lookup-events',
          '--lookup-attributes',
          attribute,
        );
        return (Events as Json[]).find((event) => event.EventId === created?.eventID);
      });
      expect(found, key).toMatchObject({
        EventName: 'CreateUser',
        EventSource: 'iam.amazonaws.com',
        ReadOnly: 'false',
        Username: 'root',
        AccessKeyId: server.env.AWS_ACCESS_KEY_ID,
      });
      expect(JSON.parse(String(found.CloudTrailEvent))).toEqual(created);
    }
  });
});

function deliveredRecords(folder: string): Json[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json.gz'))
    .flatMap((name) => {
      const file: { readonly Records: Json[] } = JSON.parse(
        gunzipSync(readFileSync(join(folder, name))).toString('utf8'),
      );
      return file.Records;
    });
}
