import { describe, expect, test } from 'vitest';
import { readListing, readRefusal } from './read-xml.ts';

const listing = (inner: string) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="x">${inner}</ListBucketResult>`;

describe('a listing', () => {
  test('has keys, decoded, and times', () => {
    const entry =
      '<Contents><Key>a%2Bb+c%20d%26amp</Key><LastModified>2026-11-21T00:00:00.000Z</LastModified></Contents>';
    expect(readListing(listing(`<IsTruncated>true</IsTruncated>${entry}`))).toEqual({
      objects: [{ key: 'a+b c d&amp', lastModified: Date.UTC(2026, 10, 21) }],
      isTruncated: true,
    });
  });

  test('may be empty', () => {
    expect(readListing(listing('<IsTruncated>false</IsTruncated>'))).toEqual({
      objects: [],
      isTruncated: false,
    });
  });

  test.each(['', '<html>', '<Error><Code>NoSuchBucket</Code></Error>', '{}'])('is not %j', (text) => {
    expect(readListing(text)).toBeUndefined();
  });

  test('is read in time that grows with its length only', () => {
    const begin = performance.now();
    const hostile = listing('<Contents><Key>'.repeat(500_000));
    expect(readListing(hostile)?.objects).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test('passes over entries that end nowhere or have no key, and keeps keys that are not encoded well', () => {
    const text = listing(
      '<Contents><Size>1</Size></Contents><Contents><Key>%zz</Key></Contents><Contents><Key>a',
    );
    expect(readListing(text)?.objects).toEqual([{ key: '%zz' }]);
  });
});

test('a refusal has a code, a message and perhaps a Region', () => {
  const text =
    '<Error><Code>PermanentRedirect</Code><Message>a &lt;b&gt; &amp;amp;</Message><Region>eu-west-1</Region></Error>';
  expect(readRefusal(text)).toEqual({
    code: 'PermanentRedirect',
    message: 'a <b> &amp;',
    region: 'eu-west-1',
  });
  expect(readRefusal('<html><Code>x</Code></html>')).toEqual({
    code: undefined,
    message: undefined,
    region: undefined,
  });
});
