import { expect, test } from 'vitest';
import { fingerprintOf, loadPublicKey, readPublicKeys } from './public-key.ts';

/** https://docs.aws.amazon.com/cli/latest/reference/cloudtrail/list-public-keys.html */
const AWS_KEY =
  'MIIBCgKCAQEAlSS3cl92HDycr/MTj0moOhas8habjrraXw+KzlWF0axSI2tcF+3iJ9BKQAVSKxGwxwu3m0wG3J+kUl1xboEcEPHYoIYMbgfSw7KGnuDKwkLzsQWhUJ0cIbOHASox1vv/5fNXkrHhGbDCHeVXm804c83nvHUEFYThr1PfyP/8HwrCtR3FX5OANtQCP61C1nJtSSkC8JSQUOrIP4CuwJjc+4WGDk+BGH5m9iuiAKkipEHWmUl8/P7XpfpWQuk4h8g3pXZOrNXr08lbh4d39svj7UqdhvOXoBISp9t/EXYuePGEtBdrKD9Dz+VHwyUPtBQvYr9BnkF88qBnaPNhS44rzwIDAQAB';
const AWS_FINGERPRINT = '7f3f401420072e50a65a141430817ab3';
const AWS_ANSWER = {
  PublicKeyList: [
    {
      ValidityStartTime: 1453076702.0,
      ValidityEndTime: 1455668702.0,
      Value: AWS_KEY,
      Fingerprint: AWS_FINGERPRINT,
    },
  ],
};

test('the fingerprint of the key that AWS shows in its documentation comes out right', () => {
  expect(fingerprintOf(AWS_KEY)).toBe(AWS_FINGERPRINT);
});

test('that key is RSA with 2048 bits', () => {
  expect(loadPublicKey(AWS_KEY).asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
});

test('the answer of list-public-keys is a file of pinned keys, from either version of the AWS CLI', () => {
  const times = { validFrom: 1453076702000, validUntil: 1455668702000 };
  const expected = [{ fingerprint: AWS_FINGERPRINT, value: AWS_KEY, ...times }];
  expect(readPublicKeys(JSON.stringify(AWS_ANSWER))).toEqual(expected);
  const [key] = AWS_ANSWER.PublicKeyList;
  const second = {
    ...key,
    ValidityStartTime: '2016-01-18T00:25:02+00:00',
    ValidityEndTime: '2016-02-17T00:25:02+00:00',
  };
  expect(readPublicKeys(JSON.stringify({ PublicKeyList: [second] }))).toEqual(expected);
});

test.each([
  ['no JSON', '{', /JSON/],
  ['no list', '{}', /PublicKeyList/],
  ['null', 'null', /PublicKeyList/],
  ['a list of null', '{"PublicKeyList":[null]}', /key 0 has no Value/],
  ['another fingerprint', '{"PublicKeyList":[{"Value":"AAAA","Fingerprint":"00"}]}', /key 0 does not have/],
])('refuses %s as a file of pinned keys', (_, text, message) => {
  expect(() => readPublicKeys(text)).toThrow(message);
});

test.each([
  ['AAAAA', 'encoding'],
  ['AAA', 'encoding'],
  ['AAAA', 'key'],
  ['', 'key'],
])('cannot load %j: %s', (value, code) => {
  expect(() => loadPublicKey(value)).toThrow(expect.objectContaining({ code }));
});
