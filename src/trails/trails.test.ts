import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import type { TrailsDependencies } from './dependencies.ts';
import type { Trail } from './trail.ts';
import { TrailBucketError } from './trail-bucket.ts';
import { openTrails, type Trails } from './trails.ts';

const ACCOUNT = '111122223333';
const home = { account: ACCOUNT, region: 'eu-west-1' };
const away = { account: ACCOUNT, region: 'us-east-1' };
const ARN = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/main`;
const settings = { s3BucketName: 'log-bucket' };

let folder: string;
let state: State;
let trails: Trails;
let head: number;
let clock: number;
let written: string[];
let refusal: { put?: string; acl?: string; topic?: string };
let deleted: Trail[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trails-'));
  state = openLmdbState(join(folder, 'state'));
  head = 100;
  clock = 1_800_000_000_000;
  written = [];
  refusal = {};
  deleted = [];
  trails = await open();
});

afterEach(async () => {
  await state.close();
  rmSync(folder, { recursive: true });
});

function open(more: Partial<TrailsDependencies> = {}): Promise<Trails> {
  return openTrails({
    state,
    bucket: {
      async getBucketAcl(bucket) {
        written.push(`acl ${bucket}`);
        if (refusal.acl) throw new TrailBucketError(refusal.acl, 'no', true);
      },
      async putObject({ bucket, key, body, contentType, contentEncoding }) {
        written.push(`put ${bucket}/${key} ${body.length} ${contentType} ${contentEncoding}`);
        if (refusal.put) throw new TrailBucketError(refusal.put, 'no', true);
      },
    },
    topic: {
      async publish(topicArn, message, source) {
        written.push(`publish ${topicArn} ${message} ${source.trailArn}`);
        if (refusal.topic) throw Object.assign(new Error('no'), { code: refusal.topic });
      },
    },
    head: () => head,
    now: () => clock,
    knownRegions: ['us-east-1', 'eu-west-1'],
    onDeleted: async (trail) => void deleted.push(trail),
    ...more,
  });
}

function error(code: string, message?: string) {
  return expect.objectContaining(message === undefined ? { code } : { code, message });
}

describe('CreateTrail', () => {
  test('makes a trail with AWS’s defaults, not logging', async () => {
    const trail = await trails.create(home, 'main', settings);
    expect(trail).toMatchObject({
      arn: ARN,
      homeRegion: 'eu-west-1',
      s3BucketName: 'log-bucket',
      includeGlobalServiceEvents: true,
      multiRegion: false,
      organizationTrail: false,
      logFileValidation: false,
      recursiveLogging: true,
      hasCustomEventSelectors: false,
      isLogging: false,
      spans: [],
      createdAt: clock,
    });
    expect(trail).not.toHaveProperty('s3KeyPrefix');
    expect(trails.get(home, 'main')).toEqual(trail);
  });

  test('tries the bucket with markers, then its ACL, then the topic', async () => {
    await trails.create(home, 'main', {
      ...settings,
      s3KeyPrefix: 'pre',
      logFileValidation: true,
      snsTopicName: 'news',
    });
    expect(written).toEqual([
      `put log-bucket/pre/AWSLogs/${ACCOUNT}/CloudTrail/ 0 application/json gzip`,
      `put log-bucket/pre/AWSLogs/${ACCOUNT}/CloudTrail-Digest/ 0 application/json gzip`,
      'acl log-bucket',
      `publish arn:aws:sns:eu-west-1:${ACCOUNT}:news CloudTrail validation message. ${ARN}`,
    ]);
    expect(trails.get(home, 'main')).toMatchObject({
      snsTopicName: 'news',
      snsTopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:news`,
    });
  });

  test.each([
    [{ put: 'NoSuchBucket' }, 'S3BucketDoesNotExistException', 'S3 bucket log-bucket does not exist!'],
    [
      { put: 'AccessDenied' },
      'InsufficientS3BucketPolicyException',
      'Incorrect S3 bucket policy is detected for bucket: log-bucket',
    ],
    [
      { acl: 'AccessDenied' },
      'InsufficientS3BucketPolicyException',
      'Incorrect S3 bucket policy is detected for bucket: log-bucket',
    ],
    [
      { put: 'SlowDown' },
      'ServiceUnavailable',
      'S3 bucket log-bucket could not be checked (SlowDown); try again.',
    ],
    [
      { topic: 'NotFound' },
      'InsufficientSnsTopicPolicyException',
      'SNS Topic does not exist or the topic policy is incorrect!',
    ],
    [
      { topic: 'AuthorizationError' },
      'InsufficientSnsTopicPolicyException',
      'SNS Topic does not exist or the topic policy is incorrect!',
    ],
  ])('is refused when a neighbour answers %j', async (answer, code, message) => {
    refusal = answer;
    await expect(trails.create(home, 'main', { ...settings, snsTopicName: 'news' })).rejects.toEqual(
      error(code, message),
    );
    expect(trails.all()).toEqual([]);
  });

  const group = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:g:*`;
  const role = `arn:aws:iam::${ACCOUNT}:role/r`;
  test.each([
    [{ s3BucketName: '' }, 'InvalidS3BucketNameException'],
    [{ s3BucketName: 'Under_score' }, 'InvalidS3BucketNameException'],
    [{ s3KeyPrefix: 'x'.repeat(201) }, 'InvalidS3PrefixException'],
    [{ snsTopicName: 'a b' }, 'InvalidSnsTopicNameException'],
    [{ snsTopicName: 'news.fifo' }, 'InvalidSnsTopicNameException'],
    [{ snsTopicName: 'x'.repeat(257) }, 'InvalidSnsTopicNameException'],
    [
      { multiRegion: true, includeGlobalServiceEvents: false },
      'InvalidParameterCombinationException',
      'Multi-Region trail must include global service events.',
    ],
    [{ organizationTrail: true }, 'OrganizationsNotInUseException'],
    [{ kmsKeyId: 'no key' }, 'KmsKeyNotFoundException'],
    [{ kmsKeyId: 'alias/logs' }, 'KmsException'],
    [
      { cloudWatchLogsLogGroupArn: group },
      'InvalidCloudWatchLogsRoleArnException',
      'You must specify a log group and a role ARN.',
    ],
    [
      { cloudWatchLogsRoleArn: role },
      'InvalidCloudWatchLogsLogGroupArnException',
      'You must specify a log group and a role ARN.',
    ],
    [
      { cloudWatchLogsLogGroupArn: 'g', cloudWatchLogsRoleArn: role },
      'InvalidCloudWatchLogsLogGroupArnException',
      'CloudTrail cannot validate the specified log group ARN.',
    ],
    [
      { cloudWatchLogsLogGroupArn: group.replace('eu-west-1', 'us-east-1'), cloudWatchLogsRoleArn: role },
      'InvalidCloudWatchLogsLogGroupArnException',
      'You must specify a log group that is in the current region.',
    ],
    [
      { cloudWatchLogsLogGroupArn: group, cloudWatchLogsRoleArn: 'r' },
      'InvalidCloudWatchLogsRoleArnException',
      'CloudTrail cannot validate the specified role ARN.',
    ],
    [
      { cloudWatchLogsLogGroupArn: group, cloudWatchLogsRoleArn: role },
      'CloudWatchLogsDeliveryUnavailableException',
    ],
  ])('refuses %j before it writes anything', async (more, code, message?: string) => {
    await expect(trails.create(home, 'main', { ...settings, ...more })).rejects.toEqual(error(code, message));
    expect(written).toEqual([]);
  });

  test('stores the full ARN that the key service answers', async () => {
    const key = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/12345678-1234-1234-1234-123456789012`;
    trails = await open({ kms: { resolveKey: async () => key } });
    await trails.create(home, 'main', { ...settings, kmsKeyId: 'alias/logs' });
    expect(trails.get(home, 'main').kmsKeyId).toBe(key);
    await trails.update(home, 'main', { kmsKeyId: '' });
    expect(trails.get(home, 'main')).not.toHaveProperty('kmsKeyId');
  });

  test('refuses a name that the Region already shows, shadows too', async () => {
    await trails.create(home, 'main', settings);
    const taken = error('TrailAlreadyExistsException', `Trail main already exists for customer: ${ACCOUNT}`);
    await expect(trails.create(home, 'main', settings)).rejects.toEqual(taken);
    await expect(trails.create(away, 'main', { ...settings, multiRegion: true })).rejects.toEqual(taken);
    await trails.create(away, 'main', settings);
    await expect(
      trails.create({ ...home, account: '999999999999' }, 'main', settings),
    ).resolves.toBeDefined();
  });

  test('refuses the sixth trail of a Region, shadows counted, also of calls at once', async () => {
    await trails.create(away, 'everywhere', { ...settings, multiRegion: true });
    const outcomes = await Promise.allSettled(
      ['t-1', 't-2', 't-3', 't-4', 't-5', 't-6'].map((name) => trails.create(home, name, settings)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    const full = error(
      'MaximumNumberOfTrailsExceededException',
      `User: ${ACCOUNT} already has 5 trails in eu-west-1.`,
    );
    await expect(trails.create(home, 'one-more', settings)).rejects.toEqual(full);
    await expect(trails.create(away, 'one-more', { ...settings, multiRegion: true })).rejects.toEqual(full);
    await expect(trails.create(away, 'one-more', settings)).resolves.toBeDefined();
  });
});

