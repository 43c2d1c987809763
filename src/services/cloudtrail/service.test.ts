import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallContext, Permission, Service } from '../../aws/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import type { FoundEvent, LookupRequest } from '../../store/index.ts';
import { type DeliveryStatus, openTrails } from '../../trails/index.ts';
import { createCloudTrailService } from './service.ts';

const ACCOUNT = '111122223333';
const NOW = Date.UTC(2026, 10, 1, 12);
const DAY = 86_400_000;
const ARN = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/main`;
const call = { account: ACCOUNT, region: 'eu-west-1' } as CallContext;

let folder: string;
let state: State;
let service: Service;
let delivery: DeliveryStatus | undefined;
let history: FoundEvent[];
let asked: LookupRequest[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloudtrail-service-'));
  state = openLmdbState(join(folder, 'state'));
  delivery = undefined;
  history = [];
  asked = [];
  const trails = await openTrails({
    state,
    bucket: { getBucketAcl: async () => undefined, putObject: async () => undefined },
    topic: { publish: async () => undefined },
    head: () => 0,
    now: () => NOW,
    knownRegions: ['us-east-1', 'eu-west-1'],
  });
  service = createCloudTrailService({
    trails,
    store: { lookup },
    deliveryStatus: async () => delivery,
    historyDays: 90,
    now: () => NOW,
  });
});

afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

/** A store of the test: newest first, ties by id, on after the cursor. */
async function lookup(request: LookupRequest): Promise<readonly FoundEvent[]> {
  asked.push(request);
  const { start, end, after, limit, categories } = request;
  return history
    .filter(({ time, category }) => time >= start && time <= end && categories?.includes(category))
    .sort((a, b) => b.time - a.time || (a.eventId < b.eventId ? -1 : 1))
    .filter(
      ({ time, eventId }) => !after || time < after.time || (time === after.time && eventId > after.eventId),
    )
    .slice(0, limit);
}

async function send(
  operation: string,
  input: object,
  more: Partial<CallContext> = {},
): Promise<Record<string, never>> {
  const handler = service.operations.get(operation)?.handler as unknown as (
    input: object,
    call: CallContext,
  ) => Promise<Record<string, never>>;
  return handler(input, { ...call, operation, ...more });
}

function found(
  eventId: string,
  time: number,
  record: object = {},
  category: FoundEvent['category'] = 'Management',
): FoundEvent {
  return {
    account: ACCOUNT,
    region: 'eu-west-1',
    eventId,
    time,
    category,
    raw: JSON.stringify({ eventID: eventId, ...record }),
  };
}

test('all sixty operations are declared, eighteen are built', () => {
  const built = [...service.operations].filter(([, { handler }]) => handler).map(([name]) => name);
  expect(service.operations.size).toBe(60);
  expect(built.sort()).toEqual([
    'AddTags',
    'CreateTrail',
    'DeleteTrail',
    'DescribeTrails',
    'GetEventSelectors',
    'GetInsightSelectors',
    'GetTrail',
    'GetTrailStatus',
    'ListPublicKeys',
    'ListTags',
    'ListTrails',
    'LookupEvents',
    'PutEventSelectors',
    'PutInsightSelectors',
    'RemoveTags',
    'StartLogging',
    'StopLogging',
    'UpdateTrail',
  ]);
});

test('every declared error is a 400', () => {
  expect(new Set(service.errors.values())).toEqual(new Set([400]));
  expect(service.errors.has('TrailNotFoundException')).toBe(true);
});

describe('a trail over the wire', () => {
  test('is created, shown, updated and deleted with AWS’s members in AWS’s order', async () => {
    const created = await send('CreateTrail', {
      Name: 'main',
      S3BucketName: 'log-bucket',
      SnsTopicName: 'news',
    });
    expect(JSON.stringify(created)).toBe(
      `{"Name":"main","S3BucketName":"log-bucket","SnsTopicName":"news","SnsTopicARN":"arn:aws:sns:eu-west-1:${ACCOUNT}:news","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"TrailARN":"${ARN}","LogFileValidationEnabled":false,"IsOrganizationTrail":false,"RecursiveLogging":true}`,
    );
    const updated = await send('UpdateTrail', { Name: ARN, SnsTopicName: '', RecursiveLogging: false });
    expect(updated).toMatchObject({ SnsTopicName: '', SnsTopicARN: '', RecursiveLogging: false });
    expect(JSON.stringify(await send('GetTrail', { Name: 'main' }))).toBe(
      `{"Trail":{"Name":"main","S3BucketName":"log-bucket","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"HomeRegion":"eu-west-1","TrailARN":"${ARN}","LogFileValidationEnabled":false,"HasCustomEventSelectors":false,"HasInsightSelectors":false,"IsOrganizationTrail":false,"RecursiveLogging":false}}`,
    );
    expect(await send('ListTrails', {})).toEqual({
      Trails: [{ TrailARN: ARN, Name: 'main', HomeRegion: 'eu-west-1' }],
    });
    expect(await send('DeleteTrail', { Name: 'main' })).toEqual({});
    expect(await send('DescribeTrails', { trailNameList: ['main'] })).toEqual({ trailList: [] });
    await expect(send('GetTrail', { Name: ARN })).rejects.toMatchObject({
      code: 'TrailNotFoundException',
      message: `Unknown trail: main for the user: ${ACCOUNT}`,
    });
  });

  test('has a fresh status of 209 bytes, and later tells times and errors', async () => {
    await send('CreateTrail', { Name: 'main', S3BucketName: 'log-bucket' });
    expect(JSON.stringify(await send('GetTrailStatus', { Name: 'main' }))).toHaveLength(209);
    await send('StartLogging', { Name: 'main' });
    delivery = {
      latestDeliveryTime: NOW - 60_500,
      latestDeliveryAttemptTime: NOW - 500,
      latestDeliveryError: 'AccessDenied',
    };
    expect(await send('GetTrailStatus', { Name: ARN })).toEqual({
      IsLogging: true,
      LatestDeliveryError: 'AccessDenied',
      LatestDeliveryTime: new Date(NOW - 60_500),
      StartLoggingTime: new Date(NOW),
      LatestDeliveryAttemptTime: '2026-11-01T11:59:59Z',
      LatestNotificationAttemptTime: '',
      LatestNotificationAttemptSucceeded: '',
      LatestDeliveryAttemptSucceeded: '2026-11-01T11:58:59Z',
      TimeLoggingStarted: '2026-11-01T12:00:00Z',
      TimeLoggingStopped: '',
    });
    await send('StopLogging', { Name: ARN });
    expect(await send('GetTrailStatus', { Name: ARN })).toMatchObject({
      IsLogging: false,
      StopLoggingTime: new Date(NOW),
    });
  });

  test('shows the selectors put, and the default as AWS’s 224 bytes are made', async () => {
    await send('CreateTrail', { Name: 'main', S3BucketName: 'log-bucket' });
    expect(JSON.stringify(await send('GetEventSelectors', { TrailName: 'main' }))).toBe(
      `{"TrailARN":"${ARN}","EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]}`,
    );
    const FieldSelectors = [
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      { Field: 'eventCategory', Equals: ['Data'] },
    ];
    expect(
      await send('PutEventSelectors', { TrailName: ARN, AdvancedEventSelectors: [{ FieldSelectors }] }),
    ).toEqual({
      TrailARN: ARN,
      AdvancedEventSelectors: [{ FieldSelectors }],
    });
    expect(await send('GetEventSelectors', { TrailName: 'main' })).toEqual({
      TrailARN: ARN,
      AdvancedEventSelectors: [{ FieldSelectors: [...FieldSelectors].reverse() }],
    });
  });

  test('has tags and Insights selectors', async () => {
    await send('CreateTrail', {
      Name: 'main',
      S3BucketName: 'log-bucket',
      TagsList: [{ Key: 'a', Value: '1' }],
    });
    await send('AddTags', { ResourceId: ARN, TagsList: [{ Key: 'b' }] });
    await send('RemoveTags', { ResourceId: ARN, TagsList: [{ Key: 'a' }] });
    expect(await send('ListTags', { ResourceIdList: [ARN] })).toEqual({
      ResourceTagList: [{ ResourceId: ARN, TagsList: [{ Key: 'b' }] }],
    });
    const InsightSelectors = [{ InsightType: 'ApiCallRateInsight', EventCategories: ['Management'] }];
    expect(await send('PutInsightSelectors', { TrailName: 'main', InsightSelectors })).toEqual({
      TrailARN: ARN,
      InsightSelectors,
    });
    expect(await send('GetInsightSelectors', { TrailName: 'main' })).toEqual({
      TrailARN: ARN,
      InsightSelectors,
    });
    expect(await send('GetTrail', { Name: 'main' })).toMatchObject({ Trail: { HasInsightSelectors: true } });
  });

  test.each([
    ['ListTags', { ResourceIdList: Array(21).fill(ARN) }, 'InvalidParameterException'],
    ['GetInsightSelectors', {}, 'InvalidParameterException'],
    [
      'GetInsightSelectors',
      { TrailName: 'main', EventDataStore: 'x' },
      'InvalidParameterCombinationException',
    ],
    ['PutInsightSelectors', { EventDataStore: 'x', InsightSelectors: [] }, 'UnsupportedOperationException'],
    ['CreateTrail', { Name: 'a', S3BucketName: 'log-bucket' }, 'InvalidTrailNameException'],
    [
      'CreateTrail',
      { Name: 'main', S3BucketName: 'log-bucket', TagsList: [{ Key: 'aws:x' }] },
      'InvalidTagParameterException',
    ],
    ['ListPublicKeys', { StartTime: new Date(NOW + 1) }, 'InvalidTimeRangeException'],
  ])('%s %j answers %s', async (operation, input, code) => {
    await expect(send(operation, input)).rejects.toMatchObject({ code });
    expect(service.errors.has(code)).toBe(true);
  });
});

