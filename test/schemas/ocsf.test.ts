import { describe, expect, test } from 'vitest';
import { OCSF_VERSION, toOcsf } from '../../src/sources/normalise/index.ts';
import { readOcsfData } from './ocsf-data.ts';
import { REACHED_CLASSES, REACHED_PROFILES } from './ocsf-reach.ts';
import { ocsfValidator } from './ocsf-validator.ts';
import { ARRIVED, corpusRecords, madeRecords } from './records.ts';

const data = readOcsfData(OCSF_VERSION);
const validators = new Map(
  [...REACHED_CLASSES].map(([uid, name]) => [uid, ocsfValidator(data, name, REACHED_PROFILES)]),
);

describe('the OCSF view against the published schema', () => {
  /** What is wrong with views, with how many records each. */
  function problemsOf(records: readonly unknown[], context = {}): Record<string, number> {
    const problems = new Map<string, number>();
    for (const record of records) {
      // As it goes out: members that are undefined do not.
      const view = JSON.parse(JSON.stringify(toOcsf(record, { arrivedAt: ARRIVED, ...context }))) as Record<
        string,
        unknown
      >;
      const validate = validators.get(Number(view.class_uid));
      if (validate?.(view)) continue;
      for (const { instancePath, message, params } of validate?.errors ?? []) {
        const text = `${String(view.class_name)} ${instancePath} ${message} ${JSON.stringify(params)}`;
        problems.set(text, (problems.get(text) ?? 0) + 1);
      }
    }
    return Object.fromEntries(problems);
  }

  test('every made record validates', () => {
    expect(madeRecords.length).toBeGreaterThan(60);
    expect(problemsOf(madeRecords)).toEqual({});
  });

  test('every made record validates with everything that enrichment and routing add', () => {
    const enriched = new Map([
      ['enrich.geo.country_code', 'GB'],
      ['enrich.geo.region_code', 'ENG'],
      ['enrich.geo.city_name', 'London'],
      ['enrich.geo.latitude', '51.5'],
      ['enrich.geo.longitude', '-0.1'],
      ['enrich.as.as_number', '20712'],
      ['enrich.as.as_organization', 'Example'],
      ['enrich.account.caller', 'prod'],
      ['enrich.account.recipient', 'audit'],
    ]);
    expect(problemsOf(madeRecords, { enriched, tags: ['#cloudtrail'], raw: '{}', repo: 'default' })).toEqual(
      {},
    );
  });

  test('is of the version that it says', () => expect(data.version).toBe(OCSF_VERSION));

  test.skipIf(corpusRecords.length === 0)('every real record validates', () => {
    const classes = new Map<string, number>();
    for (const record of corpusRecords) {
      const name = String(toOcsf(record).class_name);
      classes.set(name, (classes.get(name) ?? 0) + 1);
    }
    console.log('OCSF classes of the corpus:', Object.fromEntries(classes));
    expect(problemsOf(corpusRecords)).toEqual({});
  });

  test('a view that breaks the schema is found', () => {
    const view = toOcsf(madeRecords[0], { arrivedAt: ARRIVED });
    const validate = validators.get(Number(view.class_uid));
    expect(validate?.(view)).toBe(true);
    const breaks = [
      { time: 'now' },
      { cloud: {} },
      { extra: 1 },
      { actor: {} },
      { activity_id: 5 },
      { class_uid: 6004 },
      { type_uid: 600305 },
      { src_endpoint: { ip: 'AWS Internal' } },
      { metadata: { version: '1.8.0' } },
      { resources: {} },
      { status_id: '1' },
      { api: undefined },
    ];
    for (const change of breaks) {
      const broken: unknown = JSON.parse(JSON.stringify({ ...view, ...change }));
      expect(validate?.(broken), JSON.stringify(change)).toBe(false);
    }
  });
});
