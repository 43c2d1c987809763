import { describe, expect, test } from 'vitest';
import { ECS_VERSION, toEcs } from '../../src/sources/normalise/index.ts';
import { ecsProblems, SCHEMA_VERSION } from './ecs-schema.ts';
import { ARRIVED, corpusRecords, madeRecords, recordOf } from './records.ts';

/** What is wrong with views, with how many records each. */
function problemsOf(records: readonly unknown[], context = {}): Record<string, number> {
  const problems: Record<string, number> = {};
  for (const record of records) {
    const view = JSON.parse(JSON.stringify(toEcs(record, { arrivedAt: ARRIVED, ...context }))) as Record<
      string,
      unknown
    >;
    for (const problem of ecsProblems(view)) problems[problem] = (problems[problem] ?? 0) + 1;
  }
  return problems;
}

describe('the ECS view against the published schema', () => {
  test('is of the version that it says', () => expect(ECS_VERSION).toBe(SCHEMA_VERSION));

  test('every made record is of the schema', () => expect(problemsOf(madeRecords)).toEqual({}));

  test('every made record is of the schema with everything that enrichment and routing add', () => {
    const enriched = new Map([
      ['enrich.geo.continent_code', 'EU'],
      ['enrich.geo.country_code', 'GB'],
      ['enrich.geo.country_name', 'United Kingdom'],
      ['enrich.geo.region_name', 'England'],
      ['enrich.geo.city_name', 'London'],
      ['enrich.geo.timezone', 'Europe/London'],
      ['enrich.geo.latitude', '51.5'],
      ['enrich.geo.longitude', '-0.1'],
      ['enrich.as.as_number', '20712'],
      ['enrich.as.as_organization', 'Example'],
      ['enrich.account.recipient', 'audit'],
      ['enrich.owner.team', 'blue'],
    ]);
    const context = {
      enriched,
      tags: ['#cloudtrail'],
      raw: '{}',
      repo: 'default',
      rule: '1',
      priority: 'low',
    };
    expect(problemsOf(madeRecords, context)).toEqual({});
    expect(toEcs(recordOf(), context)).toMatchObject({
      source: { ip: '192.0.2.7', geo: { location: { lat: 51.5, lon: -0.1 } }, as: { number: 20712 } },
      labels: { repo: 'default', rule: '1', priority: 'low' },
      tags: ['#cloudtrail'],
    });
  });

  test.skipIf(corpusRecords.length === 0)('every real record is of the schema', () => {
    expect(problemsOf(corpusRecords)).toEqual({});
  });

  test.each([
    [{ event: { category: ['api'], type: ['info'], outcome: 'maybe' } }, 'event.outcome may not be maybe'],
    [{ event: { category: ['api'], type: ['indicator'] } }, 'event.type indicator of api'],
    [{ source: { ip: 'AWS Internal' } }, 'source.ip is no ip: "AWS Internal"'],
    [{ user: { nickname: 'x' } }, 'user.nickname is not in the schema'],
    [{ tags: 'x' }, 'tags: no list'],
    [{ '@timestamp': '2026-11-01' }, '@timestamp is no date: "2026-11-01"'],
  ])('%j is found', (change, problem) => {
    const view = toEcs(recordOf());
    expect(ecsProblems({ ...view, ...change })).toEqual([problem]);
  });
});
