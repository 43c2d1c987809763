import { beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, ARN, error, home, settings, useTrailsHouse } from './trails.fixture.ts';

const house = useTrailsHouse();

describe('logging', () => {
  beforeEach(async () => void (await house.trails.create(home, 'main', settings)));
  const edges = () =>
    house.trails
      .get(home, 'main')
      .spans.map(({ from, to, stopRequested }) => [from, to, stopRequested ?? false]);

  test('starts at the head, once', async () => {
    await house.trails.startLogging(home, 'main');
    house.head = 200;
    house.clock += 5000;
    await house.trails.startLogging(home, ARN);
    expect(edges()).toEqual([[100, null, false]]);
    expect(house.trails.get(home, 'main')).toMatchObject({
      isLogging: true,
      startLoggingTime: house.clock - 5000,
    });
  });

  test('stops when delivery closes the span, and starts anew behind it', async () => {
    await house.trails.startLogging(home, 'main');
    const { uid } = house.trails.get(home, 'main');
    await house.trails.closeSpan(uid, 150);
    expect(edges()).toEqual([[100, null, false]]);
    await house.trails.stopLogging(home, 'main');
    await house.trails.stopLogging(home, 'main');
    expect(edges()).toEqual([[100, null, true]]);
    expect(house.trails.get(home, 'main')).toMatchObject({ isLogging: false, stopLoggingTime: house.clock });
    await house.trails.closeSpan(uid, 180);
    house.head = 200;
    await house.trails.startLogging(home, 'main');
    expect(edges()).toEqual([
      [100, 180, true],
      [200, null, false],
    ]);
    await house.trails.dropFinishedSpans(uid, 180);
    expect(edges()).toEqual([[200, null, false]]);
  });

  test('started again before delivery saw the stop closes the old span at the head', async () => {
    await house.trails.startLogging(home, 'main');
    await house.trails.stopLogging(home, 'main');
    house.head = 120;
    await house.trails.startLogging(home, 'main');
    expect(edges()).toEqual([
      [100, 120, true],
      [120, null, false],
    ]);
  });

  test('goes on under a new rule from the head on', async () => {
    await house.trails.startLogging(home, 'main');
    house.head = 110;
    await house.trails.putEventSelectors(home, 'main', { basic: [{ ReadWriteType: 'WriteOnly' }] });
    house.head = 120;
    await house.trails.update(home, 'main', { multiRegion: true });
    house.head = 130;
    await house.trails.putInsightSelectors(home, 'main', [{ InsightType: 'ApiCallRateInsight' }]);
    house.head = 140;
    await house.trails.update(home, 'main', { s3KeyPrefix: 'no-new-rule' });
    expect(edges()).toEqual([
      [100, 110, false],
      [110, 120, false],
      [120, 130, false],
      [130, null, false],
    ]);
    expect(house.trails.get(home, 'main').spans.map(({ rule }) => [rule.multiRegion, rule.insights])).toEqual(
      [
        [false, false],
        [false, false],
        [true, false],
        [true, true],
      ],
    );
  });

  test('collects other accounts’ events only in the collector’s own trails', async () => {
    house.trails = await house.open({ collectorAccount: ACCOUNT });
    const other = { ...home, account: '999999999999' };
    await house.trails.create(other, 'main', settings);
    for (const call of [home, other]) await house.trails.startLogging(call, 'main');
    expect(house.trails.get(home, 'main').spans[0]?.rule.anyAccount).toBe(true);
    expect(house.trails.get(other, 'main').spans[0]?.rule).not.toHaveProperty('anyAccount');
  });

  test('of a deleted trail ends at the head and is handed over', async () => {
    await house.trails.startLogging(home, 'main');
    house.head = 170;
    await house.trails.delete(home, 'main');
    expect(house.trails.all()).toEqual([]);
    expect(house.deleted).toMatchObject([
      { name: 'main', isLogging: false, spans: [{ from: 100, to: 170 }] },
    ]);
    await house.trails.create(home, 'main', settings);
    expect(house.trails.get(home, 'main').uid).not.toBe(house.deleted[0]?.uid);
    await expect(house.trails.delete(home, 'gone')).rejects.toEqual(
      error(
        'TrailNotFoundException',
        `Unknown trail: ${ARN.replace('main', 'gone')} for the user: ${ACCOUNT}`,
      ),
    );
  });
});
