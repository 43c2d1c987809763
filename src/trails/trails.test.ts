import { describe, expect, test } from 'vitest';
import type { Trail } from './trail.ts';
import { ACCOUNT, ARN, away, error, home, settings, useTrailsHouse } from './trails.fixture.ts';

const house = useTrailsHouse();

describe('CreateTrail', () => {
  test('makes a trail with AWS’s defaults, not logging', async () => {
    const trail = await house.trails.create(home, 'main', settings);
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
      createdAt: house.clock,
    });
    expect(trail).not.toHaveProperty('s3KeyPrefix');
    expect(house.trails.get(home, 'main')).toEqual(trail);
  });

  test('tries the bucket with markers, then its ACL, then the topic', async () => {
    await house.trails.create(home, 'main', {
      ...settings,
      s3KeyPrefix: 'pre',
      logFileValidation: true,
      snsTopicName: 'news',
    });
    expect(house.written).toEqual([
      `put log-bucket/pre/AWSLogs/${ACCOUNT}/CloudTrail/ 0 application/json gzip`,
      `put log-bucket/pre/AWSLogs/${ACCOUNT}/CloudTrail-Digest/ 0 application/json gzip`,
      'acl log-bucket',
      `publish arn:aws:sns:eu-west-1:${ACCOUNT}:news CloudTrail validation message. ${ARN}`,
    ]);
    expect(house.trails.get(home, 'main')).toMatchObject({
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
    house.refusal = answer;
    await expect(house.trails.create(home, 'main', { ...settings, snsTopicName: 'news' })).rejects.toEqual(
      error(code, message),
    );
    expect(house.trails.all()).toEqual([]);
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
    await expect(house.trails.create(home, 'main', { ...settings, ...more })).rejects.toEqual(
      error(code, message),
    );
    expect(house.written).toEqual([]);
  });

  test('stores the full ARN that the key service answers', async () => {
    const key = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/12345678-1234-1234-1234-123456789012`;
    house.trails = await house.open({ kms: { resolveKey: async () => key } });
    await house.trails.create(home, 'main', { ...settings, kmsKeyId: 'alias/logs' });
    expect(house.trails.get(home, 'main').kmsKeyId).toBe(key);
    await house.trails.update(home, 'main', { kmsKeyId: '' });
    expect(house.trails.get(home, 'main')).not.toHaveProperty('kmsKeyId');
  });

  test('refuses a name that the Region already shows, shadows too', async () => {
    await house.trails.create(home, 'main', settings);
    const taken = error('TrailAlreadyExistsException', `Trail main already exists for customer: ${ACCOUNT}`);
    await expect(house.trails.create(home, 'main', settings)).rejects.toEqual(taken);
    await expect(house.trails.create(away, 'main', { ...settings, multiRegion: true })).rejects.toEqual(
      taken,
    );
    await house.trails.create(away, 'main', settings);
    await expect(
      house.trails.create({ ...home, account: '999999999999' }, 'main', settings),
    ).resolves.toBeDefined();
  });

  test('refuses the sixth trail of a Region, shadows counted, also of calls at once', async () => {
    await house.trails.create(away, 'everywhere', { ...settings, multiRegion: true });
    const outcomes = await Promise.allSettled(
      ['t-1', 't-2', 't-3', 't-4', 't-5', 't-6'].map((name) => house.trails.create(home, name, settings)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    const full = error(
      'MaximumNumberOfTrailsExceededException',
      `User: ${ACCOUNT} already has 5 trails in eu-west-1.`,
    );
    await expect(house.trails.create(home, 'one-more', settings)).rejects.toEqual(full);
    await expect(house.trails.create(away, 'one-more', { ...settings, multiRegion: true })).rejects.toEqual(
      full,
    );
    await expect(house.trails.create(away, 'one-more', settings)).resolves.toBeDefined();
  });
});

describe('a trail', () => {
  test('is found by name at home and by ARN, and as a shadow by ARN only', async () => {
    await house.trails.create(home, 'main', { ...settings, multiRegion: true });
    expect(house.trails.get(home, 'main').arn).toBe(ARN);
    expect(house.trails.get(home, ARN).arn).toBe(ARN);
    expect(house.trails.get(away, ARN).homeRegion).toBe('eu-west-1');
    expect(() => house.trails.get(away, 'main')).toThrow(error('TrailNotFoundException'));
  });

  test.each([
    ['name', 'gone', 'gone'],
    ['name', ARN, 'main'],
    ['as-given', 'gone', 'gone'],
    ['as-given', ARN, ARN],
    ['arn', 'main', ARN],
  ] as const)('that does not exist is named by %s: %s', (form, given, shown) => {
    expect(() => house.trails.get(home, given, form)).toThrow(
      error('TrailNotFoundException', `Unknown trail: ${shown} for the user: ${ACCOUNT}`),
    );
  });

  test('of another Region or account is refused in AWS’s words', async () => {
    await house.trails.create(home, 'main', settings);
    expect(() => house.trails.get(away, ARN)).toThrow(
      error(
        'CloudTrailARNInvalidException',
        'Region in ARN is wrong, you can only access resources in region us-east-1.',
      ),
    );
    expect(() => house.trails.get({ ...home, account: '999999999999' }, ARN)).toThrow(
      error(
        'CloudTrailARNInvalidException',
        'AccountID in ARN is wrong, you can only access resources with AccountID 999999999999',
      ),
    );
  });

  test('is changed at home only', async () => {
    await house.trails.create(home, 'main', { ...settings, multiRegion: true });
    const elsewhere = error('InvalidHomeRegionException');
    for (const name of ['main', ARN]) {
      await expect(house.trails.update(away, name, {})).rejects.toEqual(elsewhere);
      await expect(house.trails.delete(away, name)).rejects.toEqual(elsewhere);
      await expect(house.trails.startLogging(away, name)).rejects.toEqual(elsewhere);
      await expect(house.trails.stopLogging(away, name)).rejects.toEqual(elsewhere);
      await expect(house.trails.putEventSelectors(away, name, { basic: [{}] })).rejects.toEqual(elsewhere);
      await expect(house.trails.putInsightSelectors(away, name, [])).rejects.toEqual(elsewhere);
    }
    await expect(house.trails.addTags(away, ARN, [])).rejects.toEqual(elsewhere);
  });

  test('is described where it shows', async () => {
    await house.trails.create(home, 'main', { ...settings, multiRegion: true });
    await house.trails.create(home, 'local', settings);
    const names = (list: readonly Trail[]) => list.map(({ name }) => name);
    expect(names(house.trails.describe(home))).toEqual(['local', 'main']);
    expect(names(house.trails.describe(away))).toEqual(['main']);
    expect(names(house.trails.describe(away, [], false))).toEqual([]);
    expect(names(house.trails.describe(away, ['main', 'local']))).toEqual([]);
    expect(names(house.trails.describe(away, [ARN, ARN, 'nothing']))).toEqual(['main']);
    expect(names(house.trails.list(away))).toEqual(['local', 'main']);
    expect(house.trails.list({ ...home, account: '999999999999' })).toEqual([]);
    expect(() => house.trails.describe(home, ['a'])).toThrow(error('InvalidTrailNameException'));
  });
});

describe('UpdateTrail', () => {
  test('changes what is given, removes what is empty, tries the bucket again', async () => {
    await house.trails.create(home, 'main', { ...settings, snsTopicName: 'news', s3KeyPrefix: 'pre' });
    house.written = [];
    const trail = await house.trails.update(home, ARN, { snsTopicName: '', logFileValidation: true });
    expect(trail).not.toHaveProperty('snsTopicArn');
    expect(trail).toMatchObject({ s3KeyPrefix: 'pre', logFileValidation: true, s3BucketName: 'log-bucket' });
    expect(house.written).toHaveLength(3);
  });

  test('that is refused leaves the trail as it was', async () => {
    const before = await house.trails.create(home, 'main', settings);
    house.refusal = { acl: 'AccessDenied' };
    await expect(house.trails.update(home, 'main', { s3BucketName: 'other' })).rejects.toEqual(
      error('InsufficientS3BucketPolicyException'),
    );
    expect(house.trails.get(home, 'main')).toEqual(before);
  });

  test('to all Regions needs a place and a free name there', async () => {
    await house.trails.create(home, 'main', settings);
    await house.trails.create(away, 'main', settings);
    await expect(house.trails.update(home, 'main', { multiRegion: true })).rejects.toEqual(
      error('TrailAlreadyExistsException'),
    );
    await house.trails.delete(away, 'main');
    await expect(house.trails.update(home, 'main', { multiRegion: true })).resolves.toMatchObject({
      multiRegion: true,
    });
    await expect(house.trails.update(home, 'main', { includeGlobalServiceEvents: false })).rejects.toEqual(
      error('InvalidParameterCombinationException'),
    );
  });

  test('of an unknown trail repeats what was asked', async () => {
    await expect(house.trails.update(home, 'myTrail2', {})).rejects.toEqual(
      error('TrailNotFoundException', `Unknown trail: myTrail2 for the user: ${ACCOUNT}`),
    );
  });
});

test('trails stand after a restart, and a deleted one that nobody took over is still there', async () => {
  house.trails = await house.open({ onDeleted: () => Promise.reject(new Error('delivery is down')) });
  await house.trails.create(home, 'main', { ...settings, multiRegion: true }, [{ key: 'team', value: 'x' }]);
  await house.trails.startLogging(home, 'main');
  await house.trails.create(home, 'short', settings);
  await house.trails.delete(home, 'short');
  const before = house.trails.get(home, 'main');
  await house.state.close();
  house.openState();
  house.trails = await house.open();
  expect(house.trails.all()).toEqual([before]);
  expect(house.trails.ended()).toMatchObject([{ name: 'short' }]);
  await house.trails.forget(house.trails.ended()[0]!.uid);
  expect(house.trails.ended()).toEqual([]);
});

test('refused selectors leave the old ones, and accepted ones mark the trail', async () => {
  await house.trails.create(home, 'main', settings);
  await expect(house.trails.putEventSelectors(home, 'main', { basic: [] })).rejects.toEqual(
    error('InvalidEventSelectorsException'),
  );
  expect(house.trails.get(home, 'main').hasCustomEventSelectors).toBe(false);
  await house.trails.putEventSelectors(home, 'main', {
    advanced: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
  });
  expect(house.trails.get(home, 'main').hasCustomEventSelectors).toBe(true);
  expect(house.trails.eventSelectors(home, 'main').selectors.kind).toBe('advanced');
});
