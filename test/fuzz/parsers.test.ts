import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordScanner } from '../../src/cli/record-scanner.ts';
import {
  formatEventTime,
  parseEventTime,
  RecordsSyntaxError,
  readLookupFields,
  spliceMembers,
  splitRecords,
  toOneLine,
} from '../../src/event/index.ts';
import { IdentityError, parsePolicy } from '../../src/identity/index.ts';
import {
  compileRule,
  TrailError,
  validateAdvancedEventSelectors,
  validateEventSelectors,
} from '../../src/trails/index.ts';
import { FUZZ_TIMEOUT, fuzz } from './run.ts';
import { anyJson, anyText, bentText } from './shapes.ts';

/** Seconds for each: these run thousands of times in one. */
const SHARE = 0.25;

const names = [
  'Records',
  'eventID',
  'resources',
  'ARN',
  'userIdentity',
  'sessionContext',
  'sessionIssuer',
  'userName',
  'type',
  'requestParameters',
  'bucketName',
  'insightDetails',
  'readOnly',
  'eventSource',
];
const json = anyJson(names);
const jsonObject = json.filter(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
) as fc.Arbitrary<object>;

/** The error must be of the room's own kind: anything else is a parser that fell over. */
function throwsOnly(kind: new (...args: never[]) => Error, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
  }
}

describe('records', () => {
  const framed = fc.tuple(
    fc.array(jsonObject, { maxLength: 5 }),
    fc.boolean(),
    fc.constantFrom('', ' ', '\n', '\r\n\t'),
  );

  it('come out of a body as the bytes that went in', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz(
      'records',
      framed,
      ([values, isArray, space]) => {
        const records = values.map((value) =>
          JSON.stringify(value, null, isArray ? space.replaceAll(/[^ ]/g, ' ') : undefined),
        );
        const body = isArray
          ? `${space}{${space}"Records"${space}:[${space}${records.join(`${space},${space}`)}${space}]${space}}${space}`
          : records.map((one) => `${one}${space}\n`).join('');
        // A first line that itself begins with {"Records":[ is a file by its own words.
        if (!isArray && /^\s*\{\s*"Records"\s*:\s*\[/.test(body)) return;
        const cut = splitRecords(Buffer.from(body)).map(String);
        expect(cut).toEqual(records);
        const scanner = new RecordScanner();
        const scanned: string[] = [];
        for (let at = 0; at < body.length; at += 7)
          scanned.push(...scanner.push(Buffer.from(body.slice(at, at + 7))).map(String));
        scanned.push(...scanner.end().map(String));
        if (Buffer.byteLength(body) === body.length) expect(scanned).toEqual(records);
      },
      SHARE,
    );
  });

  it('of random bytes are cut or refused', { timeout: FUZZ_TIMEOUT }, async () => {
    const bytes = fc.oneof(
      bentText(json.map((value) => JSON.stringify({ Records: value }))),
      fc
        .array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', 'a', '{"Records":['), {
          maxLength: 40,
        })
        .map((parts) => Buffer.from(parts.join(''))),
    );
    await fuzz(
      'record bytes',
      bytes,
      (body) => {
        throwsOnly(RecordsSyntaxError, () => {
          const kept = splitRecords(body).reduce((sum, record) => sum + record.length, 0);
          expect(kept).toBeLessThanOrEqual(body.length);
        });
      },
      SHARE,
    );
  });

  it('keep every byte when members are spliced in', { timeout: FUZZ_TIMEOUT }, async () => {
    const members = fc.dictionary(fc.constantFrom('eventID', 'eventTime', 'x'), json, {
      noNullPrototype: true,
    });
    const layout = fc.constantFrom(undefined, 1, 4, '\t');
    await fuzz(
      'splice',
      fc.tuple(jsonObject, members, layout),
      ([record, added, space]) => {
        const missing = Object.entries(added).filter(([name]) => !Object.hasOwn(record, name));
        const text = JSON.stringify(record, null, space);
        const spliced = spliceMembers(Buffer.from(text), new Map(missing)).toString();
        expect(JSON.parse(spliced)).toEqual(
          JSON.parse(JSON.stringify({ ...record, ...Object.fromEntries(missing) })),
        );
        expect(spliced.startsWith(text.slice(0, text.lastIndexOf('}')))).toBe(true);
        const line = toOneLine(Buffer.from(spliced)).toString();
        expect(line).not.toMatch(/[\r\n]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(spliced));
      },
      SHARE,
    );
  });

  it('of any shape can be looked into', { timeout: FUZZ_TIMEOUT }, async () => {
    await fuzz(
      'lookup fields',
      json,
      (record) => {
        const { resources, ...fields } = readLookupFields(record as never);
        for (const value of Object.values(fields)) expect(typeof value).toBe('string');
        expect(Array.isArray(resources)).toBe(true);
      },
      SHARE,
    );
  });

  it('have a time that reads back, or none', { timeout: FUZZ_TIMEOUT }, async () => {
    const time = fc.oneof(
      fc
        .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
        .map((date) => formatEventTime(date.getTime())),
      fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?Z?$/),
      anyText,
    );
    await fuzz(
      'event times',
      time,
      (text) => {
        const read = parseEventTime(text);
        if (read !== undefined) expect(formatEventTime(read).slice(0, 19)).toBe(text.slice(0, 19));
      },
      SHARE,
    );
  });
});

