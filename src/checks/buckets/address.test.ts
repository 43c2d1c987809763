import { describe, expect, test } from 'vitest';
import { bucketBase, fitsUrl, listingUrl, objectUrl } from './address.ts';
import { addressingStyle } from './addressing-style.ts';

const own = new URL('https://s3.example.com:9000/tenant/');

describe('a bucket answers', () => {
  test.each([
    ['at AWS in the host', undefined, 'eu-west-1', 'logs', 'auto', 'https://logs.s3.eu-west-1.amazonaws.com'],
    ['in China', undefined, 'cn-north-1', 'logs', 'auto', 'https://logs.s3.cn-north-1.amazonaws.com.cn'],
    [
      'at AWS in the path, for names that no certificate holds for',
      ...([undefined, 'eu-west-1', 'my.logs', 'auto', 'https://s3.eu-west-1.amazonaws.com/my.logs'] as const),
    ],
    [
      'at AWS in the path, for names that were made before the rules',
      ...([
        undefined,
        'us-east-1',
        'My_Logs',
        'virtual',
        'https://s3.us-east-1.amazonaws.com/My_Logs',
      ] as const),
    ],
    ['elsewhere in the path', own, 'x', 'logs', 'auto', 'https://s3.example.com:9000/tenant/logs'],
    [
      'elsewhere in the host when asked',
      own,
      'x',
      'logs',
      'virtual',
      'https://logs.s3.example.com:9000/tenant',
    ],
    [
      'at AWS in the path when asked',
      undefined,
      'eu-west-1',
      'logs',
      'path',
      'https://s3.eu-west-1.amazonaws.com/logs',
    ],
  ] as const)('%s', (_name, endpoint, region, bucket, style, base) => {
    expect(bucketBase(endpoint, region, bucket, style)).toBe(base);
  });

  test.each(['', '..', 'a/b', 'a@evil.example', 'a b', 'a?b', 'a#b', '-a', 'a:80'])(
    'never under %j',
    (bucket) => {
      for (const style of ['path', 'virtual'] as const)
        expect(() => bucketBase(undefined, 'eu-west-1', bucket, style)).toThrow('the name of the bucket');
    },
  );

  test('never in a Region that is a host of somebody', () => {
    expect(() => bucketBase(undefined, 'evil.example/', 'logs', 'auto')).toThrow(
      'is not the name of a Region',
    );
  });
});

test('a key travels encoded, and as one path', () => {
  const url = objectUrl('https://h/b', "a b/ü/c+d/e?f#g/(h)'*!.gz");
  expect(url.href).toBe('https://h/b/a%20b/%C3%BC/c%2Bd/e%3Ff%23g/%28h%29%27%2A%21.gz');
  expect(fitsUrl('a/b..c/.d')).toBe(true);
  for (const key of ['a/../b', './a', 'a/.', '..']) expect(fitsUrl(key)).toBe(false);
});

test('a listing names its prefix without a plus', () => {
  const { href } = listingUrl('https://h/b', { prefix: 'my logs/+', 'start-after': 'a&b' });
  expect(href).toBe('https://h/b/?list-type=2&encoding-type=url&prefix=my%20logs%2F%2B&start-after=a%26b');
});

test('a style that there is not is refused', () => {
  expect(addressingStyle(undefined)).toBe('auto');
  expect(() => addressingStyle('Path')).toThrow("Wrong s3-addressing-style option 'Path'");
});
