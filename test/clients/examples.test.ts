import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from './aws.ts';
import { makeTrailBucket } from './bucket.ts';
import { TestServer } from './server.ts';
import { until } from './until.ts';

/**
 * The commands of https://docs.aws.amazon.com/cli/latest/userguide/cli_cloudtrail_code_examples.html. The page shows
 * older answers with fewer members: what it prints must be there, more may be.
 */
describe("the examples of AWS's CLI page", () => {
  let server: TestServer;
  const arnOf = (name: string) => `arn:aws:cloudtrail:us-east-1:123456789012:trail/${name}`;

  beforeAll(async () => {
    server = await TestServer.start();
  });

  afterAll(async () => {
    await server?.dispose();
  });

  test('create-subscription makes bucket, topic and trail, and starts logging', async () => {
    const out = await server.aws.text(
      ...words(
        'cloudtrail create-subscription --name Trail1 --s3-new-bucket my-bucket --sns-new-topic my-topic',
      ),
    );
    expect(out).toContain('Setting up new S3 bucket my-bucket...');
    expect(out).toContain('Setting up new SNS topic my-topic...');
    expect(out).toContain('Creating/updating CloudTrail configuration...');
    expect(out).toContain('Starting CloudTrail service...');
    expect(out.trim()).toMatch(/Logs will be delivered to my-bucket:?$/);
    const answer: Json = JSON.parse(out.slice(out.indexOf('{'), out.lastIndexOf('}') + 1));
    expect(answer.trailList).toMatchObject([
      {
        IncludeGlobalServiceEvents: true,
        Name: 'Trail1',
        TrailARN: arnOf('Trail1'),
        LogFileValidationEnabled: false,
        IsMultiRegionTrail: false,
        S3BucketName: 'my-bucket',
        SnsTopicName: 'my-topic',
        HomeRegion: 'us-east-1',
      },
    ]);
    expect(answer.ResponseMetadata).toMatchObject({ HTTPStatusCode: 200, RequestId: expect.any(String) });
    const status = await server.aws.json(...words('cloudtrail get-trail-status --name Trail1'));
    expect(status.IsLogging).toBe(true);
  });

  test('create-subscription on a bucket that is there is refused, and leaves no topic', async () => {
    const words1 =
      'cloudtrail create-subscription --name Other --s3-new-bucket my-bucket --sns-new-topic other-topic';
    expect(await server.aws.refusal(...words(words1))).toContain('Bucket my-bucket already exists.');
    const topics = await server.aws.text(...words('sns list-topics'));
    expect(topics).not.toContain('other-topic');
  });

  test('create-subscription rolls bucket and topic back when the trail is refused', async () => {
    await server.aws.refusal(
      ...words(
        'cloudtrail create-subscription --name xx --s3-new-bucket rolled-back --sns-new-topic rolled-back',
      ),
    );
    expect(await server.aws.text(...words('s3 ls'))).not.toContain('rolled-back');
    expect(await server.aws.text(...words('sns list-topics'))).not.toContain('rolled-back');
  });

  test('get-trail-status tells of logging, delivery and notification, in new form and old', async () => {
    await server.aws.text(...words('cloudtrail stop-logging --name Trail1'));
    await server.aws.text(...words('cloudtrail start-logging --name Trail1'));
    await server.aws.text(...words('iam list-users'));
    const status = await until('a log file was delivered and announced', 120_000, async () => {
      await server.opentrail('flush');
      const now = await server.aws.json(...words('cloudtrail get-trail-status --name Trail1'));
      return now.LatestDeliveryTime !== undefined && now.LatestNotificationTime !== undefined && now;
    });
    // Printed by the example, too, whose trail has a log group: LatestCloudWatchLogsDeliveryTime.
    expect(status).toMatchObject({
      IsLogging: true,
      LatestNotificationTime: expect.anything(),
      LatestNotificationAttemptSucceeded: expect.stringMatching(isoSeconds),
      LatestNotificationAttemptTime: expect.stringMatching(isoSeconds),
      LatestDeliveryTime: expect.anything(),
      LatestDeliveryAttemptTime: expect.stringMatching(isoSeconds),
      LatestDeliveryAttemptSucceeded: expect.stringMatching(isoSeconds),
      StartLoggingTime: expect.anything(),
      StopLoggingTime: expect.anything(),
      TimeLoggingStarted: expect.stringMatching(isoSeconds),
      TimeLoggingStopped: expect.stringMatching(isoSeconds),
    });
  });

  test('create-trail with a bucket that is there', async () => {
    await makeTrailBucket(server.aws, 'second-bucket');
    const answer = await server.aws.json(
      ...words(
        'cloudtrail create-trail --name Trail2 --s3-bucket-name second-bucket --is-multi-region-trail',
      ),
    );
    expect(answer).toMatchObject({
      IncludeGlobalServiceEvents: true,
      Name: 'Trail2',
      TrailARN: arnOf('Trail2'),
      LogFileValidationEnabled: false,
      IsMultiRegionTrail: true,
      S3BucketName: 'second-bucket',
    });
  });

  test('describe-trails of two trails', async () => {
    const answer = await server.aws.json(
      ...words('cloudtrail describe-trails --trail-name-list Trail1 Trail2'),
    );
    const trails = new Map((answer.trailList as Json[]).map((trail) => [trail.Name, trail]));
    expect(trails.get('Trail1')).toMatchObject({ SnsTopicName: 'my-topic', HomeRegion: 'us-east-1' });
    expect(trails.get('Trail2')).toMatchObject({ S3BucketName: 'second-bucket', HomeRegion: 'us-east-1' });
  });

  test('update-trail to another bucket', async () => {
    const answer = await server.aws.json(
      ...words('cloudtrail update-trail --name Trail1 --s3-bucket-name second-bucket'),
    );
    expect(answer).toMatchObject({
      Name: 'Trail1',
      TrailARN: arnOf('Trail1'),
      S3BucketName: 'second-bucket',
    });
    for (const flag of [
      '--is-multi-region-trail',
      '--no-is-multi-region-trail',
      '--no-include-global-service-events',
    ]) {
      await server.aws.json(...words(`cloudtrail update-trail --name Trail1 ${flag}`));
    }
    const trail = await server.aws.json(...words('cloudtrail get-trail --name Trail1'));
    expect(trail.Trail).toMatchObject({ IsMultiRegionTrail: false, IncludeGlobalServiceEvents: false });
  });

  test('update-subscription with a new bucket and a new topic', async () => {
    const out = await server.aws.text(
      ...words(
        'cloudtrail update-subscription --name Trail1 --s3-new-bucket my-bucket-new --sns-new-topic my-topic-new',
      ),
    );
    expect(out).toContain('Setting up new S3 bucket my-bucket-new...');
    const answer: Json = JSON.parse(out.slice(out.indexOf('{'), out.lastIndexOf('}') + 1));
    const trail = (answer.trailList as Json[]).find(({ Name }) => Name === 'Trail1');
    expect(trail).toMatchObject({ S3BucketName: 'my-bucket-new', SnsTopicName: 'my-topic-new' });
  });

  test('get-event-selectors of a new trail', async () => {
    expect(
      await server.aws.json(...words('cloudtrail get-event-selectors --trail-name Trail1')),
    ).toMatchObject({
      EventSelectors: [{ IncludeManagementEvents: true, DataResources: [], ReadWriteType: 'All' }],
      TrailARN: arnOf('Trail1'),
    });
  });

  test('put-event-selectors with advanced selectors answers with what it was given', async () => {
    const args = ['--trail-name', 'Trail2', '--advanced-event-selectors', JSON.stringify(advancedSelectors)];
    expect(await server.aws.json('cloudtrail', 'put-event-selectors', ...args)).toEqual({
      TrailARN: arnOf('Trail2'),
      AdvancedEventSelectors: advancedSelectors,
    });
    // Reading them back, CloudTrail sorts the conditions by field.
    const stored = await server.aws.json(...words('cloudtrail get-event-selectors --trail-name Trail2'));
    const sorted = advancedSelectors.map(({ Name, FieldSelectors }) => ({
      Name,
      FieldSelectors: FieldSelectors.toSorted((a, b) => (a.Field < b.Field ? -1 : 1)),
    }));
    expect(stored).toEqual({ TrailARN: arnOf('Trail2'), AdvancedEventSelectors: sorted });
  });

  test.each([
    ['for prefixes and one function', prefixSelectors],
    ['for everything of the account', allDataSelectors],
  ])('put-event-selectors with basic selectors %s', async (_, selectors) => {
    const args = ['--trail-name', 'Trail2', '--event-selectors', JSON.stringify(selectors)];
    expect(await server.aws.json('cloudtrail', 'put-event-selectors', ...args)).toMatchObject({
      EventSelectors: selectors,
      TrailARN: arnOf('Trail2'),
    });
  });

  test('add-tags, list-tags, remove-tags', async () => {
    const tags = `cloudtrail add-tags --resource-id ${arnOf('Trail1')} --tags-list Key=name,Value=Alice Key=location,Value=us`;
    await server.aws.text(...words(tags));
    await server.aws.text(
      ...words(`cloudtrail add-tags --resource-id ${arnOf('Trail2')} --tags-list Key=name,Value=Bob`),
    );
    const list = words(`cloudtrail list-tags --resource-id-list ${arnOf('Trail1')} ${arnOf('Trail2')}`);
    const { ResourceTagList } = await server.aws.json(...list);
    expect(sortedTags(ResourceTagList)).toEqual([
      [arnOf('Trail1'), ['location=us', 'name=Alice']],
      [arnOf('Trail2'), ['name=Bob']],
    ]);
    await server.aws.text(
      ...words(`cloudtrail remove-tags --resource-id ${arnOf('Trail1')} --tags-list Key=name Key=location`),
    );
    expect(sortedTags((await server.aws.json(...list)).ResourceTagList)).toEqual([
      [arnOf('Trail1'), []],
      [arnOf('Trail2'), ['name=Bob']],
    ]);
  });

  test('lookup-events finds a console sign-in that was sent in', async () => {
    const login = consoleLogin(new Date());
    const file = join(server.folder, 'login.ndjson');
    writeFileSync(file, `${login}\n`);
    await server.opentrail('ingest', file);
    const args = words(
      'cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=ConsoleLogin',
    );
    const event = await until('the sign-in is found', 120_000, async () => {
      return ((await server.aws.json(...args)).Events as Json[])[0];
    });
    expect(event).toMatchObject({
      EventId: '654ccbc0-ba0d-486a-9076-dbf7274677a7',
      Username: 'my-session-name',
      EventName: 'ConsoleLogin',
      EventTime: expect.anything(),
      Resources: [],
    });
    expect(JSON.parse(String(event.CloudTrailEvent))).toMatchObject(JSON.parse(login));
  });

  test('lookup-events pages, and takes a time range', async () => {
    const newest = await server.aws.json(...words('cloudtrail lookup-events --max-results 1 --no-paginate'));
    expect(newest.Events).toHaveLength(1);
    expect(newest.NextToken).toEqual(expect.any(String));
    const past = words(
      'cloudtrail lookup-events --start-time 2020-01-01T00:00:00Z --end-time 2020-01-02T00:00:00Z',
    );
    expect(await server.aws.json(...past)).toMatchObject({ Events: [] });
  });

  test('delete-trail', async () => {
    await server.aws.text(...words('cloudtrail delete-trail --name Trail1'));
    expect(await server.aws.refusal(...words('cloudtrail get-trail --name Trail1'))).toContain(
      'TrailNotFoundException',
    );
  });
});

const isoSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const advancedSelectors = [
  { Name: 'Log all management events', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
  {
    Name: 'Log PutObject and DeleteObject events for all but one bucket',
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      { Field: 'eventName', Equals: ['PutObject', 'DeleteObject'] },
      { Field: 'resources.ARN', NotStartsWith: ['arn:aws:s3:::sample_bucket_name/'] },
    ],
  },
  {
    Name: 'Log data events for a specific Lambda function',
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
      { Field: 'resources.ARN', Equals: ['arn:aws:lambda:us-east-1:123456789012:function:myFunction'] },
    ],
  },
  {
    Name: 'Log all Publish API calls on a specific SNS topic',
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::SNS::Topic'] },
      { Field: 'eventName', Equals: ['Publish'] },
      { Field: 'resources.ARN', Equals: ['arn:aws:sns:us-east-1:123456789012:myTopic.fifo'] },
    ],
  },
];

const prefixSelectors = [
  {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [
      { Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::mybucket/prefix', 'arn:aws:s3:::mybucket2/prefix2'] },
      {
        Type: 'AWS::Lambda::Function',
        Values: ['arn:aws:lambda:us-west-2:999999999999:function:hello-world-python-function'],
      },
    ],
  },
];

const allDataSelectors = [
  {
    ReadWriteType: 'All',
    IncludeManagementEvents: true,
    DataResources: [
      { Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] },
      { Type: 'AWS::Lambda::Function', Values: ['arn:aws:lambda'] },
    ],
  },
];

