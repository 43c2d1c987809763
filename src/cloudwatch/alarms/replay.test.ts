import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { setOf } from '../metrics/statistic-set.ts';
import { type AlarmRule, type AlarmState, MISSING_DATA } from './alarm.ts';
import { stepOf } from './datapoints.ts';
import { evaluate } from './evaluate.ts';
import { replay } from './replay.ts';

const START = Date.UTC(2026, 10, 21);
const HOUR = 3_600_000;
const CIS: AlarmRule = {
  statistic: 'Sum',
  period: 300,
  evaluationPeriods: 1,
  threshold: 1,
  comparison: 'GreaterThanOrEqualToThreshold',
  missingData: 'notBreaching',
};

const pointsAt = (...minutes: readonly number[]) =>
  minutes.map((minute) => ({ time: START + minute * 60_000, unit: 'None', set: setOf(1) }));

const told = (
  rule: AlarmRule,
  points: ReturnType<typeof pointsAt>,
  to = START + HOUR,
  state: AlarmState = 'OK',
) =>
  [...replay(rule, points, { from: START, to, state })].map(
    ({ from, state: next, at }) => `${from} -> ${next} at ${(at - START) / 60_000}`,
  );

describe('a replay', () => {
  test('sees an event in the minute after it, and forgets it when the range is over', () => {
    expect(told(CIS, pointsAt(10))).toEqual(['OK -> ALARM at 11', 'ALARM -> OK at 26']);
  });

  test('tells each change once, however long the state lasts', () => {
    expect(told(CIS, pointsAt(10, 12, 14, 40))).toEqual([
      'OK -> ALARM at 11',
      'ALARM -> OK at 30',
      'OK -> ALARM at 41',
      'ALARM -> OK at 56',
    ]);
  });

  test('begins with what the state was', () => {
    expect(told(CIS, [], START + HOUR, 'INSUFFICIENT_DATA')).toEqual(['INSUFFICIENT_DATA -> OK at 1']);
    expect(told({ ...CIS, missingData: 'ignore' }, [], START + HOUR, 'ALARM')).toEqual([]);
  });

  test('looks at short periods every ten seconds', () => {
    const rule = { ...CIS, period: 10 };
    expect(told(rule, pointsAt(1))).toEqual([`OK -> ALARM at ${70 / 60}`, `ALARM -> OK at ${100 / 60}`]);
  });

  test('finds the same however it is cut into runs, as a restart cuts it', () => {
    const points = pointsAt(3, 17, 18, 44);
    const whole = [...replay(CIS, points, { from: START, to: START + HOUR, state: 'OK' })];
    const cut: unknown[] = [];
    let state: AlarmState = 'OK';
    for (let minute = 0; minute < 60; minute++) {
      const from = START + minute * 60_000;
      for (const transition of replay(CIS, points, { from, to: from + 60_000, state })) {
        cut.push(transition);
        state = transition.state;
      }
    }
    expect(cut).toEqual(whole);
  });

  test('leaves out only ends at which nothing can change', () => {
    const rules = fc.record({
      statistic: fc.constantFrom('Sum', 'Average', 'SampleCount', 'Maximum'),
      period: fc.constantFrom(10, 30, 60, 120, 300),
      evaluationPeriods: fc.integer({ min: 1, max: 4 }),
      threshold: fc.integer({ min: 0, max: 3 }),
      comparison: fc.constantFrom('GreaterThanThreshold', 'LessThanOrEqualToThreshold'),
      missingData: fc.constantFrom(...MISSING_DATA),
    }) as fc.Arbitrary<AlarmRule>;
    const data = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_800 }), fc.integer({ min: 0, max: 4 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(rules, data, (rule, values) => {
        const points = values
          .map(([second, value]) => ({ time: START + second * 1_000, unit: 'None', set: setOf(value) }))
          .sort((a, b) => a.time - b.time);
        const wanted: unknown[] = [];
        let state: AlarmState = 'OK';
        for (let end = START + stepOf(rule); end <= START + HOUR; end += stepOf(rule)) {
          const verdict = evaluate(rule, points, end, state);
          if (!verdict || verdict.state === state) continue;
          wanted.push({ ...verdict, from: state, at: end });
          state = verdict.state;
        }
        expect([...replay(rule, points, { from: START, to: START + HOUR, state: 'OK' })]).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  });
});
