import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compileFilterPattern } from './filter-pattern.ts';
import { LogMessage } from './log-message.ts';
import { FilterPatternError } from './pattern-error.ts';

const CORPUS = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'corpus');
const isPresent =
  existsSync(join(CORPUS, 'events.ndjson.gz')) && existsSync(join(CORPUS, 'cis-patterns.json'));
if (!isPresent) console.warn(`SKIPPED: the real events and the CIS patterns are not at ${CORPUS}`);

/** How many of the real events each CIS pattern matches, by a reference evaluator that is not ours. */
const COUNTS: Readonly<Record<string, number>> = {
  UnauthorizedAPICalls: 4_721,
  NoMFAConsoleSignin: 4,
  RootUsage: 662,
  IAMChanges: 31,
  CloudTrailCfgChanges: 24,
  ConsoleSigninFailures: 2,
  DisableOrDeleteCMK: 0,
  S3BucketPolicyChanges: 7,
  AWSConfigChanges: 0,
  SecurityGroupChanges: 9,
  NACLChanges: 0,
  NetworkGWChanges: 15,
  RouteTableChanges: 40,
  VPCChanges: 16,
};

describe.skipIf(!isPresent)('the CIS patterns on real events', () => {
  const messages = isPresent
    ? gunzipSync(readFileSync(join(CORPUS, 'events.ndjson.gz')))
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => new LogMessage(line))
    : [];
  const listed: Record<string, { name: string; pattern: string }> = isPresent
    ? JSON.parse(readFileSync(join(CORPUS, 'cis-patterns.json'), 'utf8'))
    : {};
  const patterns = new Map(Object.entries(listed));

  test.each(Object.entries(COUNTS))('%s matches %i', (name, count) => {
    const found = [...patterns.values()].find((one) => one.name === name);
    const pattern = compileFilterPattern(found?.pattern ?? 'not listed');
    expect(messages.filter((message) => pattern.matches(message))).toHaveLength(count);
  });

  test('all compile, but for one that was printed without its quotation marks', () => {
    const refused = [...patterns].filter(([, { pattern }]) => {
      try {
        return !compileFilterPattern(pattern);
      } catch (error) {
        return error instanceof FilterPatternError;
      }
    });
    expect(refused.map(([name]) => name)).toEqual(['4.6 CIS v5 text (unquoted)']);
  });
});