test('there are no public keys as long as nothing is signed', async () => {
  expect(await send('ListPublicKeys', {})).toEqual({ PublicKeyList: [] });
});

test.each([
  ['CreateTrail', { Name: 'main' }, [['cloudtrail:CreateTrail', ARN]]],
  [
    'CreateTrail',
    { Name: 'main', TagsList: [{ Key: 'a' }] },
    [
      ['cloudtrail:CreateTrail', ARN],
      ['cloudtrail:AddTags', ARN],
    ],
  ],
  ['StopLogging', { Name: ARN }, [['cloudtrail:StopLogging', ARN]]],
  ['GetEventSelectors', { TrailName: 'main' }, [['cloudtrail:GetEventSelectors', ARN]]],
  ['ListTags', { ResourceIdList: [ARN] }, [['cloudtrail:ListTags', ARN]]],
])('%s %j needs %j', async (operation, input, expected) => {
  const permissions = service.operations.get(operation)?.permissions as unknown as (
    input: object,
    call: CallContext,
  ) => readonly Permission[];
  expect(permissions(input, call).map(({ action, resource }) => [action, resource])).toEqual(expected);
});

describe('LookupEvents', () => {
  test('maps a record as AWS does, the text to the byte', async () => {
    const raw =
      '{"eventID":"e1","eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","readOnly":false,"x":0.0,"userIdentity":{"type":"AssumedRole","principalId":"AROAJIKPFTA72SWU4L7T4:my-session-name","accessKeyId":"ASIA1"}}';
    history = [{ ...found('e1', NOW - 1000), raw }];
    expect(await send('LookupEvents', {})).toEqual({
      Events: [
        {
          EventId: 'e1',
          EventName: 'ConsoleLogin',
          ReadOnly: 'false',
          AccessKeyId: 'ASIA1',
          EventTime: new Date(NOW - 1000),
          EventSource: 'signin.amazonaws.com',
          Username: 'my-session-name',
          Resources: [],
          CloudTrailEvent: raw,
        },
      ],
    });
  });

  test('asks for the account, the Region, management events and ninety days', async () => {
    await send('LookupEvents', { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'X' }] });
    expect(asked).toEqual([
      {
        accounts: [ACCOUNT],
        regions: ['eu-west-1'],
        categories: ['Management'],
        attributes: [{ key: 'EventName', value: 'X' }],
        start: NOW - 90 * DAY,
        end: NOW,
        limit: 51,
      },
    ]);
    await send('LookupEvents', {
      EventCategory: 'insight',
      StartTime: new Date(NOW - DAY),
      EndTime: new Date(NOW),
      MaxResults: 1,
    });
    expect(asked[1]).toMatchObject({ categories: ['Insight'], start: NOW - DAY, end: NOW, limit: 2 });
  });

  test('pages through everything once, new events and a restart in between', async () => {
    history = Array.from({ length: 7 }, (_, i) => found(`e${i}`, NOW - 1000 * Math.floor(i / 2)));
    const seen: string[] = [];
    let NextToken: string | undefined;
    for (let page = 0; page < 10; page++) {
      const answer = (await send('LookupEvents', { MaxResults: 2, NextToken })) as unknown as {
        Events: { EventId: string }[];
        NextToken?: string;
      };
      seen.push(...answer.Events.map(({ EventId }) => EventId));
      history.push(found(`new${page}`, NOW + 1));
      if (!answer.NextToken) break;
      NextToken = answer.NextToken;
    }
    expect(seen).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']);
  });

  test('has no token after a last page that is full', async () => {
    history = [found('a', NOW - 1), found('b', NOW - 2)];
    expect(await send('LookupEvents', { MaxResults: 2 })).not.toHaveProperty('NextToken');
  });

  test('refuses a token of another question, account or Region', async () => {
    history = Array.from({ length: 3 }, (_, i) => found(`e${i}`, NOW - i));
    const { NextToken } = (await send('LookupEvents', { MaxResults: 1 })) as { NextToken?: string };
    const refused = { code: 'InvalidNextTokenException' };
    await expect(send('LookupEvents', { MaxResults: 1, NextToken })).resolves.toMatchObject({
      Events: [{ EventId: 'e1' }],
    });
    await expect(send('LookupEvents', { MaxResults: 2, NextToken })).rejects.toMatchObject(refused);
    await expect(
      send('LookupEvents', { MaxResults: 1, NextToken }, { account: '999999999999' }),
    ).rejects.toMatchObject(refused);
    await expect(
      send('LookupEvents', { MaxResults: 1, NextToken }, { region: 'us-east-1' }),
    ).rejects.toMatchObject(refused);
    for (const token of ['', 'x', 'e30=', `${NextToken}A`, Buffer.from('null').toString('base64')]) {
      if (Buffer.from(token, 'base64').equals(Buffer.from(NextToken ?? '', 'base64'))) continue;
      await expect(send('LookupEvents', { MaxResults: 1, NextToken: token })).rejects.toMatchObject(refused);
    }
  });

  test('answers nothing for a time that the history no longer has', async () => {
    const long = { EndTime: new Date(NOW - 100 * DAY) };
    expect(await send('LookupEvents', long)).toEqual({ Events: [] });
    expect(await send('LookupEvents', { ...long, StartTime: new Date(0) })).toEqual({ Events: [] });
    expect(asked).toEqual([]);
  });

  const attribute = (AttributeKey: string, AttributeValue: string) => ({
    LookupAttributes: [{ AttributeKey, AttributeValue }],
  });
  test.each([
    [{ MaxResults: 0 }, 'InvalidMaxResultsException'],
    [{ MaxResults: 51 }, 'InvalidMaxResultsException'],
    [{ MaxResults: 1.5 }, 'InvalidMaxResultsException'],
    [{ EventCategory: 'management' }, 'InvalidEventCategoryException'],
    [{ StartTime: new Date(NOW), EndTime: new Date(NOW - 1) }, 'InvalidTimeRangeException'],
    [{ StartTime: new Date(NOW + 1000) }, 'InvalidTimeRangeException'],
    [{ StartTime: new Date(Number.NaN) }, 'InvalidTimeRangeException'],
    [{ EndTime: new Date(Number.NaN) }, 'InvalidTimeRangeException'],
    [attribute('ReadOnly', 'True'), 'InvalidLookupAttributesException'],
    [attribute('Nothing', 'x'), 'InvalidLookupAttributesException'],
    [attribute('EventName', ''), 'InvalidLookupAttributesException'],
    [attribute('EventName', '_'.repeat(1001)), 'InvalidLookupAttributesException'],
    [{ EventCategory: 'insight', ...attribute('Username', 'x') }, 'InvalidLookupAttributesException'],
    [
      {
        LookupAttributes: [
          ...attribute('EventId', 'x').LookupAttributes,
          ...attribute('EventId', 'y').LookupAttributes,
        ],
      },
      'InvalidLookupAttributesException',
    ],
  ])('refuses %j', async (input, code) => {
    await expect(send('LookupEvents', input)).rejects.toMatchObject({ code });
    expect(asked).toEqual([]);
  });

  test('is recorded with its times as ISO seconds', () => {
    const shape = service.operations.get('LookupEvents')?.record?.requestParameters as unknown as (
      input: object,
    ) => unknown;
    expect(
      shape({ StartTime: new Date(NOW), MaxResults: 25, EventCategory: 'insight', NextToken: 'x' }),
    ).toEqual({
      startTime: '2026-11-01T12:00:00Z',
      eventCategory: 'insight',
      maxResults: 25,
    });
    expect(shape({})).toBeNull();
  });
});
