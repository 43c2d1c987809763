import { beforeEach, describe, expect, test } from 'vitest';
import { ARN, error, home, settings, useTrailsHouse } from './trails.fixture.ts';

const house = useTrailsHouse();

describe('Insights selectors', () => {
  beforeEach(async () => void (await house.trails.create(home, 'main', settings)));

  test('are off at first, then on, then off', async () => {
    const off = error(
      'InsightNotEnabledException',
      `Trail ${ARN} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.`,
    );
    expect(() => house.trails.insightSelectors(home, 'main')).toThrow(off);
    await house.trails.putInsightSelectors(home, 'main', [{ InsightType: 'ApiErrorRateInsight' }]);
    expect(house.trails.insightSelectors(home, 'main').insightSelectors).toEqual([
      { InsightType: 'ApiErrorRateInsight', EventCategories: ['Management'] },
    ]);
    await house.trails.putInsightSelectors(home, 'main', []);
    expect(() => house.trails.insightSelectors(home, 'main')).toThrow(off);
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
    await house.trails.putEventSelectors(home, 'main', { basic: [basic] });
    const put = house.trails.putInsightSelectors(home, 'main', [insight]);
    if (accepted) await expect(put).resolves.toMatchObject({ insightSelectors: [insight] });
    else await expect(put).rejects.toEqual(error('InvalidInsightSelectorsException'));
  });
});