describe('a trail', () => {
  test('is found by name at home and by ARN, and as a shadow by ARN only', async () => {
    await trails.create(home, 'main', { ...settings, multiRegion: true });
    expect(trails.get(home, 'main').arn).toBe(ARN);
    expect(trails.get(home, ARN).arn).toBe(ARN);
    expect(trails.get(away, ARN).homeRegion).toBe('eu-west-1');
    expect(() => trails.get(away, 'main')).toThrow(error('TrailNotFoundException'));
  });

  test.each([
    ['name', 'gone', 'gone'],
    ['name', ARN, 'main'],
    ['as-given', 'gone', 'gone'],
    ['as-given', ARN, ARN],
    ['arn', 'main', ARN],
  ] as const)('that does not exist is named by %s: %s', (form, given, shown) => {
    expect(() => trails.get(home, given, form)).toThrow(
      error('TrailNotFoundException', `Unknown trail: ${shown} for the user: ${ACCOUNT}`),
    );
  });

  test('of another Region or account is refused in AWS’s words', async () => {
    await trails.create(home, 'main', settings);
    expect(() => trails.get(away, ARN)).toThrow(
      error(
        'CloudTrailARNInvalidException',
        'Region in ARN is wrong, you can only access resources in region us-east-1.',
      ),
    );
    expect(() => trails.get({ ...home, account: '999999999999' }, ARN)).toThrow(
      error(
        'CloudTrailARNInvalidException',
        'AccountID in ARN is wrong, you can only access resources with AccountID 999999999999',
      ),
    );
  });

  test('is changed at home only', async () => {
    await trails.create(home, 'main', { ...settings, multiRegion: true });
    const elsewhere = error('InvalidHomeRegionException');
    for (const name of ['main', ARN]) {
      await expect(trails.update(away, name, {})).rejects.toEqual(elsewhere);
      await expect(trails.delete(away, name)).rejects.toEqual(elsewhere);
      await expect(trails.startLogging(away, name)).rejects.toEqual(elsewhere);
      await expect(trails.stopLogging(away, name)).rejects.toEqual(elsewhere);
      await expect(trails.putEventSelectors(away, name, { basic: [{}] })).rejects.toEqual(elsewhere);
      await expect(trails.putInsightSelectors(away, name, [])).rejects.toEqual(elsewhere);
    }
    await expect(trails.addTags(away, ARN, [])).rejects.toEqual(elsewhere);
  });

  test('is described where it shows', async () => {
    await trails.create(home, 'main', { ...settings, multiRegion: true });
    await trails.create(home, 'local', settings);
    const names = (list: readonly Trail[]) => list.map(({ name }) => name);
    expect(names(trails.describe(home))).toEqual(['local', 'main']);
    expect(names(trails.describe(away))).toEqual(['main']);
    expect(names(trails.describe(away, [], false))).toEqual([]);
    expect(names(trails.describe(away, ['main', 'local']))).toEqual([]);
    expect(names(trails.describe(away, [ARN, ARN, 'nothing']))).toEqual(['main']);
    expect(names(trails.list(away))).toEqual(['local', 'main']);
    expect(trails.list({ ...home, account: '999999999999' })).toEqual([]);
    expect(() => trails.describe(home, ['a'])).toThrow(error('InvalidTrailNameException'));
  });
});

