import { describe, expect, test } from 'vitest';
import type { MetricPoint } from '../metrics/metric.ts';
import { setOf } from '../metrics/statistic-set.ts';
import type { AlarmRule, AlarmState, MissingData } from './alarm.ts';
import { evaluate } from './evaluate.ts';

const END = Date.UTC(2026, 10, 21, 5, 10);
const MINUTE = 60_000;

const RULE: AlarmRule = {
  statistic: 'Sum',
  period: 60,
  evaluationPeriods: 3,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
  missingData: 'missing',
};

/** `0 - X - X`, oldest first: a value below the threshold, nothing, one above. */
function pointsOf(picture: string): readonly MetricPoint[] {
  const parts = picture.split(' ');
  return parts.flatMap((part, index) =>
    part === '-'
      ? []
      : [{ time: END - (parts.length - index) * MINUTE, unit: 'None', set: setOf(part === 'X' ? 2 : 0) }],
  );
}

const stateOf = (rule: AlarmRule, picture: string, state: AlarmState = 'OK') =>
  evaluate(rule, pointsOf(picture), END, state)?.state ?? 'stays';

const TREATMENTS: readonly MissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const [OK, ALARM, INSUFFICIENT, stays] = ['OK', 'ALARM', 'INSUFFICIENT_DATA', 'stays'];

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
describe("AWS's tables of missing data", () => {
  test.each([
    ['0 - X - X', [OK, OK, OK, OK]],
    ['0 - - - -', [OK, OK, OK, OK]],
    ['- - - - -', [INSUFFICIENT, stays, ALARM, OK]],
    ['0 X X - X', [ALARM, ALARM, ALARM, ALARM]],
    ['- - X - -', [ALARM, stays, ALARM, OK]],
  ])('3 of 3: %s', (picture, wanted) => {
    expect(TREATMENTS.map((missingData) => stateOf({ ...RULE, missingData }, picture))).toEqual(wanted);
  });

  test.each([
    ['0 - X - X', [ALARM, ALARM, ALARM, ALARM]],
    ['0 0 X 0 X', [ALARM, ALARM, ALARM, ALARM]],
    ['0 - X - -', [OK, OK, ALARM, OK]],
    ['- - - - 0', [OK, OK, ALARM, OK]],
    ['- - - X -', [ALARM, stays, ALARM, OK]],
  ])('2 of 3: %s', (picture, wanted) => {
    const rule = { ...RULE, datapointsToAlarm: 2 };
    expect(TREATMENTS.map((missingData) => stateOf({ ...rule, missingData }, picture))).toEqual(wanted);
  });

  test('breaching data that is too young is no alarm yet', () => {
    expect(stateOf(RULE, '- - - - X')).toBe(INSUFFICIENT);
    expect(stateOf(RULE, '- - - X X')).toBe(INSUFFICIENT);
    expect(stateOf(RULE, '- - X X X')).toBe(ALARM);
  });

  test('1 of 1, which security alarms are: one value is enough, and stays for the range that is looked at', () => {
    const one = { ...RULE, evaluationPeriods: 1, missingData: 'notBreaching' as const };
    expect(['- - X', '- X -', 'X - -', '- - -', 'X - 0'].map((picture) => stateOf(one, picture))).toEqual([
      ALARM,
      ALARM,
      ALARM,
      OK,
      OK,
    ]);
  });
});

describe('a comparison', () => {
  test.each([
    ['GreaterThanOrEqualToThreshold', [0, 1, 1]],
    ['GreaterThanThreshold', [0, 0, 1]],
    ['LessThanThreshold', [1, 0, 0]],
    ['LessThanOrEqualToThreshold', [1, 1, 0]],
  ] as const)('%s', (comparison, wanted) => {
    const rule = { ...RULE, evaluationPeriods: 1, comparison };
    const alarms = [0.5, 1, 1.5].map((value) => {
      const points = [{ time: END - MINUTE, unit: 'None', set: setOf(value) }];
      return evaluate(rule, points, END, 'OK')?.state === 'ALARM' ? 1 : 0;
    });
    expect(alarms).toEqual(wanted);
  });
});