function consoleLogin(at: Date): string {
  const time = `${at.toISOString().slice(0, 19)}Z`;
  return JSON.stringify({
    eventVersion: '1.02',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAJIKPFTA72SWU4L7T4:my-session-name',
      arn: 'arn:aws:sts::123456789012:assumed-role/my-role/my-session-name',
      accountId: '123456789012',
      sessionContext: {
        attributes: { mfaAuthenticated: 'false', creationDate: time },
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROAJIKPFTA72SWU4L7T4',
          arn: 'arn:aws:iam::123456789012:role/my-role',
          accountId: '123456789012',
          userName: 'my-role',
        },
      },
    },
    eventTime: time,
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    awsRegion: 'us-east-1',
    sourceIPAddress: '72.21.198.70',
    userAgent: 'Mozilla/5.0',
    requestParameters: null,
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MobileVersion: 'No', MFAUsed: 'No' },
    eventID: '654ccbc0-ba0d-486a-9076-dbf7274677a7',
    eventType: 'AwsConsoleSignIn',
    recipientAccountId: '123456789012',
  });
}

function words(line: string): string[] {
  return line.split(' ');
}

function sortedTags(list: unknown): [string, string[]][] {
  return (list as { ResourceId: string; TagsList: { Key: string; Value?: string }[] }[])
    .map((entry): [string, string[]] => [
      entry.ResourceId,
      entry.TagsList.map((tag) => `${tag.Key}=${tag.Value}`).sort(),
    ])
    .sort(([a], [b]) => a.localeCompare(b));
}