describe('UpdateTrail', () => {
  test('changes what is given, removes what is empty, tries the bucket again', async () => {
    await trails.create(home, 'main', { ...settings, snsTopicName: 'news', s3KeyPrefix: 'pre' });
    written = [];
    const trail = await trails.update(home, ARN, { snsTopicName: '', logFileValidation: true });
    expect(trail).not.toHaveProperty('snsTopicArn');
    expect(trail).toMatchObject({ s3KeyPrefix: 'pre', logFileValidation: true, s3BucketName: 'log-bucket' });
    expect(written).toHaveLength(3);
  });

  test('that is refused leaves the trail as it was', async () => {
    const before = await trails.create(home, 'main', settings);
    refusal = { acl: 'AccessDenied' };
    await expect(trails.update(home, 'main', { s3BucketName: 'other' })).rejects.toEqual(
      error('InsufficientS3BucketPolicyException'),
    );
    expect(trails.get(home, 'main')).toEqual(before);
  });

  test('to all Regions needs a place and a free name there', async () => {
    await trails.create(home, 'main', settings);
    await trails.create(away, 'main', settings);
    await expect(trails.update(home, 'main', { multiRegion: true })).rejects.toEqual(
      error('TrailAlreadyExistsException'),
    );
    await trails.delete(away, 'main');
    await expect(trails.update(home, 'main', { multiRegion: true })).resolves.toMatchObject({
      multiRegion: true,
    });
    await expect(trails.update(home, 'main', { includeGlobalServiceEvents: false })).rejects.toEqual(
      error('InvalidParameterCombinationException'),
    );
  });

  test('of an unknown trail repeats what was asked', async () => {
    await expect(trails.update(home, 'myTrail2', {})).rejects.toEqual(
      error('TrailNotFoundException', `Unknown trail: myTrail2 for the user: ${ACCOUNT}`),
    );
  });
});

