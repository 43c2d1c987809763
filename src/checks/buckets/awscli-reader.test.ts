import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { ObjectTooLarge } from '../../digest/verify/index.ts';
import { CheckFailure } from '../failure.ts';
import { type AskCommand, AwscliReader } from './awscli-reader.ts';
import { LIMITS } from './limits.ts';

const refusal = (code: string) =>
  new CheckFailure(`Command error:  - An error occurred (${code}) when calling the GetObject operation: no`);

/** A command that writes these bytes where it is told to, or fails. */
function command(answer: Buffer | CheckFailure, places: string[] = []): AskCommand {
  return async (_service, operation, words) => {
    expect(operation).toBe('get-object');
    const file = words.at(-1)!;
    places.push(dirname(file));
    if (answer instanceof CheckFailure) throw answer;
    writeFileSync(file, answer);
    return { Metadata: { Signature: 'aa', odd: 5 } };
  };
}

test('an object is what the command wrote, and nothing of it stays behind', async () => {
  const places: string[] = [];
  const object = await new AwscliReader(command(Buffer.from('x'), places)).get('b', 'k', 100);
  expect(object?.bytes.toString()).toBe('x');
  expect([...object!.metadata]).toEqual([['signature', 'aa']]);
  expect(places.map((place) => existsSync(place))).toEqual([false]);
});

test('asks for no more bytes than it may read, and one to know that there are more', async () => {
  let asked: readonly string[] = [];
  const ask: AskCommand = async (_service, _operation, words) => {
    asked = words;
    writeFileSync(words.at(-1)!, Buffer.alloc(11));
    return {};
  };
  await expect(new AwscliReader(ask).get('b', 'k', 10)).rejects.toThrow(ObjectTooLarge);
  expect(asked.slice(0, -1)).toEqual(['--bucket', 'b', '--key', 'k', '--range', 'bytes=0-10']);
});

test('a key that is not there is nothing; an empty object is empty; a bucket that is not there is CRITICAL', async () => {
  const got = (code: string) => new AwscliReader(command(refusal(code))).get('b', 'k', 10);
  expect(await got('NoSuchKey')).toBeUndefined();
  expect((await got('InvalidRange'))?.bytes.length).toBe(0);
  await expect(got('NoSuchBucket')).rejects.toMatchObject({ severity: 'CRITICAL' });
  await expect(got('AccessDenied')).rejects.toMatchObject({ severity: undefined });
});

test('a command that runs elsewhere is told so', async () => {
  await expect(new AwscliReader(async () => ({})).get('b', 'k', 10)).rejects.toThrow(
    'does it run on this machine?',
  );
});

test('lists page by page, each after the last key, and ends with a listing that goes nowhere', async () => {
  const asked: (string | undefined)[] = [];
  const pages = [
    { Contents: [{ Key: 'a', LastModified: '2026-11-21T00:00:00+00:00' }, { Key: 'b' }, {}], NextToken: 't' },
    { Contents: [{ Key: 'b' }], NextToken: 't' },
  ];
  const reader = new AwscliReader(async (_service, _operation, words) => {
    asked.push(words[words.indexOf('--start-after') + 1]);
    return pages[Math.min(asked.length, 2) - 1];
  });
  const seen: unknown[] = [];
  for await (const page of reader.list('b', 'p', 'start')) seen.push(...page);
  expect(seen).toEqual([{ key: 'a', lastModified: Date.UTC(2026, 10, 21) }, { key: 'b' }, { key: 'b' }]);
  expect(asked).toEqual(['start', 'b']);
});

test('a listing without an end is given up', async () => {
  let asked = 0;
  const reader = new AwscliReader(async () => ({ Contents: [{ Key: String(asked++) }], NextToken: 't' }));
  await expect(async () => {
    for await (const _page of reader.list('b', 'p', '')) {
      // Only how long it goes on matters.
    }
  }).rejects.toThrow('too many objects below s3://b/p');
  expect(asked).toBe(LIMITS.pages);
});
