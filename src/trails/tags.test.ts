import { beforeEach, describe, expect, test } from 'vitest';
import { ACCOUNT, ARN, error, home, settings, useTrailsHouse } from './trails.fixture.ts';

const house = useTrailsHouse();

describe('tags', () => {
  beforeEach(
    async () => void (await house.trails.create(home, 'main', settings, [{ key: 'a', value: '1' }])),
  );

  test('are added, replaced and removed by key', async () => {
    await house.trails.addTags(home, ARN, [{ key: 'b' }, { key: 'a', value: '2' }]);
    expect(house.trails.listTags(home, [ARN])[0]?.tags).toEqual([{ key: 'a', value: '2' }, { key: 'b' }]);
    await house.trails.removeTags(home, ARN, [{ key: 'a', value: 'other' }]);
    expect(house.trails.listTags(home, [ARN])[0]?.tags).toEqual([{ key: 'b' }]);
  });

  test.each([
    [[{ key: '' }]],
    [[{ key: 'x'.repeat(129) }]],
    [[{ key: 'aws:x', value: '1' }]],
    [[{ key: 'k', value: 'x'.repeat(257) }]],
    [[{ key: 'k' }, { key: 'k', value: '2' }]],
  ])('are refused: %j', async (tags) => {
    await expect(house.trails.addTags(home, ARN, tags)).rejects.toEqual(
      error('InvalidTagParameterException'),
    );
  });

  test('are at most fifty', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}` }));
    await expect(house.trails.addTags(home, ARN, many(50))).rejects.toEqual(
      error('TagsLimitExceededException'),
    );
    await house.trails.addTags(home, ARN, many(49));
    expect(house.trails.listTags(home, [ARN])[0]?.tags).toHaveLength(50);
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
    expect(() => house.trails.listTags(home, [ARN, arn])).toThrow(error(code));
  });
});
