import { expect, test } from 'vitest';
import { ChainProblems } from './chain-problems.ts';

const hour = (at: number) => Date.UTC(2026, 10, 21, at);

test('the earliest of all bad things is the one that is named, with how many there are', () => {
  const found = new ChainProblems();
  found.invalidDigest(hour(9), 'not found', 's3://b/9');
  found.digest(hour(8));
  found.invalidLog("hash value doesn't match", 's3://b/log');
  found.log();
  found.invalidDigest(hour(7), 'invalid format', 's3://b/7');
  found.invalidDigest(undefined, 'no time', 's3://b/x');
  expect(found.problems).toEqual([
    {
      severity: 'CRITICAL',
      text: '3 of 4 digests and 1 of 2 log files invalid, first the digest of 2026-11-21T07:00:00Z: invalid format (s3://b/7)',
    },
  ]);
  expect(found.words).toBe('4 digests, 2 log files');
});

test('names a log file by the digest that lists it', () => {
  const found = new ChainProblems();
  found.digest(hour(3));
  found.invalidLog('not found', 's3://b/log');
  expect(found.problems[0]?.text).toBe(
    '1 of 1 log file invalid, first the log file of the digest of 2026-11-21T03:00:00Z: not found (s3://b/log)',
  );
});

test('puts what is critical before what is not', () => {
  const found = new ChainProblems();
  found.gap(hour(1), hour(2));
  found.finding('CRITICAL', 'cut');
  expect(found.problems.map(({ severity }) => severity)).toEqual(['CRITICAL', 'WARNING']);
});

test('what the holder of a bucket wrote neither breaks the line nor ends it, and a thousand problems are twenty lines', () => {
  const found = new ChainProblems();
  for (let at = 0; at < 1000; at++) found.invalidDigest(hour(at), 'x|y\n\u0007z'.repeat(100), 's3://b/k');
  for (let at = 0; at < 1000; at++) found.finding('CRITICAL', 'a|b\nc');
  expect(found.details).toHaveLength(21);
  expect(found.details.at(-1)).toBe('… and 980 more');
  expect(found.problems.length).toBeLessThan(30);
  for (const { text } of found.problems) {
    for (const sign of ['|', '\n', '\u0007']) expect(text).not.toContain(sign);
    expect(text.length).toBeLessThan(500);
  }
});
