import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FoundRecord } from '../repos/index.ts';
import { logSource } from '../sources/log-source.fixture.ts';
import { recordWriter } from './search-lines.ts';
import { type ApiHouse, openApiHouse } from './sources-api/house.fixture.ts';
import { type HouseViews, openViews } from './views.ts';

let house: ApiHouse;
let views: HouseViews;
let normalizerId: string;

const RECORD = { eventName: 'CreateUser', eventSource: 'iam.amazonaws.com', errorCode: 'AccessDenied' };
const mapping = (more: Readonly<Record<string, unknown>>) => ({
  fields: [{ to: 'what', from: 'eventName' }],
  ...more,
});

beforeAll(async () => {
  house = await openApiHouse();
  const { sources, policies } = house.rooms;
  views = openViews(sources, policies);
  const denied = mapping({ when: { errorCode: '*Denied' }, base: 'flat' });
  normalizerId = (await policies.create('normalizer', { name: 'denied', mapping: denied })).id;
  await policies.create('normalizer', { name: 'team', mapping: mapping({}) });
  await policies.create('normalization', {
    name: 'np',
    normalizers: [{ name: 'denied', type: 'mapping' }],
  });
  const normalizers = [{ name: 'CloudTrailEcsNormalizer', type: 'compiled' }];
  await sources.put({ ...logSource(), normalizationPolicy: 'np', normalizers });
});
afterAll(() => house.dispose());

const show = (name: string, record: unknown = RECORD, from = logSource().id) =>
  views.find(name, from)?.(record);

describe('the views of a house', () => {
  test('are the built-in ones, normalizers, and by policy', () => {
    expect(views.names()).toEqual([
      ...['flat', 'ecs', 'ocsf'],
      ...['CloudTrailCompiledNormalizer', 'CloudTrailEcsNormalizer', 'CloudTrailOcsfNormalizer'],
      ...['denied', 'team', 'policy'],
    ]);
    for (const name of views.names()) expect(views.has(name)).toBe(true);
    expect(views.has('constructor')).toBe(false);
    expect(show('constructor')).toBeUndefined();
    expect(show('team')).toEqual({ what: 'CreateUser' });
    expect(show('flat')).toMatchObject({ event_name: 'CreateUser' });
  });

  test('by policy are made by the first normalizer that is for the record', () => {
    expect(show('policy')).toMatchObject({ what: 'CreateUser', event_name: 'CreateUser' });
    expect(show('policy', { eventName: 'CreateUser' })).toMatchObject({ event: { action: 'CreateUser' } });
    expect(show('policy', RECORD, '')).toMatchObject({ event_name: 'CreateUser' });
    expect(show('policy', RECORD, '')).not.toHaveProperty('what');
  });

  test('are made anew after a normalizer was edited', async () => {
    await house.rooms.policies.edit('normalizer', normalizerId, { name: 'denied', mapping: mapping({}) });
    expect(show('denied')).toEqual({ what: 'CreateUser' });
    expect(show('policy', { eventName: 'X' })).toEqual({ what: 'X' });
  });

  test('stand in what a search answers, in place of the record', () => {
    const found: FoundRecord = {
      ...{
        repo: 'default',
        id: 'e1',
        time: 5,
        arrived: 6,
        account: '1',
        region: 'r',
        source: 's',
        name: 'n',
      },
      ...{ user: '', ip: '', error: '', priority: '', rule: '', from: '', file: '', tags: ['cloudtrail'] },
      enrichment: new Map([['geo.country_code', 'DE']]),
      raw: JSON.stringify(RECORD),
    };
    const line = (view: string | undefined, more = {}) =>
      JSON.parse(recordWriter(view, views)({ ...found, ...more })) as Record<string, unknown>;
    expect(line(undefined)).toMatchObject({ eventId: 'e1', record: JSON.stringify(RECORD) });
    expect(line('team')).toMatchObject({ eventId: 'e1', view: { what: 'CreateUser' } });
    expect(line('team')).not.toHaveProperty('record');
    expect(line('flat')).toMatchObject({ view: { 'enrich.geo.country_code': 'DE' } });
    expect(line('ecs')).toMatchObject({ view: { tags: ['#cloudtrail'] } });
    expect(line('team', { raw: '' })).toMatchObject({ view: null });
    expect(line('team', { raw: '{broken' })).toMatchObject({ view: {} });
    expect(() => recordWriter('xml', views)).toThrow(/there is no view "xml"; there are flat, /);
    expect(() => recordWriter('flat', undefined)).toThrow(/starting/);
  });
});