describe('logging', () => {
  beforeEach(async () => void (await trails.create(home, 'main', settings)));
  const edges = () =>
    trails.get(home, 'main').spans.map(({ from, to, stopRequested }) => [from, to, stopRequested ?? false]);

  test('starts at the head, once', async () => {
    await trails.startLogging(home, 'main');
    head = 200;
    clock += 5000;
    await trails.startLogging(home, ARN);
    expect(edges()).toEqual([[100, null, false]]);
    expect(trails.get(home, 'main')).toMatchObject({ isLogging: true, startLoggingTime: clock - 5000 });
  });

  test('stops when delivery closes the span, and starts anew behind it', async () => {
    await trails.startLogging(home, 'main');
    const { uid } = trails.get(home, 'main');
    await trails.closeSpan(uid, 150);
    expect(edges()).toEqual([[100, null, false]]);
    await trails.stopLogging(home, 'main');
    await trails.stopLogging(home, 'main');
    expect(edges()).toEqual([[100, null, true]]);
    expect(trails.get(home, 'main')).toMatchObject({ isLogging: false, stopLoggingTime: clock });
    await trails.closeSpan(uid, 180);
    head = 200;
    await trails.startLogging(home, 'main');
    expect(edges()).toEqual([
      [100, 180, true],
      [200, null, false],
    ]);
    await trails.dropFinishedSpans(uid, 180);
    expect(edges()).toEqual([[200, null, false]]);
  });

  test('started again before delivery saw the stop closes the old span at the head', async () => {
    await trails.startLogging(home, 'main');
    await trails.stopLogging(home, 'main');
    head = 120;
    await trails.startLogging(home, 'main');
    expect(edges()).toEqual([
      [100, 120, true],
      [120, null, false],
    ]);
  });

  test('goes on under a new rule from the head on', async () => {
    await trails.startLogging(home, 'main');
    head = 110;
    await trails.putEventSelectors(home, 'main', { basic: [{ ReadWriteType: 'WriteOnly' }] });
    head = 120;
    await trails.update(home, 'main', { multiRegion: true });
    head = 130;
    await trails.putInsightSelectors(home, 'main', [{ InsightType: 'ApiCallRateInsight' }]);
    head = 140;
    await trails.update(home, 'main', { s3KeyPrefix: 'no-new-rule' });
    expect(edges()).toEqual([
      [100, 110, false],
      [110, 120, false],
      [120, 130, false],
      [130, null, false],
    ]);
    expect(trails.get(home, 'main').spans.map(({ rule }) => [rule.multiRegion, rule.insights])).toEqual([
      [false, false],
      [false, false],
      [true, false],
      [true, true],
    ]);
  });

  test('collects other accounts’ events only in the collector’s own trails', async () => {
    trails = await open({ collectorAccount: ACCOUNT });
    const other = { ...home, account: '999999999999' };
    await trails.create(other, 'main', settings);
    for (const call of [home, other]) await trails.startLogging(call, 'main');
    expect(trails.get(home, 'main').spans[0]?.rule.anyAccount).toBe(true);
    expect(trails.get(other, 'main').spans[0]?.rule).not.toHaveProperty('anyAccount');
  });

  test('of a deleted trail ends at the head and is handed over', async () => {
    await trails.startLogging(home, 'main');
    head = 170;
    await trails.delete(home, 'main');
    expect(trails.all()).toEqual([]);
    expect(deleted).toMatchObject([{ name: 'main', isLogging: false, spans: [{ from: 100, to: 170 }] }]);
    await trails.create(home, 'main', settings);
    expect(trails.get(home, 'main').uid).not.toBe(deleted[0]?.uid);
    await expect(trails.delete(home, 'gone')).rejects.toEqual(
      error(
        'TrailNotFoundException',
        `Unknown trail: ${ARN.replace('main', 'gone')} for the user: ${ACCOUNT}`,
      ),
    );
  });
});