describe('policies and selectors', () => {
  it('a policy of any text is parsed or refused', { timeout: FUZZ_TIMEOUT }, async () => {
    const words = [
      'Version',
      'Statement',
      'Sid',
      'Effect',
      'Action',
      'NotAction',
      'Resource',
      'NotResource',
      'Principal',
      'NotPrincipal',
      'Condition',
      'StringEquals',
      'ForAllValues:StringLike',
      'Bool',
      'AWS',
      'Service',
    ];
    const statement = fc.record(
      {
        Sid: anyText,
        Effect: fc.constantFrom('Allow', 'Deny', 'x'),
        Action: fc.oneof(anyText, fc.constantFrom('s3:*', '*', 's3:Get?bject')),
        Resource: fc.oneof(anyText, fc.constant('*')),
        Principal: anyJson(words),
        Condition: anyJson(words),
      },
      { requiredKeys: ['Effect', 'Action'], noNullPrototype: true },
    );
    const document = fc.oneof(
      fc.record({
        Version: fc.constantFrom('2012-10-17', '2008-10-17', 1),
        Statement: fc.oneof(statement, fc.array(statement, { maxLength: 3 })),
      }),
      anyJson(words),
    );
    const text = bentText(document.map((value) => JSON.stringify(value) ?? '')).map(String);
    await fuzz(
      'policies',
      fc.tuple(text, fc.constantFrom('identity', 'resource', 'trust') as fc.Arbitrary<never>),
      ([policy, kind]) => {
        throwsOnly(IdentityError, () => void parsePolicy(policy, kind));
      },
      SHARE,
    );
  });

  it('selectors are refused, or match any record without falling over', {
    timeout: FUZZ_TIMEOUT,
  }, async () => {
    const values = fc.array(
      fc.oneof(
        fc.constantFrom('Management', 'Data', 'AWS::S3::Object', 'true', 'arn:aws:s3:::b/', 'PutObject'),
        anyText,
      ),
      { minLength: 1, maxLength: 3 },
    );
    const field = fc.tuple(
      fc.constantFrom(
        'eventName',
        'readOnly',
        'resources.type',
        'resources.ARN',
        'eventSource',
        'userIdentity.arn',
      ),
      fc.constantFrom('Equals', 'NotEquals', 'StartsWith', 'NotEndsWith'),
      values,
    );
    const advanced = fc.array(
      fc
        .tuple(fc.constantFrom('Management', 'Data'), fc.array(field, { maxLength: 3 }))
        .map(([category, fields]) => ({
          FieldSelectors: [
            { Field: 'eventCategory', Equals: [category] },
            ...fields.map(([Field, operator, list]) => ({ Field, [operator]: list })),
          ],
        })),
      { minLength: 1, maxLength: 3 },
    );
    const basic = fc.array(
      fc.record({
        ReadWriteType: fc.constantFrom('All', 'ReadOnly'),
        IncludeManagementEvents: fc.boolean(),
        DataResources: fc.array(
          fc.record({
            Type: fc.constant('AWS::S3::Object'),
            Values: fc.array(fc.constantFrom('arn:aws:s3', 'arn:aws:s3:::b/', 'arn:aws:s3:::b/x')),
          }),
          { maxLength: 2 },
        ),
      }),
      { minLength: 1, maxLength: 5 },
    );
    const rule = {
      account: '123456789012',
      homeRegion: 'us-east-1',
      multiRegion: true,
      includeGlobalServiceEvents: true,
      recursiveLogging: true,
      insights: false,
    };
    const input = fc.record({
      advanced,
      basic,
      record: jsonObject,
      category: fc.constantFrom('Management', 'Data', 'NetworkActivity', 'Insight') as fc.Arbitrary<'Data'>,
    });
    let compiled = 0;
    await fuzz(
      'selector matches',
      input,
      (one) => {
        for (const read of [
          () => validateAdvancedEventSelectors(one.advanced),
          () => validateEventSelectors(one.basic as never),
        ]) {
          throwsOnly(TrailError, () => {
            const matches = compileRule({ ...rule, selectors: read() });
            compiled++;
            const matched = matches(one.record as never, {
              account: rule.account,
              region: 'us-east-1',
              category: one.category,
            });
            expect(typeof matched).toBe('boolean');
          });
        }
      },
      SHARE,
    );
    expect(compiled).toBeGreaterThan(50);
  });
});