describe('a period', () => {
  const rule = { ...RULE, evaluationPeriods: 1, missingData: 'notBreaching' as const };
  const at = (time: number, value = 1) => ({ time, unit: 'None', set: setOf(value) });

  test('takes its beginning and leaves its end to the next', () => {
    const inside = evaluate(rule, [at(END - 5 * MINUTE * 3), at(END - MINUTE)], END, 'OK');
    expect(inside?.state).toBe(ALARM);
    expect(evaluate(rule, [at(END)], END, 'OK')?.state).toBe(OK);
  });

  test('brings several points together before it compares', () => {
    const average = {
      ...rule,
      statistic: 'Average',
      threshold: 2,
      comparison: 'GreaterThanThreshold' as const,
    };
    const points = [at(END - 50_000, 1), at(END - 40_000, 4), at(END - 30_000, 2)];
    expect(evaluate(average, points, END, 'OK')).toMatchObject({ state: ALARM });
    expect(evaluate({ ...average, statistic: 'Minimum' }, points, END, 'OK')?.state).toBe(OK);
    expect(evaluate({ ...average, statistic: 'SampleCount' }, points, END, 'OK')?.state).toBe(ALARM);
    expect(evaluate({ ...average, statistic: 'p90', threshold: 3.5 }, points, END, 'OK')?.state).toBe(ALARM);
  });

  test('with too few values for a percentile changes nothing where that is asked for', () => {
    const low = { ...rule, statistic: 'p90', lowSampleCount: 'ignore' as const };
    const few = [{ time: END - MINUTE, unit: 'None', set: setOf(5, 99) }];
    const enough = [{ time: END - MINUTE, unit: 'None', set: setOf(5, 100) }];
    expect(evaluate(low, few, END, 'OK')).toBeUndefined();
    expect(evaluate(low, enough, END, 'OK')?.state).toBe(ALARM);
    expect(evaluate({ ...low, lowSampleCount: 'evaluate' }, few, END, 'OK')?.state).toBe(ALARM);
  });
});

describe("a reason, in AWS's words", () => {
  const one = { ...RULE, evaluationPeriods: 1 };
  test.each<[string, Partial<AlarmRule>, string, string]>([
    [
      'one datapoint',
      one,
      '- - X',
      'Threshold Crossed: 1 datapoint [2.0 (21/11/26 05:09:00)] was greater than or equal to the threshold (1.0).',
    ],
    [
      'one that is fine',
      one,
      '- - 0',
      'Threshold Crossed: 1 datapoint [0.0 (21/11/26 05:09:00)] was not greater than or equal to the threshold (1.0).',
    ],
    [
      'several, newest first',
      { ...RULE, comparison: 'GreaterThanThreshold' },
      '- - X X X',
      'Threshold Crossed: 3 datapoints [2.0 (21/11/26 05:09:00), 2.0 (21/11/26 05:08:00), 2.0 (21/11/26 05:07:00)] ' +
        'were greater than the threshold (1.0).',
    ],
    [
      'M of N',
      { ...one, datapointsToAlarm: 1 },
      '- - X',
      'Threshold Crossed: 1 out of the last 1 datapoints [2.0 (21/11/26 05:09:00)] was greater than or equal to the ' +
        'threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition).',
    ],
    [
      'nothing came',
      { ...one, missingData: 'notBreaching' },
      '- - -',
      'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
    ],
    [
      'nothing came for long',
      { ...RULE, missingData: 'breaching' },
      '- - - - -',
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].',
    ],
    [
      'some came',
      { ...RULE, evaluationPeriods: 2, missingData: 'breaching', comparison: 'LessThanThreshold' },
      '- - 0 -',
      'Threshold Crossed: 1 datapoint [0.0 (21/11/26 05:08:00)] was less than the threshold (1.0) and 1 missing ' +
        'datapoint was treated as [Breaching].',
    ],
    ['nothing is known', RULE, '- - - - -', 'Insufficient Data: 3 datapoints were unknown.'],
    ['one is unknown', one, '- - -', 'Insufficient Data: 1 datapoint was unknown.'],
  ])('%s', (_, rule, picture, wanted) => {
    expect(evaluate({ ...RULE, ...rule }, pointsOf(picture), END, 'OK')?.reason).toBe(wanted);
  });

  test('comes with its data', () => {
    const { reasonData = '' } = evaluate(one, pointsOf('- - X'), END, 'OK') ?? {};
    expect(reasonData).toContain('"recentDatapoints":[2.0],"threshold":1.0');
    expect(JSON.parse(reasonData)).toMatchObject({
      version: '1.0',
      queryDate: '2026-11-21T05:10:00.000+0000',
      startDate: '2026-11-21T05:09:00.000+0000',
      statistic: 'Sum',
      period: 60,
      evaluatedDatapoints: [{ timestamp: '2026-11-21T05:09:00.000+0000', sampleCount: 1, value: 2 }],
    });
  });
});
