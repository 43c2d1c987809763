import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { OCSF_CLASSES, OCSF_VERSION } from '../../src/sources/normalise/index.ts';
import { OcsfCheckout } from './ocsf-checkout.ts';
import { ocsfDataPath, writeOcsfData } from './ocsf-data.ts';
import { REACHED_CLASSES, REACHED_OBJECTS, REACHED_PROFILES } from './ocsf-reach.ts';
import { ocsfValidator } from './ocsf-validator.ts';

/** A schema of two classes, as its repository writes one. */
const SMALL: Readonly<Record<string, unknown>> = {
  'version.json': { version: '0.1.0' },
  'categories.json': { attributes: { iam: { uid: 3 } } },
  'dictionary.json': {
    attributes: {
      activity_id: { type: 'integer_t', enum: { 0: { caption: 'Unknown' } } },
      class_uid: { type: 'integer_t' },
      user: { type: 'user' },
      name: { type: 'string_t' },
      port: { type: 'port_t' },
      cloud: { type: 'string_t' },
      host: { type: 'string_t' },
    },
    types: {
      attributes: {
        integer_t: {},
        string_t: { max_len: 5 },
        port_t: { type: 'integer_t', range: [0, 65_535] },
      },
    },
  },
  'profiles/cloud.json': { name: 'cloud', attributes: { cloud: { requirement: 'required' } } },
  'profiles/host.json': { name: 'host', attributes: { host: { requirement: 'required' } } },
  'objects/user.json': {
    name: 'user',
    attributes: { name: {}, port: {} },
    constraints: { at_least_one: ['name', 'port'] },
  },
  'events/base.json': {
    name: 'base',
    category: 'iam',
    attributes: {
      $include: ['profiles/cloud.json', 'profiles/host.json'],
      activity_id: { requirement: 'required', enum: { 1: { caption: 'Logon' } } },
      class_uid: {},
    },
  },
  'events/iam/login.json': {
    name: 'login',
    uid: 2,
    extends: 'base',
    attributes: { user: { is_array: true }, activity_id: { enum: { 2: { caption: 'Logoff' } } } },
  },
};

const root = mkdtempSync(join(tmpdir(), 'ocsf-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const [name, value] of Object.entries(SMALL)) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), JSON.stringify(value));
}

test('takes what validation needs out of a checkout: inherited, included, of the profiles that are said', () => {
  const data = new OcsfCheckout(root).take(['login'], ['user'], ['cloud']);
  expect(data).toEqual({
    version: '0.1.0',
    classes: {
      login: {
        attributes: {
          activity_id: { type: 'integer_t', required: true, values: [0, 1, 2] },
          category_uid: { type: 'string_t', values: ['3'] },
          class_uid: { type: 'integer_t', values: [3002] },
          cloud: { type: 'string_t', required: true, profiles: ['cloud'] },
          type_uid: { type: 'string_t', values: ['300200', '300201', '300202'] },
          user: { type: 'user', array: true },
        },
      },
    },
    objects: {
      user: {
        atLeastOne: ['name', 'port'],
        attributes: { name: { type: 'string_t' }, port: { type: 'port_t' } },
      },
    },
    types: {
      integer_t: {},
      port_t: { of: 'integer_t', range: [0, 65_535] },
      string_t: { maxLength: 5 },
    },
  });
  expect(JSON.parse(writeOcsfData(data))).toEqual(data);
});

test.each([
  [{ activity_id: 2, cloud: 'AWS', user: [{ name: 'alice' }] }, true],
  [{ activity_id: 3, cloud: 'AWS' }, false],
  [{ activity_id: 1 }, false],
  [{ activity_id: 1, cloud: 'AWS', host: 'x' }, false],
  [{ activity_id: 1, cloud: 'longer' }, false],
  [{ activity_id: 1, cloud: 'AWS', user: [{}] }, false],
  [{ activity_id: 1, cloud: 'AWS', user: [{ port: 70_000 }] }, false],
  [{ activity_id: 1, cloud: 'AWS', user: { name: 'x' } }, false],
  [{ activity_id: 1, cloud: 'AWS', class_uid: 3003 }, false],
])('%j is valid: %s', (view, isValid) => {
  const data = new OcsfCheckout(root).take(['login'], ['user'], ['cloud']);
  expect(ocsfValidator(data, 'login', ['cloud'])(view)).toBe(isValid);
});

test('an object that was not taken in is refused where it stands', () => {
  const data = new OcsfCheckout(root).take(['login'], [], ['cloud']);
  const validate = ocsfValidator(data, 'login', ['cloud']);
  expect(validate({ activity_id: 1, cloud: 'AWS' })).toBe(true);
  expect(validate({ activity_id: 1, cloud: 'AWS', user: [{ name: 'x' }] })).toBe(false);
});

/** A checkout of the version that is taken in; `--update` takes it in anew (see ocsf/README.md). */
const published = process.env.OPENTRAIL_OCSF_SCHEMA;
if (published !== undefined) {
  describe('the published schema', () => {
    const checkout = new OcsfCheckout(published);

    test('is what was taken in', async () => {
      expect(checkout.version).toBe(OCSF_VERSION);
      const data = checkout.take([...REACHED_CLASSES.values()], REACHED_OBJECTS, REACHED_PROFILES);
      await expect(writeOcsfData(data)).toMatchFileSnapshot(ocsfDataPath(OCSF_VERSION));
    });

    test('gives activities the captions that the view has', () => {
      for (const { uid, activities, caption } of Object.values(OCSF_CLASSES)) {
        const captions = checkout.captions(REACHED_CLASSES.get(uid) ?? '', 'activity_id');
        for (const [id, name] of activities) expect(captions.get(String(id)), `${caption} ${id}`).toBe(name);
      }
    });
  });
}
