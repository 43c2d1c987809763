import { describe, expect, test } from 'vitest';
import { parseTrailArn } from './trail-arn.ts';
import { checkTrailName } from './trail-name.ts';

describe('a trail name', () => {
  test.each(['abc', 'A-b_c.9', 'x'.repeat(128), '1.2.3', '192.168.5.4a'])('is accepted: %s', (name) => {
    expect(() => checkTrailName(name)).not.toThrow();
  });

  test.each([
    ['', 'Trail name too short. Minimum allowed length: 3 characters. Specified name length: 0 characters.'],
    [
      'ab',
      'Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.',
    ],
    [
      'x'.repeat(129),
      'Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.',
    ],
    ['-abc', 'Trail name must starts with a letter or number.'],
    ['éabc', 'Trail name must starts with a letter or number.'],
    ['abc.', 'Trail name must ends with a letter or number.'],
    [
      'a b c',
      'Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).',
    ],
    ['my--namespace', 'Trail name cannot have adjacent periods, underscores, or hyphens.'],
    ['my-_namespace', 'Trail name cannot have adjacent periods, underscores, or hyphens.'],
    ['192.168.5.4', 'Trail name cannot be in IP address format.'],
  ])('is refused: %j', (name, message) => {
    expect(() => checkTrailName(name)).toThrow(
      expect.objectContaining({ code: 'InvalidTrailNameException', message }),
    );
  });
});

describe('a trail ARN', () => {
  test.each([
    ['arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail', 'us-east-2'],
    ['arn:aws-cn:cloudtrail:cn-north-1:123456789012:trail/MyTrail', 'cn-north-1'],
  ])('is read: %s', (text, region) => {
    expect(parseTrailArn(text)).toEqual({ region, account: '123456789012', name: 'MyTrail' });
  });

  test.each([
    'arn:aws:cloudtrail:us-east-2:12345:trail/MyTrail',
    'arn:aws:cloudtrail:us-east-2:123456789012:trail',
    'arn:aws:cloudtrail:us-east-2:123456789012:trail/My/Trail',
    'arn:aws:s3:::bucket',
    'arn:',
  ])('is refused: %s', (text) => {
    expect(() => parseTrailArn(text)).toThrow(
      expect.objectContaining({ code: 'CloudTrailARNInvalidException' }),
    );
  });
});