test('trails stand after a restart, and a deleted one that nobody took over is still there', async () => {
  trails = await open({ onDeleted: () => Promise.reject(new Error('delivery is down')) });
  await trails.create(home, 'main', { ...settings, multiRegion: true }, [{ key: 'team', value: 'x' }]);
  await trails.startLogging(home, 'main');
  await trails.create(home, 'short', settings);
  await trails.delete(home, 'short');
  const before = trails.get(home, 'main');
  await state.close();
  state = openLmdbState(join(folder, 'state'));
  trails = await open();
  expect(trails.all()).toEqual([before]);
  expect(trails.ended()).toMatchObject([{ name: 'short' }]);
  await trails.forget(trails.ended()[0]!.uid);
  expect(trails.ended()).toEqual([]);
});

describe('tags', () => {
  beforeEach(async () => void (await trails.create(home, 'main', settings, [{ key: 'a', value: '1' }])));

  test('are added, replaced and removed by key', async () => {
    await trails.addTags(home, ARN, [{ key: 'b' }, { key: 'a', value: '2' }]);
    expect(trails.listTags(home, [ARN])[0]?.tags).toEqual([{ key: 'a', value: '2' }, { key: 'b' }]);
    await trails.removeTags(home, ARN, [{ key: 'a', value: 'other' }]);
    expect(trails.listTags(home, [ARN])[0]?.tags).toEqual([{ key: 'b' }]);
  });

  test.each([
    [[{ key: '' }]],
    [[{ key: 'x'.repeat(129) }]],
    [[{ key: 'aws:x', value: '1' }]],
    [[{ key: 'k', value: 'x'.repeat(257) }]],
    [[{ key: 'k' }, { key: 'k', value: '2' }]],
  ])('are refused: %j', async (tags) => {
    await expect(trails.addTags(home, ARN, tags)).rejects.toEqual(error('InvalidTagParameterException'));
  });

  test('are at most fifty', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}` }));
    await expect(trails.addTags(home, ARN, many(50))).rejects.toEqual(error('TagsLimitExceededException'));
    await trails.addTags(home, ARN, many(49));
    expect(trails.listTags(home, [ARN])[0]?.tags).toHaveLength(50);
  });

  test.each([
    ['main', 'CloudTrailARNInvalidException'],
    [ARN.replace('main', 'gone'), 'ResourceNotFoundException'],
    [ARN.replace('eu-west-1', 'us-west-2'), 'CloudTrailARNInvalidException'],
    [ARN.replace(ACCOUNT, '999999999999'), 'CloudTrailARNInvalidException'],
    [
      ARN.replace('trail/main', 'eventdatastore/12345678-1234-1234-1234-123456789012'),
      'EventDataStoreNotFoundException',
    ],
    [ARN.replace('trail/main', 'channel/12345678-1234-1234-1234-123456789012'), 'ChannelNotFoundException'],
    [ARN.replace('trail/main', 'dashboard/d'), 'ResourceNotFoundException'],
    [ARN.replace('trail/main', 'import/x'), 'ResourceTypeNotSupportedException'],
  ])('of %s: %s', (arn, code) => {
    expect(() => trails.listTags(home, [ARN, arn])).toThrow(error(code));
  });
});

describe('Insights selectors', () => {
  beforeEach(async () => void (await trails.create(home, 'main', settings)));

  test('are off at first, then on, then off', async () => {
    const off = error(
      'InsightNotEnabledException',
      `Trail ${ARN} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.`,
    );
    expect(() => trails.insightSelectors(home, 'main')).toThrow(off);
    await trails.putInsightSelectors(home, 'main', [{ InsightType: 'ApiErrorRateInsight' }]);
    expect(trails.insightSelectors(home, 'main').insightSelectors).toEqual([
      { InsightType: 'ApiErrorRateInsight', EventCategories: ['Management'] },
    ]);
    await trails.putInsightSelectors(home, 'main', []);
    expect(() => trails.insightSelectors(home, 'main')).toThrow(off);
  });

  const rate = 'ApiCallRateInsight';
  const dataSelector = { DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3'] }] };
  test.each([
    [{}, { InsightType: 'Other' }, false],
    [{}, { InsightType: rate, EventCategories: ['Network'] }, false],
    [{}, { InsightType: rate, EventCategories: ['Data'] }, false],
    [dataSelector, { InsightType: rate, EventCategories: ['Data', 'Management'] }, true],
    [{ ReadWriteType: 'ReadOnly' }, { InsightType: rate }, false],
    [{ ReadWriteType: 'ReadOnly' }, { InsightType: 'ApiErrorRateInsight' }, true],
    [{ IncludeManagementEvents: false }, { InsightType: 'ApiErrorRateInsight' }, false],
  ])('on a trail that selects %j: %j, %s', async (basic, insight, accepted) => {
    await trails.putEventSelectors(home, 'main', { basic: [basic] });
    const put = trails.putInsightSelectors(home, 'main', [insight]);
    if (accepted) await expect(put).resolves.toMatchObject({ insightSelectors: [insight] });
    else await expect(put).rejects.toEqual(error('InvalidInsightSelectorsException'));
  });
});

test('refused selectors leave the old ones, and accepted ones mark the trail', async () => {
  await trails.create(home, 'main', settings);
  await expect(trails.putEventSelectors(home, 'main', { basic: [] })).rejects.toEqual(
    error('InvalidEventSelectorsException'),
  );
  expect(trails.get(home, 'main').hasCustomEventSelectors).toBe(false);
  await trails.putEventSelectors(home, 'main', {
    advanced: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
  });
  expect(trails.get(home, 'main').hasCustomEventSelectors).toBe(true);
  expect(trails.eventSelectors(home, 'main').selectors.kind).toBe('advanced');
});
